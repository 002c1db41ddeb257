"""`how to close` for every demo customer, over the real channel: the reply, and the ledger after it."""

from __future__ import annotations

import pytest

from tests.live import LiveDemo, button, cards_of, words_of

QUESTION = "怎么关闭月付？"
BUREAU = "征信和还款记录不会因此消除，关闭后可能无法再在月付页面查看账单"


def test_clean_closes_after_a_strong_login(demo: LiveDemo) -> None:
    decision = demo.say("c-clean", text=QUESTION)
    assert BUREAU in words_of(decision)
    confirm = button(decision, "确认关闭")
    assert cards_of(demo.say("c-clean", button=confirm), "step_up") == [{"type": "step_up", "acr": "payment"}]
    assert demo.ledger("c-clean")["state"] == "ACTIVE"
    done = demo.say("c-clean", button=confirm, acr="payment")
    after = demo.ledger("c-clean")
    assert after["state"] == "CLOSED" and after["limit"]["total_fen"] == 0
    receipt = cards_of(done, "receipt")[0]["close_receipt"]
    assert receipt and receipt in words_of(done)
    again = demo.say("c-clean", button=confirm, acr="payment")
    assert cards_of(again, "receipt") == cards_of(done, "receipt")


def test_owing_settles_and_closes_with_one_confirmation(demo: LiveDemo) -> None:
    said = demo.say("c-owing", text=QUESTION)
    before = demo.ledger("c-owing")
    card = cards_of(said, "debts")[0]
    assert card["total_fen"] == before["debts"]["total_fen"] and card["total"] in words_of(said)
    assert all(line["amount_fen"] and line["amount"] not in words_of(said) for line in card["lines"])
    assert sum(line["amount_fen"] for line in card["lines"]) == card["total_fen"]
    assert [each["title"] for each in said[-1]["buttons"]] == ["一次结清并关闭", "只看怎么操作", "先不关"]
    quote = demo.say("c-owing", button=button(said, "一次结清并关闭"))
    shown = cards_of(quote, "quote")[0]
    assert shown["total"] in words_of(quote) and shown["waived"] and shown["valid_until"]
    done = demo.say("c-owing", button=button(quote, "确认结清并关闭"), acr="payment")
    after = demo.ledger("c-owing")
    assert after["state"] == "CLOSED"
    assert not any(after["receivables"].values())
    receipt = cards_of(done, "receipt")[0]
    assert receipt["amount_fen"] == shown["total_fen"]
    assert receipt["receipt"] in words_of(done) and receipt["close_receipt"] in words_of(done)


def test_overdue_names_penalty_and_freeze_and_can_settle(demo: LiveDemo) -> None:
    said = demo.say("c-overdue", text=QUESTION)
    assert "逾期违约金" in words_of(said) and "暂停使用" in words_of(said)
    quote = demo.say("c-overdue", button=button(said, "一次结清并关闭"))
    demo.say("c-overdue", button=button(quote, "确认结清并关闭"), acr="payment")
    after = demo.ledger("c-overdue")
    assert after["state"] == "CLOSED" and not any(after["receivables"].values())


@pytest.mark.parametrize(("customer", "words"), [("c-refunding", "退款"), ("c-unknown", "请不要重复付款")])
def test_a_guard_refuses_in_its_own_words(demo: LiveDemo, customer: str, words: str) -> None:
    before = demo.ledger(customer)
    said = demo.say(customer, text=QUESTION)
    assert words in words_of(said) and "不能关闭" in words_of(said)
    titles = [each["title"] for message in said for each in message["buttons"]]
    assert not any(title.startswith("确认") for title in titles)
    assert demo.ledger(customer)["journals"] == before["journals"]


def test_closed_says_when_and_what_opening_again_means(demo: LiveDemo) -> None:
    said = words_of(demo.say("c-closed", text=QUESTION))
    assert "关闭凭证号" in said and "重新评估" in said


def test_a_visitor_gets_the_way_and_a_login_button(demo: LiveDemo) -> None:
    said = demo.say("anon", text=QUESTION)
    assert "账户管理" in words_of(said) and "¥" not in words_of(said)
    assert cards_of(demo.say("anon", button=button(said, "登录")), "login")


@pytest.mark.parametrize(
    "customer", ["c-lowered", "c-risk", "c-overlimit", "c-unsupported", "c-bureau", "c-cured"]
)
def test_the_others_are_offered_what_their_ledger_allows(demo: LiveDemo, customer: str) -> None:
    owed_fen = demo.ledger(customer)["debts"]["total_fen"]
    said = demo.say(customer, text=QUESTION)
    if owed_fen:
        assert cards_of(said, "debts")[0]["total_fen"] == owed_fen
        quote = demo.say(customer, button=button(said, "一次结清并关闭"))
        demo.say(customer, button=button(quote, "确认结清并关闭"), acr="payment")
    else:
        demo.say(customer, button=button(said, "确认关闭"), acr="payment")
    after = demo.ledger(customer)
    assert after["state"] == "CLOSED" and not any(after["receivables"].values())
