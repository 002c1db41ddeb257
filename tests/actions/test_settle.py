"""Settling early: only the signed button of the quote that was shown charges, and once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from actions import words
from ledger import Ledger, dump, facts, purchases, reconciler
from ledger.gateway.interface import GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway
from tests.actions.chat import Chat, Said

Begin = Callable[[str | None], Chat]


def owed_fen(ledger: Ledger, customer: str) -> int:
    return facts.account_facts(ledger, customer).debts.total_fen


def captures(ledger: Ledger, customer: str) -> int:
    charges = dump.account_json(ledger, customer)["charges"]
    return sum(1 for each in charges if each["state"] == "SUCCEEDED" and each["purpose"] == "settle")


def quoted(chat: Chat) -> list[Said]:
    return chat.type("prepay_all", "全部提前还清", enters="settle")


@pytest.mark.parametrize("customer", ["c-owing", "c-overdue"])
def test_quote_confirm_settled_with_a_receipt(chat: Begin, ledger: Ledger, customer: str) -> None:
    owing = chat(customer)
    quote = quoted(owing)
    card = quote[0].card
    assert sum(line["amount_fen"] for line in card["lines"]) == card["total_fen"]
    assert card["total"] in quote[0].text
    assert owing.press(quote, "确认结清")[0].card["type"] == "step_up"
    assert captures(ledger, customer) == 0
    done = owing.press(quote, "确认结清", strong=True)
    assert done[0].card["kind"] == "settle" and done[0].card["receipt"] in done[0].text
    assert done[0].card["amount_fen"] == card["total_fen"]
    after = dump.account_json(ledger, customer)
    assert not any(after["receivables"].values())
    assert after["state"] == "ACTIVE"


def test_two_presses_charge_once_and_say_the_same(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    first = owing.press(quote, "确认结清", strong=True)
    assert owing.press(quote, "确认结清", strong=True) == first
    assert captures(ledger, "c-owing") == 1


@pytest.mark.parametrize("text", ["好的", "确认", "可以"])
def test_a_typed_yes_charges_nothing_and_shows_it_again(chat: Begin, ledger: Ledger, text: str) -> None:
    owing = chat("c-owing")
    quoted(owing)
    before = owed_fen(ledger, "c-owing")
    again = owing.type("affirm", text)
    assert again[0].response == "utter_quote_again"
    assert again[0].buttons[0]["intent"] == "confirm_settle"
    assert (owed_fen(ledger, "c-owing"), captures(ledger, "c-owing")) == (before, 0)


def test_a_typed_no_cancels_and_the_old_button_charges_nothing(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    assert owing.type("deny", "不了")[0].response == "utter_declined_settle"
    again = owing.press(quote, "确认结清", strong=True)
    assert again[0].response == "utter_quote_cancelled"
    assert captures(ledger, "c-owing") == 0
    assert owing.press(again, "确认结清", strong=True)[0].response == "utter_settled"


def test_the_button_of_another_decision_charges_nothing_and_shows_its_own_again(
    chat: Begin, ledger: Ledger
) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    owing.type("offer_settle_close")
    again = owing.press(quote, "确认结清", strong=True)
    assert again[0].response == "utter_quote_again"
    assert captures(ledger, "c-owing") == 0
    assert owing.press(again, "确认结清", strong=True)[0].response == "utter_settled"
    assert facts.account_facts(ledger, "c-owing").state == "ACTIVE"


@pytest.mark.parametrize("between", ["不了", "offer_settle_close", "a quarter of an hour"])
def test_a_second_press_of_a_button_that_is_over_charges_nothing(
    chat: Begin, ledger: Ledger, between: str
) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    if between == "不了":
        owing.type("deny", between)
    elif between == "offer_settle_close":
        owing.type(between)
    else:
        ledger.clock.advance(timedelta(minutes=16))  # type: ignore[attr-defined]
    first = owing.press(quote, "确认结清", strong=True)
    assert owing.press(quote, "确认结清", strong=True)[0].response == "utter_quote_again"
    assert captures(ledger, "c-owing") == 0
    owing.press(first, "确认结清", strong=True)
    assert captures(ledger, "c-owing") == 1


def test_what_the_bank_took_back_since_is_said_beside_the_receipt(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    gateway = ledger.gateway
    assert isinstance(gateway, SimulatedGateway)
    gateway.set_mode("chargeback", "c-owing")
    assert "全部欠款已还清" in owing.press(quote, "确认结清", strong=True)[0].text
    ledger.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    reconciler.run_once(ledger)
    again, why = owing.press(quote, "确认结清", strong=True)
    assert again.response == "utter_settled_since" and "全部欠款已还清" not in again.text
    assert "被银行撤回" in why.text and why.buttons[-1]["intent"] == "talk_to_human"


def test_the_button_that_declines_cancels_too(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    said = owing.press(quoted(owing), "先不结清")[0]
    assert said.response == "utter_declined_settle" and "关闭" not in said.text
    assert owing.slots["decision"] is None


def test_declining_what_is_late_says_that_it_grows(chat: Begin) -> None:
    overdue = chat("c-overdue")
    said = overdue.press(quoted(overdue), "先不结清")[0]
    assert said.response == "utter_declined_settle_overdue" and "关闭" not in said.text


def test_declining_the_price_speaks_of_settling_alone(chat: Begin) -> None:
    owing = chat("c-owing")
    said = owing.press(owing.type("prepay_all", "提前还要手续费吗"), "先不结清")[0]
    assert said.text.startswith("好的，没有扣款") and "关闭" not in said.text


def test_an_old_button_that_declines_denies_nothing_that_was_done(chat: Begin) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    owing.press(quote, "确认结清", strong=True)
    assert "没有扣款" not in owing.press(quote, "先不结清")[0].text


@pytest.mark.parametrize("intent", ["prepay_all", "affirm", "nlu_fallback"])
def test_typing_what_the_button_says_charges_nothing_and_says_so_first(
    chat: Begin, ledger: Ledger, intent: str
) -> None:
    owing = chat("c-owing")
    quoted(owing)
    said = owing.type(intent, "确认结清", enters="settle")
    assert said[0].text.startswith("还没有扣款，需要您点“确认结清”")
    assert said[0].buttons[0]["intent"] == "confirm_settle"
    assert (captures(ledger, "c-owing"), owing.slots["misses"]) in ((0, 0), (0, None))


def test_asking_to_settle_again_says_that_nothing_was_charged_yet(chat: Begin) -> None:
    owing = chat("c-owing")
    quoted(owing)
    assert quoted(owing)[0].response == "utter_quote_again"


def test_a_changed_balance_shows_the_new_quote_and_charges_nothing(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    purchases.buy(ledger, "c-owing", order_no="T-1", merchant="某店", item="书", amount_fen=5000, key="T-1")
    changed = owing.press(quote, "确认结清", strong=True)
    assert changed[0].response == "utter_quote_changed" and "没有扣款" in changed[0].text
    assert changed[0].card["total_fen"] == quote[0].card["total_fen"] + 5000
    assert captures(ledger, "c-owing") == 0
    assert owing.press(changed, "确认结清", strong=True)[0].card["amount_fen"] == changed[0].card["total_fen"]


def test_a_quote_past_its_time_is_shown_anew(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    ledger.clock.advance(timedelta(minutes=16))  # type: ignore[attr-defined]
    again = owing.press(quote, "确认结清", strong=True)
    assert again[0].response == "utter_quote_expired"
    assert captures(ledger, "c-owing") == 0


def test_another_amount_than_the_quotes_is_not_charged(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = quoted(owing)
    quote[0].buttons[0]["values"]["amount_fen"] -= 1
    assert owing.press(quote, "确认结清", strong=True)[0].response == "utter_quote_changed"
    assert captures(ledger, "c-owing") == 0


def test_a_decline_moves_nothing_and_offers_another_try(chat: Begin, ledger: Ledger) -> None:
    gateway(ledger).set_mode("decline", "c-owing")
    owing = chat("c-owing")
    before = owed_fen(ledger, "c-owing")
    quote = quoted(owing)
    declined = owing.press(quote, "确认结清", strong=True)
    assert "没有扣款" in declined[0].text and "余额不足" in declined[0].text
    assert declined[0].card["state"] == "declined"
    assert owed_fen(ledger, "c-owing") == before
    gateway(ledger).set_mode("succeed", "c-owing")
    again = owing.press(declined, "再试一次")
    assert owing.press(again, "确认结清", strong=True)[0].response == "utter_settled"
    assert owing.press(quote, "确认结清", strong=True)[0].response == "utter_settled", "not declined any more"
    assert captures(ledger, "c-owing") == 1


def test_a_time_out_says_do_not_pay_again_and_later_the_result(chat: Begin, ledger: Ledger) -> None:
    gateway(ledger).set_mode("timeout", "c-owing")
    owing = chat("c-owing")
    quote = quoted(owing)
    checking = owing.press(quote, "确认结清", strong=True)
    assert checking[0].card["state"] == "checking" and "不要重复付款" in checking[0].text
    assert owing.press(quote, "确认结清", strong=True)[0].response == "utter_settle_checking"
    assert quoted(owing)[0].response == "utter_charge_being_checked"
    until = time.monotonic() + 20
    while dump.account_json(ledger, "c-owing")["settlements"][-1]["state"] != "SETTLED":
        assert time.monotonic() < until, "the reconciler never found out"
        ledger.clock.advance(timedelta(seconds=4))  # type: ignore[attr-defined]
        reconciler.run_once(ledger)
    told = owing.push("settlement_result", facts_of_settlement(ledger))
    assert told[0].response == "utter_settled"
    assert captures(ledger, "c-owing") == 1


@pytest.mark.parametrize(
    ("customer", "response"),
    [
        ("c-clean", "utter_nothing_owed"),
        ("c-unknown", "utter_charge_being_checked"),
        ("c-closed", "utter_closed"),
        (None, "utter_settle_anonymous"),
    ],
)
def test_when_there_is_nothing_to_settle_it_says_why(
    chat: Begin, customer: str | None, response: str
) -> None:
    assert quoted(chat(customer))[0].response == response


def test_a_question_of_what_it_costs_is_answered_first(chat: Begin) -> None:
    said = chat("c-owing").type("prepay_all", "提前还要手续费吗")
    assert said[0].response == "utter_settle_cost"
    assert [each["intent"] for each in said[0].buttons] == ["offer_settle", "decline"]


def gateway(ledger: Ledger) -> SimulatedGateway:
    assert isinstance(ledger.gateway, SimulatedGateway)
    return ledger.gateway


def facts_of_settlement(ledger: Ledger) -> str:
    settled = facts.account_facts(ledger, "c-owing").last_settlement
    assert settled is not None
    return settled.number


def test_money_taken_after_the_failure_is_never_called_untaken(
    chat: Begin, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button, the last payment's state and a short question say that it was taken, and where it is."""
    owing = chat("c-owing")
    gateway(ledger).set_mode("late", "c-owing")
    quote = quoted(owing)
    owing.press(quote, "确认结清", strong=True)

    def pressed_until(response: str) -> Said:
        for _ in range(40):
            ledger.clock.advance(timedelta(seconds=5))  # type: ignore[attr-defined]
            reconciler.run_once(ledger)
            said = owing.press(quote, "确认结清", strong=True)[0]
            if said.response == response:
                return said
        raise AssertionError(f"still {said.response}")

    with monkeypatch.context() as slow_bank:
        slow_bank.setattr(SimulatedGateway, "refund", in_doubt)
        pressed_until("utter_settle_declined")
        on_its_way = pressed_until("utter_late_money")
    back = pressed_until("utter_late_money_returned")
    number, owed = f"{facts_of_settlement(ledger)}-1", words.money(owed_fen(ledger, "c-owing"))
    asked = [("nlu_fallback", "扣了吗"), ("repayment_status", ""), ("refund", "退回来了吗")]
    asked += [("repayment_status", "多扣的那笔退了吗"), ("auto_debit", "扣了多少")]
    replies = [said for intent, text in asked for said in owing.type(intent, text)]
    for said in (on_its_way, back, *replies):
        assert number in said.text and f"现在一共欠{owed}" in said.text and "没有扣款" not in said.text
    disputed = owing.type("repayment_status", "你们扣了我两次钱")[0].text
    assert "后来扣了款，已退给您" in disputed
    assert captures(ledger, "c-owing") == 0


def test_a_no_while_the_bank_has_it_tells_of_the_closing_too(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    gateway(ledger).set_mode("timeout", "c-owing")
    owing.press(
        owing.press(owing.type("how_to_close", enters="close"), "一次结清并关闭"), "确认", strong=True
    )
    for words_ in ("等等不关了", "只结清，不关闭"):
        said = owing.type("deny", words_)[0]
        assert (
            "付款成功后月付会按您刚才的确认关闭" in said.text and said.buttons[0]["intent"] == "talk_to_human"
        )
    for words_ in ("扣了吗", "怎么样了", "多久到账"):
        assert owing.type("what_is", words_)[0].response == "utter_guard_closing_under_way"


def in_doubt(*_: object) -> None:
    raise GatewayTimeout
