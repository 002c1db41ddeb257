"""Closing: what stands in the way, the decision, and the one confirmation that closes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from ledger import Ledger, closing, dump, facts, purchases, tickets
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import GuardId
from tests.actions import states
from tests.actions.chat import Chat, responses

Begin = Callable[[str | None], Chat]
BUREAU = "征信和还款记录不会因此消除，关闭后可能无法再在月付页面查看账单"


def state(ledger: Ledger, customer: str) -> str:
    return facts.account_facts(ledger, customer).state


def test_nothing_owed_closes_after_a_strong_login_with_a_receipt(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", "怎么关闭月付", enters="close")
    assert BUREAU in decision[0].text
    assert [each["title"] for each in decision[0].buttons] == ["确认关闭", "先不关"]
    refused = clean.press(decision, "确认关闭")
    assert refused[0].card == {"type": "step_up", "acr": "payment"}
    assert state(ledger, "c-clean") == "ACTIVE"
    done = clean.press(decision, "确认关闭", strong=True)
    after = facts.account_facts(ledger, "c-clean")
    assert (after.state, after.limit.total_fen) == ("CLOSED", 0)
    assert after.close_receipt and after.close_receipt in done[0].text
    assert done[0].card["close_receipt"] == after.close_receipt


def test_a_login_older_than_five_minutes_is_not_strong(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", enters="close")
    assert clean.press(decision, "确认关闭", strong=True, age_s=301)[0].card["type"] == "step_up"
    assert state(ledger, "c-clean") == "ACTIVE"


def test_a_question_that_is_not_sure_enough_is_answered_and_asked_first(chat: Begin) -> None:
    said = chat("c-clean").type("how_to_close", "关了会怎样")
    assert [each["intent"] for each in said[0].buttons] == ["offer_close", "steps_close", "decline"]


def test_pressing_confirm_twice_gives_the_same_receipt(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", enters="close")
    first = clean.press(decision, "确认关闭", strong=True)
    journals = len(dump.account_json(ledger, "c-clean")["journals"])
    assert clean.press(decision, "确认关闭", strong=True) == first
    assert len(dump.account_json(ledger, "c-clean")["journals"]) == journals


def test_a_second_press_after_no_closes_nothing(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", enters="close")
    clean.press(decision, "先不关")
    first = clean.press(decision, "确认关闭", strong=True)
    assert first[0].response == "utter_close_cancelled"
    assert clean.press(decision, "确认关闭", strong=True)[0].response == "utter_close_again"
    assert state(ledger, "c-clean") == "ACTIVE"
    clean.press(first, "确认关闭", strong=True)
    assert state(ledger, "c-clean") == "CLOSED"


@pytest.mark.parametrize("word", ["affirm", "thanks"])
def test_words_close_nothing_and_show_the_decision_again(chat: Begin, ledger: Ledger, word: str) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    again = clean.type(word, "好的")
    assert again[-1].buttons[0]["intent"] == "confirm_close"
    assert state(ledger, "c-clean") == "ACTIVE"


def test_an_old_button_after_cancelling_shows_the_decision_again(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", enters="close")
    assert clean.type("deny", "算了")[0].response == "utter_declined_close"
    again = clean.press(decision, "确认关闭", strong=True)
    assert again[0].response == "utter_close_cancelled"
    assert state(ledger, "c-clean") == "ACTIVE"
    assert clean.press(again, "确认关闭", strong=True)[0].response == "utter_closed_now"


@pytest.mark.parametrize("intent", ["how_to_close", "affirm", "nlu_fallback"])
def test_typing_what_the_button_says_closes_nothing_and_says_so_first(
    chat: Begin, ledger: Ledger, intent: str
) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    said = clean.type(intent, "确认关闭", enters="close")
    assert said[0].text.startswith("还没有关闭，需要您点“确认关闭”")
    assert said[0].buttons[0]["intent"] == "confirm_close"
    assert state(ledger, "c-clean") == "ACTIVE"


@pytest.mark.parametrize("text", ["确认结清并关闭", "好的，确认关闭！", "确认"])
def test_typed_words_neither_settle_nor_close(chat: Begin, ledger: Ledger, text: str) -> None:
    """Before the quote was seen and after it: nothing happened is said first, and the quote shown."""
    owing = chat("c-owing")
    owing.type("how_to_close", enters="close")
    first = owing.type("how_to_close", text, enters="close")
    assert [each.response for each in first] == ["utter_quote_again_close", "utter_quote_effects"]
    assert first[0].text.startswith("还没有扣款，也没有关闭")
    second = owing.type("how_to_close", text, enters="close")
    assert second[0].response == "utter_quote_again_close"
    assert state(ledger, "c-owing") == "ACTIVE"


def test_a_question_that_says_confirm_is_a_question(chat: Begin) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    said = clean.type("close_impact", "确认关闭后还能再开吗")
    assert said[0].response == "utter_close_impact"


def test_only_who_never_used_it_is_told_so(chat: Begin, ledger: Ledger, tmp_path: Path) -> None:
    used = chat("c-clean").type("how_to_close", enters="close")[0]
    assert used.response == "utter_close_decision" and "没有用过" not in used.text
    new = states.make(tmp_path).chat().type("how_to_close", enters="close")[0]
    assert "没有用过" in new.text and "关闭不收费" in new.text and BUREAU in new.text


@pytest.mark.parametrize(("customer", "button"), [("c-clean", "先不关"), ("c-owing", "先不关")])
def test_declining_fits_what_was_asked(chat: Begin, ledger: Ledger, customer: str, button: str) -> None:
    asked = chat(customer)
    said = asked.press(asked.type("how_to_close", enters="close"), button)[0]
    assert ("没有扣款" in said.text) == (customer == "c-owing") and "没有关闭" in said.text
    assert asked.slots["decision"] is None


def test_an_old_button_denies_no_closing_that_was_done(chat: Begin) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", enters="close")
    clean.press(decision, "确认关闭", strong=True)
    assert "没有关闭" not in clean.press(decision, "先不关")[0].text


def test_a_button_of_hours_ago_closes_nothing_and_is_shown_anew(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    chat = world.chat()
    decision = chat.type("how_to_close", enters="close")
    world.at("2026-09-03", "10:14")
    assert chat.press(decision, "确认关闭")[0].card["type"] == "step_up"
    world.at("2026-09-03", "10:15")
    anew = chat.press(decision, "确认关闭", strong=True)
    assert anew[0].response == "utter_close_expired" and world.customer.facts.state == "ACTIVE"
    chat.press(anew, "确认关闭", strong=True)
    assert world.customer.facts.state == "CLOSED"


def test_another_question_is_answered_and_the_decision_offered_again(chat: Begin) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    said = clean.type("close_impact", "关了还能再开吗")
    assert [each.response for each in said] == ["utter_close_impact", "utter_close_after"]


def test_four_kinds_of_debt_add_up_to_the_total(chat: Begin, ledger: Ledger) -> None:
    said = chat("c-owing").type("how_to_close", enters="close")
    debts = facts.account_facts(ledger, "c-owing").debts
    card = said[0].card
    assert [line["amount_fen"] for line in card["lines"]] == [
        debts.unbilled_fen,
        debts.billed_fen,
        debts.product_plan_fen,
        debts.bill_plan_fen,
    ]
    assert all(line["amount_fen"] > 0 and line["amount"] not in said[0].text for line in card["lines"])
    assert sum(line["amount_fen"] for line in card["lines"]) == card["total_fen"] == debts.total_fen
    assert [each["title"] for each in said[0].buttons] == ["一次结清并关闭", "只看怎么操作", "先不关"]


def test_one_confirmation_settles_and_closes_with_both_receipts(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    quote = owing.press(owing.type("how_to_close", enters="close"), "一次结清并关闭")
    assert quote[-1].card["close_after"] and quote[-1].card["waived"]
    done = owing.press(quote, "确认结清并关闭", strong=True)
    after = dump.account_json(ledger, "c-owing")
    assert after["state"] == "CLOSED"
    assert not any(after["receivables"].values())
    card = done[0].card
    assert card["kind"] == "settle_close" and card["receipt"] and card["close_receipt"]
    assert card["receipt"] in done[0].text and card["close_receipt"] in done[0].text
    assert card["amount_fen"] == quote[-1].card["total_fen"]


def test_overdue_names_the_penalty_and_explains_the_freeze(chat: Begin, ledger: Ledger) -> None:
    overdue = chat("c-overdue")
    said = overdue.type("how_to_close", enters="close")
    assert "逾期违约金" in said[0].text
    assert facts.account_facts(ledger, "c-overdue").debts.penalty_fen > 0
    assert said[1].response == "utter_close_frozen" and "逾期" in said[1].text
    quote = overdue.press(said, "一次结清并关闭")
    overdue.press(quote, "确认结清并关闭", strong=True)
    assert state(ledger, "c-overdue") == "CLOSED"


def test_how_to_do_it_oneself_gives_both_ways(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    said = owing.press(owing.type("how_to_close", enters="close"), "只看怎么操作")
    assert ledger.terms.settle_path in said[0].text and ledger.terms.close_path in said[1].text


@pytest.mark.parametrize(
    ("customer", "guard"), [("c-refunding", "refund_open"), ("c-unknown", "charge_open")]
)
def test_a_guard_refuses_with_its_own_sentence(
    chat: Begin, ledger: Ledger, customer: str, guard: str
) -> None:
    assert guard in [each.id for each in closing.guards(ledger, customer)]
    said = chat(customer).type("how_to_close", enters="close")
    assert said[0].response == f"utter_guard_{guard}"
    assert all(each["intent"] != "confirm_close" for bubble in said for each in bubble.buttons)


def test_closed_says_when_and_what_opening_again_means(chat: Begin, ledger: Ledger) -> None:
    said = chat("c-closed").type("how_to_close", enters="close")
    assert facts.account_facts(ledger, "c-closed").close_receipt in said[0].text
    assert "重新评估" in said[0].text


def test_a_visitor_hears_the_way_and_no_account_facts(chat: Begin, ledger: Ledger) -> None:
    said = chat(None).type("how_to_close", enters="close")
    assert ledger.terms.close_path in said[0].text and "¥" not in said[0].text
    assert "login" in [each["intent"] for each in said[0].buttons]


@pytest.mark.parametrize("guard", get_args(GuardId))
def test_every_guard_has_a_sentence(guard: str) -> None:
    assert f"utter_guard_{guard}" in responses()


def test_what_came_up_since_the_decision_stands_in_the_way(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    decision = clean.type("how_to_close", enters="close")
    purchases.authorise(
        ledger, "c-clean", order_no="T-9", merchant="某店", item="书", amount_fen=5000, key="T-9"
    )
    assert clean.type("affirm", "好的")[0].response == "utter_guard_hold_open"
    clean.slots["decision"] = {"kind": "close"}
    assert clean.press(decision, "确认关闭", strong=True)[0].response == "utter_guard_hold_open"
    assert state(ledger, "c-clean") == "ACTIVE"


@pytest.mark.parametrize("intent", ["how_to_close", "out_of_scope"])
@pytest.mark.parametrize("text", ["花呗和月付都想关掉", "月付跟白条一起注销"])
def test_named_beside_another_product_its_closing_is_answered_after_asking(
    chat: Begin, intent: str, text: str
) -> None:
    said = chat("c-clean").type(intent, text)
    assert [each.response for each in said] == ["utter_close_ready", "utter_other_product"]
    assert "确认关闭" not in [each["title"] for each in said[0].buttons]


@pytest.mark.parametrize("text", ["花呗怎么关掉", "白条和月付哪个好", "今天天气好"])
def test_another_product_alone_is_out_of_scope(chat: Begin, text: str) -> None:
    assert [each.response for each in chat("c-clean").type("out_of_scope", text)] == ["utter_out_of_scope"]


def test_a_complaint_in_the_wish_to_close_is_filed_too(chat: Begin, ledger: Ledger) -> None:
    said = chat("c-clean").type("how_to_close", "再不给我关我就投诉了")
    assert [each.response for each in said] == ["utter_complaint_filed", "utter_close_ready"]
    ticket = tickets.active_for(ledger, "web-c-clean")
    assert ticket is not None and ticket.kind == "complaint"
    assert len(chat("c-owing").type("how_to_close", "投诉以后怎么关闭")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "先把花呗关了，月付留着",
        "月付不关，关花呗",
        "分付和月付我只想关分付",
        "月付先留着，帮我关白条",
        "不要关月付！我说的是关闭美团月付",
        "别关月付，关花呗",
    ],
)
def test_closing_another_product_while_ours_stays_opens_nothing(chat: Begin, text: str) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    assert [each.response for each in clean.type("how_to_close", text)] == ["utter_other_product_only"]
    assert clean.slots["decision"] is None


@pytest.mark.parametrize(
    "text", ["借呗留着，把月付关了", "花呗和月付都关掉", "花呗不关只关月付", "不用花呗了，月付也关闭"]
)
def test_ours_is_closed_though_another_product_stays(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("how_to_close", text)[0].response == "utter_close_ready"


def test_what_is_closed_or_being_paid_to_close_is_not_said_to_stay(chat: Begin, ledger: Ledger) -> None:
    text = "月付留着，把花呗关了"
    assert chat("c-closed").type("how_to_close", text)[0].response == "utter_closed"
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode("timeout", "c-owing")
    owing = chat("c-owing")
    quote = owing.press(owing.type("how_to_close", enters="close"), "一次结清并关闭")
    owing.press(quote, "确认", strong=True)
    assert owing.type("how_to_close", text)[0].response == "utter_guard_closing_under_way"
    assert owing.type("deny", "别关月付，关花呗")[0].response == "utter_cannot_withdraw_close"
