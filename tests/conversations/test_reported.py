"""A use by somebody else that was reported and is still looked into, when settling or closing comes up."""

from __future__ import annotations

import pytest

from tests.conversations.watch import CLOSING, Watch
from tests.live import LiveDemo, button, titles_of, words_of

STOLEN = "有人盗用我的月付买东西"


def report(demo: LiveDemo, customer: str) -> str:
    """The number of the ticket."""
    demo.say(customer, text=STOLEN)
    (ticket,) = demo.staff("GET", "tickets?state=OPEN")["tickets"]
    assert ticket["kind"] == "fraud"
    return f"T{ticket['id']}"


@pytest.mark.parametrize(
    ("customer", "text", "advice", "title"),
    [
        ("c-owing", "我要全部提前还清", "有争议的订单也在内", "确认结清"),
        ("c-owing", "怎么关闭月付", "有争议的订单也在内", "一次结清并关闭"),
        ("c-clean", "怎么关闭月付", "建议等有结果再关闭", "确认关闭"),
    ],
)
def test_the_decision_follows_what_is_said_of_the_report(
    demo: LiveDemo, customer: str, text: str, advice: str, title: str
) -> None:
    number = report(demo, customer)
    watch = Watch(demo)
    said = demo.say(customer, text=text)
    assert len(said) == 2 and not titles_of(said[:1])
    assert f"日登记的盗用调查（工单{number}）还没有结果" in said[0]["text"] and advice in said[0]["text"]
    assert button(said[1:], title) and watch.changed() == {}


def test_a_decision_that_was_open_before_the_report_charges_nothing_any_more(demo: LiveDemo) -> None:
    shown = demo.say("c-owing", text="我要全部提前还清")
    number = report(demo, "c-owing")
    watch = Watch(demo)
    again = demo.say("c-owing", button=button(shown, "确认结清"), acr="payment")
    assert number in again[0]["text"] and "刚才已取消，没有扣款" in again[1]["text"]
    assert watch.changed() == {} and watch.posted("c-owing") == []


def test_whoever_closes_all_the_same_closes_and_the_report_stays_open(demo: LiveDemo) -> None:
    number = report(demo, "c-clean")
    watch = Watch(demo)
    said = demo.say("c-clean", text="怎么关闭月付")
    assert "已关闭" in words_of(demo.say("c-clean", button=button(said, "确认关闭"), acr="payment"))
    assert watch.changed() == {"c-clean": CLOSING} and demo.ledger("c-clean")["state"] == "CLOSED"
    (ticket,) = demo.staff("GET", "tickets?state=OPEN")["tickets"]
    assert f"T{ticket['id']}" == number
