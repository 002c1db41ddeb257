"""The same again: a question, a click, a request, or the customer after a day. Once is what counts."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from channels.buttons import ButtonSigner
from tests.conversations.watch import DAY_S, SETTLING, Watch, let_days_pass, told, yuan
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

SETTLE, CLOSE = "我要全部提前还清", "怎么关闭月付"


@pytest.mark.parametrize(
    ("customer", "question", "names"),
    [
        ("c-owing", "这个月账单多少钱", "{bill}"),
        ("c-overdue", "为什么用不了", "{overdue}"),
        ("c-clean", "我的额度是多少", "{available}"),
        ("c-refunding", "我的退款到哪了", "¥399.00"),
        ("c-unknown", "我刚才那笔还款扣成功了吗", "¥886.00"),
    ],
)
def test_the_same_question_three_times_is_answered_three_times_and_then_offers_a_person_once(
    demo: LiveDemo, customer: str, question: str, names: str
) -> None:
    watch = Watch(demo)
    answers = [demo.say(customer, text=question) for _ in range(4)]
    person = [] if "人工客服" in titles_of(answers[0]) else ["人工客服"]
    for number, said in enumerate(answers, start=1):
        assert names.format(**told(demo.ledger(customer))) in words_of(said)
        assert titles_of(said) == titles_of(answers[0]) + (person if number == 3 else [])
    assert answers[1][0]["text"] == answers[2][0]["text"] and watch.changed() == {}


def test_a_decision_asked_for_three_times_says_that_nothing_has_happened(demo: LiveDemo) -> None:
    watch = Watch(demo)
    first, *again = [demo.say("c-owing", text=SETTLE) for _ in range(3)]
    for said, person in zip(again, ([], ["人工客服"]), strict=True):
        assert "还没有扣款" in words_of(said) and titles_of(said) == titles_of(first) + person
        assert cards_of(said, "quote")[0]["total_fen"] == cards_of(first, "quote")[0]["total_fen"]
    assert watch.changed() == {}


def test_settled_by_the_first_of_three_clicks(demo: LiveDemo) -> None:
    watch = Watch(demo)
    token = button(demo.say("c-overlimit", text=SETTLE), "确认结清")
    answers = [demo.say("c-overlimit", button=token, acr="payment") for _ in range(3)]
    receipts = [cards_of(said, "receipt") for said in answers]
    assert receipts[0] and receipts == [receipts[0]] * 3
    assert watch.changed() == {"c-overlimit": SETTLING} and watch.posted("c-overlimit") == ["settlement"]


def test_the_buttons_of_two_equal_quotes_settle_once(demo: LiveDemo) -> None:
    watch = Watch(demo)
    tokens = [button(demo.say("c-overdue", text=SETTLE), "确认结清") for _ in range(2)]
    answers = [demo.say("c-overdue", button=token, acr="payment") for token in tokens]
    assert cards_of(answers[0], "receipt") == cards_of(answers[1], "receipt") != []
    assert watch.posted("c-overdue").count("settlement") == 1
    assert len(demo.ledger("c-overdue")["settlements"]) == 1


def test_closed_by_two_clicks_at_once_with_one_receipt(demo: LiveDemo) -> None:
    watch = Watch(demo)
    token = button(demo.say("c-clean", text=CLOSE), "确认关闭")
    with ThreadPoolExecutor(2) as clicks:
        answers = list(clicks.map(lambda _: demo.say("c-clean", button=token, acr="payment"), range(2)))
    assert cards_of(answers[0], "receipt") == cards_of(answers[1], "receipt") != []
    assert demo.ledger("c-clean")["close_receipt"] in words_of(answers[0])
    assert watch.changed() == {"c-clean": {"state", "closed_at", "close_receipt", "limit"}}


def test_a_request_sent_again_gets_the_stored_answer(demo: LiveDemo) -> None:
    watch = Watch(demo)
    name = uuid.uuid4().hex
    first = demo.say("c-owing", text="转人工", id=name)
    assert cards_of(first, "ticket")
    assert [demo.say("c-owing", text="转人工", id=name) for _ in range(2)] == [first, first]
    assert len(demo.ledger("c-owing")["tickets"]) == 1 and watch.changed() == {"c-owing": {"tickets"}}


def test_a_request_id_with_other_words_is_a_conflict(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="我的额度是多少", id="once")
    token = button(demo.say("c-owing", text=SETTLE), "确认结清")
    answer = demo.post("c-owing", button=token, acr="payment", id="once")
    assert answer.status_code == 409 and answer.json()["error"]["reference"] and watch.changed() == {}


def test_a_request_id_is_each_customers_own(demo: LiveDemo) -> None:
    watch = Watch(demo)
    answers = [demo.say(customer, text="我欠多少钱", id="same") for customer in ("c-owing", "c-overdue")]
    for customer, said in zip(("c-owing", "c-overdue"), answers, strict=True):
        assert told(demo.ledger(customer))["owed"] in words_of(said)
    assert watch.changed() == {}


@pytest.mark.parametrize(
    ("customer", "words", "kind"),
    [
        ("c-bureau", "我要转人工", "human"),
        ("c-owing", "我要投诉你们", "complaint"),
        ("c-risk", "不是我登录的，我账号被盗了", "fraud"),
        ("c-overdue", "请帮我登记还款困难", "hardship"),
    ],
)
def test_asked_for_twice_there_is_one_ticket(demo: LiveDemo, customer: str, words: str, kind: str) -> None:
    watch = Watch(demo)
    first, second = (cards_of(demo.say(customer, text=words), "ticket") for _ in range(2))
    assert first == second and [each["kind"] for each in demo.ledger(customer)["tickets"]] == [kind]
    assert watch.changed() == {customer: {"tickets"}}


def test_an_application_is_filed_once(demo: LiveDemo) -> None:
    watch = Watch(demo)
    token = button(demo.say("c-cured", text="怎么申请解冻月付"), "申请解冻")
    filed = [demo.say("c-cured", button=token) for _ in range(2)]
    filed.append(demo.say("c-cured", text="我要申请解冻"))
    (application,) = demo.ledger("c-cured")["applications"]
    assert all(application["number"] in words_of(said) for said in filed)
    assert watch.changed() == {"c-cured": {"applications"}}


def test_a_day_later_a_yes_means_nothing(demo: LiveDemo) -> None:
    demo.say("c-owing", text=SETTLE)
    demo.say("c-clean", text=CLOSE)
    let_days_pass(demo, "c-owing")
    let_days_pass(demo, "c-clean")
    watch = Watch(demo)
    for customer in ("c-owing", "c-clean"):
        said = demo.say(customer, text="好的", acr="payment")
        assert "没有等您确认的事" in words_of(said) and "AI助手" in words_of(said)
        assert "人工客服" in titles_of(said)
    assert watch.changed() == {}


def test_a_day_later_the_old_button_charges_nothing_and_the_penalty_has_grown(demo: LiveDemo) -> None:
    old = demo.say("c-overdue", text=SETTLE)
    demo.clock("1d")
    watch = Watch(demo)
    said = demo.say("c-overdue", button=button(old, "确认结清"), acr="payment")
    new_fen, old_fen = (cards_of(each, "quote")[0]["total_fen"] for each in (said, old))
    assert new_fen > old_fen and yuan(new_fen) in words_of(said) and "已过期" in words_of(said)
    assert watch.changed() == {}
    demo.say("c-overdue", button=button(said, "确认结清"), acr="payment")
    assert demo.ledger("c-overdue")["settlements"][-1]["amount_fen"] == new_fen


def test_a_button_kept_for_a_day_has_expired(demo: LiveDemo) -> None:
    token = button(demo.say("c-clean", text=CLOSE), "确认关闭")
    signer, sender = ButtonSigner(demo.keys["button"]), "web-c-clean"
    kept = signer.sign(sender, signer.read(sender, token, time.time()), time.time() - DAY_S)
    watch = Watch(demo)
    said = demo.say("c-clean", button=kept, acr="payment")
    assert "按钮已过期" in words_of(said) and "没有变更" in words_of(said) and watch.changed() == {}


def test_a_month_later_the_bill_is_the_new_one(demo: LiveDemo) -> None:
    before = told(demo.ledger("c-overlimit"))
    assert before["bill"] in words_of(demo.say("c-overlimit", text="我这个月要还多少"))
    let_days_pass(demo, "c-overlimit", days=30)
    watch = Watch(demo)
    after = told(demo.ledger("c-overlimit"))
    said = words_of(demo.say("c-overlimit", text="我这个月要还多少"))
    assert after["due"] != before["due"] and after["bill"] in said and after["due"] in said
    assert watch.changed() == {}


def test_hours_later_what_is_checked_still_is(demo: LiveDemo) -> None:
    demo.say("c-unknown", text=CLOSE)
    demo.clock("3h")
    watch = Watch(demo)
    said = demo.say("c-unknown", text="我的还款好了吗")
    assert "¥886.00" in words_of(said) and "不要重复付款" in words_of(said) and watch.changed() == {}
