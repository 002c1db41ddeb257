"""Paying everything early, over the real channel: every way it can end, in words and in the ledger."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live import LiveDemo, Message, button, cards_of, words_of

QUESTION = "我要全部提前还清"


def quoted(demo: LiveDemo, customer: str) -> list[Message]:
    said = demo.say(customer, text=QUESTION)
    assert cards_of(said, "quote"), said
    return said


def charged(demo: LiveDemo, customer: str) -> int:
    return sum(1 for each in demo.ledger(customer)["charges"] if each["state"] == "SUCCEEDED")


@pytest.mark.parametrize("customer", ["c-owing", "c-overdue"])
def test_quote_confirm_settled(demo: LiveDemo, customer: str) -> None:
    quote = quoted(demo, customer)
    token = button(quote, "确认结清")
    before = charged(demo, customer)
    assert cards_of(demo.say(customer, button=token), "step_up")
    assert charged(demo, customer) == before
    done = demo.say(customer, button=token, acr="payment")
    receipt = cards_of(done, "receipt")[0]
    assert receipt["amount_fen"] == cards_of(quote, "quote")[0]["total_fen"]
    assert receipt["amount"] in words_of(done) and receipt["receipt"] in words_of(done)
    after = demo.ledger(customer)
    assert after["state"] == "ACTIVE" and not any(after["receivables"].values())
    assert charged(demo, customer) == before + 1


def test_two_clicks_at_once_charge_once(demo: LiveDemo) -> None:
    token = button(quoted(demo, "c-owing"), "确认结清")
    before = charged(demo, "c-owing")
    with ThreadPoolExecutor(2) as clicks:
        answers = list(clicks.map(lambda _: demo.say("c-owing", button=token, acr="payment"), range(2)))
    assert charged(demo, "c-owing") == before + 1
    first, second = (cards_of(each, "receipt") for each in answers)
    assert first == second != []


def test_the_same_message_id_twice_is_answered_alike(demo: LiveDemo) -> None:
    token = button(quoted(demo, "c-owing"), "确认结清")
    before = charged(demo, "c-owing")
    first = demo.say("c-owing", button=token, acr="payment", id="same-id")
    assert demo.say("c-owing", button=token, acr="payment", id="same-id") == first
    assert charged(demo, "c-owing") == before + 1


def test_a_decline_moves_nothing_and_another_try_settles(demo: LiveDemo) -> None:
    demo.gateway("decline", "c-owing")
    before = demo.ledger("c-owing")
    quote = quoted(demo, "c-owing")
    declined = demo.say("c-owing", button=button(quote, "确认结清"), acr="payment")
    assert "没有扣款" in words_of(declined)
    after = demo.ledger("c-owing")
    assert (after["receivables"], after["journals"]) == (before["receivables"], before["journals"])
    demo.gateway("succeed", "c-owing")
    again = demo.say("c-owing", button=button(declined, "再试一次"))
    demo.say("c-owing", button=button(again, "确认结清"), acr="payment")
    assert not any(demo.ledger("c-owing")["receivables"].values())


def test_a_time_out_is_being_checked_and_the_result_arrives(demo: LiveDemo) -> None:
    demo.gateway("timeout", "c-owing")
    quote = quoted(demo, "c-owing")
    checking = demo.say("c-owing", button=button(quote, "确认结清"), acr="payment")
    assert "不要重复付款" in words_of(checking)
    assert cards_of(checking, "status")[0]["state"] == "checking"
    told = pushed(demo, "c-owing", checking[-1]["seq"])
    assert cards_of(told, "receipt")
    assert not any(demo.ledger("c-owing")["receivables"].values())


def pushed(demo: LiveDemo, customer: str, since: int, timeout_s: float = 40) -> list[Message]:
    until = time.monotonic() + timeout_s
    while not (told := demo.later(customer, since)):
        assert time.monotonic() < until, "nothing was pushed"
        time.sleep(0.5)
    return told


@pytest.mark.parametrize("text", ["好的", "确认"])
def test_a_typed_yes_charges_nothing_and_shows_it_again(demo: LiveDemo, text: str) -> None:
    quoted(demo, "c-owing")
    before = demo.ledger("c-owing")
    again = demo.say("c-owing", text=text)
    assert cards_of(again, "quote") and "没有扣款" in words_of(again)
    assert demo.ledger("c-owing")["journals"] == before["journals"]


def test_a_typed_no_cancels_and_the_old_button_charges_nothing(demo: LiveDemo) -> None:
    token = button(quoted(demo, "c-owing"), "确认结清")
    before = demo.ledger("c-owing")
    assert "没有扣款" in words_of(demo.say("c-owing", text="算了"))
    again = demo.say("c-owing", button=token, acr="payment")
    assert cards_of(again, "quote") and "没有扣款" in words_of(again)
    assert demo.ledger("c-owing")["journals"] == before["journals"]


def test_a_question_in_between_is_answered_and_the_decision_offered_again(demo: LiveDemo) -> None:
    quoted(demo, "c-owing")
    said = demo.say("c-owing", text="关闭月付以后还能再开通吗")
    assert len(said) == 2 and cards_of(said, "quote")


def test_a_changed_balance_charges_nothing_and_shows_the_new_amount(demo: LiveDemo) -> None:
    quote = quoted(demo, "c-overdue")
    demo.clock("1d")
    before = charged(demo, "c-overdue")
    said = demo.say("c-overdue", button=button(quote, "确认结清"), acr="payment")
    new = cards_of(said, "quote")[0]
    assert new["total_fen"] > cards_of(quote, "quote")[0]["total_fen"]
    assert "没有扣款" in words_of(said) and charged(demo, "c-overdue") == before


@pytest.mark.parametrize(
    ("customer", "words"), [("c-clean", "没有欠款"), ("c-unknown", "不要重复付款"), ("c-closed", "关闭")]
)
def test_nothing_to_settle_says_why(demo: LiveDemo, customer: str, words: str) -> None:
    said = demo.say(customer, text=QUESTION)
    assert words in words_of(said) and not cards_of(said, "quote")


def test_a_button_of_another_customer_does_nothing(demo: LiveDemo) -> None:
    token = button(quoted(demo, "c-owing"), "确认结清")
    before = demo.ledger("c-owing"), demo.ledger("c-overdue")
    said = demo.say("c-overdue", button=token, acr="payment")
    assert "用不了" in words_of(said)
    after = demo.ledger("c-owing"), demo.ledger("c-overdue")
    assert [each["journals"] for each in after] == [each["journals"] for each in before]


def test_a_read_only_ledger_charges_nothing_and_says_so(demo: LiveDemo) -> None:
    token = button(quoted(demo, "c-owing"), "确认结清")
    before = demo.ledger("c-owing")["journals"]
    demo.stop_service()
    path = demo.folder / "ledger.db"
    demo.start_service(DATABASE_URL=f"sqlite:///file:{path}?mode=ro&uri=true")
    demo.household.wait_ready(60, lambda program: None)
    said = demo.say("c-owing", button=token, acr="payment")
    assert cards_of(said, "error")[0]["reference"] in words_of(said)
    assert demo.ledger("c-owing")["journals"] == before


def test_with_the_service_down_the_customer_is_told_with_a_reference(demo: LiveDemo) -> None:
    demo.stop_service()
    said = demo.say("c-owing", text=QUESTION)
    assert cards_of(said, "error")[0]["reference"] in words_of(said)


def test_a_charge_that_nobody_knew_of_is_told_when_it_is_known(demo: LiveDemo) -> None:
    said = demo.say("c-unknown", text=QUESTION)
    demo.gateway("succeed", "c-unknown")
    told = pushed(demo, "c-unknown", said[-1]["seq"])
    assert cards_of(told, "receipt")
    assert not any(demo.ledger("c-unknown")["receivables"].values())
