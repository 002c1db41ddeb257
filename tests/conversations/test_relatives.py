"""What concerns somebody else, or was done by them: nothing is offered for the asker's own account."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch
from tests.live import LiveDemo, titles_of, words_of


@pytest.mark.parametrize(
    ("customer", "text", "says", "offers"),
    [
        ("c-lowered", "我妈走了 她的月付咋办", "请您节哀", ["人工客服"]),
        ("c-closed", "我哥失踪了 他欠的钱要我还", "很抱歉听到这件事", ["人工客服"]),
        ("c-clean", "我16岁 用我妈的号开的", "由人工核实", ["人工客服"]),
        ("c-clean", "孩子玩游戏充了2000 用的月付", "由人工核实", ["人工客服", "查账单里的消费"]),
        ("c-closed", "我没关 谁关的", "关闭凭证号", ["不是我关的，登记调查", "人工客服"]),
        ("c-cured", "别烦我", "我不打扰您", ["被打扰，要投诉"]),
        ("c-clean", "你们为什么打电话给我 我是紧急联系人", "可能是诈骗", ["被打扰，要投诉"]),
    ],
)
def test_a_person_and_nothing_of_the_own_account(
    demo: LiveDemo, customer: str, text: str, says: str, offers: list[str]
) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=text)
    assert says in words_of(said) and titles_of(said) == offers
    assert watch.changed() == {} and demo.staff("GET", "tickets?state=OPEN")["tickets"] == []


def test_a_report_made_as_the_first_thing_and_taken_back_stays_open(demo: LiveDemo) -> None:
    said = demo.say("c-unsupported", text="不是我登录的")
    assert "已登记盗用调查" in words_of(said)
    for text in ("啊 是我老公登的 没事了", "那撤销调查"):
        assert "是否结束由他们核实" in words_of(demo.say("c-unsupported", text=text))
    (ticket,) = demo.staff("GET", "tickets?state=OPEN")["tickets"]
    texts = [each["text"] for each in demo.staff("GET", f"tickets/{ticket['id']}")["messages"]]
    assert ticket["kind"] == "fraud" and texts == ["啊 是我老公登的 没事了", "那撤销调查"]
