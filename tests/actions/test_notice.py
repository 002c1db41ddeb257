"""What customers are told unasked, from the outbox the ledger wrote to the words in the chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ledger import Ledger, dump, facts, goodwill, outbox, reconciler, repayments, transfers
from ledger.clock import DemoClock
from ledger.gateway.simulated import SimulatedGateway
from tests.actions import states
from tests.actions.chat import Chat, Said

Begin = Callable[[str | None], Chat]
SENDER = "web-c-owing"


def live_on(ledger: Ledger, chat: Chat, minutes: int) -> list[tuple[str, list[Said]]]:
    """Lets time pass with the reconciler at work; every notice with what it says, in order."""
    assert isinstance(ledger.clock, DemoClock)
    told = []
    for _ in range(minutes * 12):
        ledger.clock.advance(timedelta(seconds=5))
        reconciler.run_once(ledger)
        items = outbox.claim(ledger, 50, 60)
        told += [(item.kind, chat.push(item.kind, item.ref)) for item in items if item.sender == chat.sender]
        outbox.ack(ledger, [item.id for item in items])
    return told


def settle(ledger: Ledger, chat: Chat, mode: str) -> list[Said]:
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode(mode, "c-owing")
    quote = chat.type("prepay_all", "全部提前还清", enters="settle")
    return chat.press(quote, "确认结清", strong=True)


def test_a_late_success_is_told_and_then_its_return(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    before = facts.account_facts(ledger, "c-owing").debts.total_fen
    amount = settle(ledger, owing, "late")[0].card["amount"]
    told = dict(live_on(ledger, owing, 3))
    assert list(told) == ["settlement_result", "late_success", "payout_done"]
    assert "没有扣款" in told["settlement_result"][0].text
    assert amount in told["late_success"][0].text and "退回" in told["late_success"][0].text
    assert amount in told["payout_done"][0].text
    after = facts.account_facts(ledger, "c-owing")
    assert (after.debts.total_fen, after.credit_fen) == (before, 0)


def test_money_that_a_person_sent_by_bank_is_told(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    given = {"reason": "the app was down", "given_by": "staff 7", "key": "given"}
    goodwill.compensate(world.ledger, world.customer.id, amount_fen=2_000, **given)
    sent = {"bank_reference": "B1", "key": "sent"}
    number = transfers.record(world.ledger, world.customer.id, amount_fen=2_000, **sent)
    (told,) = outbox.claim(world.ledger, 50, 60)
    assert (told.kind, told.ref) == ("transfer_done", number)
    assert "¥20.00已通过银行转账退给您" in world.chat().push(told.kind, told.ref)[0].text


def test_a_chargeback_is_told_with_its_ticket(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    settled = settle(ledger, owing, "chargeback")
    told = dict(live_on(ledger, owing, 1))
    assert settled[0].card["amount"] in told["chargeback"][0].text
    assert "chargeback" in [each["kind"] for each in dump.account_json(ledger, "c-owing")["tickets"]]


def test_the_charge_nobody_knew_of_is_told_when_it_is_known(chat: Begin, ledger: Ledger) -> None:
    unknown = chat("c-unknown")
    assert live_on(ledger, unknown, 1) == []
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode("succeed", "c-unknown")
    told = dict(live_on(ledger, unknown, 1))
    assert told["settlement_result"][0].response == "utter_settled"
    assert not any(dump.account_json(ledger, "c-unknown")["receivables"].values())


@pytest.mark.parametrize(("mode", "words"), [("timeout", "已到账"), ("late", "没有扣款")])
def test_a_repayment_that_was_being_checked_is_told(
    chat: Begin, ledger: Ledger, mode: str, words: str
) -> None:
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode(mode, "c-owing")
    repayments.repay(ledger, "c-owing", amount_fen=10_000, key="r-1")
    told = live_on(ledger, chat("c-owing"), 2)
    first = next(said for kind, said in told if kind == "repayment_result")
    assert words in first[0].text and "¥100.00" in first[0].text


@pytest.mark.parametrize(
    ("state", "response", "words"),
    [
        (states.debit_declined_once, "utter_debit_retry", "今天17:00、20:00会再试"),
        (states.debit_declined, "utter_debit_failed", "10月6日到期，请自己还"),
    ],
)
def test_a_declined_automatic_debit_is_told_with_what_comes_next(
    tmp_path: Path, state: Callable[[states.World], None], response: str, words: str
) -> None:
    world = states.make(tmp_path)
    state(world)
    item = outbox.claim(world.ledger, 50, 60)[-1]
    said = world.chat().push(item.kind, item.ref)
    assert (said[0].response, said[0].buttons[0]["intent"]) == (response, "how_to_repay")
    assert words in said[0].text and "¥1,200.00" in said[0].text and item.ref in said[0].text


def test_an_automatic_debit_is_told_with_what_is_still_owed(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.automatic_debit(world)
    world.customer.buy(30_000)
    world.at("2026-10-06", "08:01")
    (item,) = outbox.claim(world.ledger, 50, 60)
    (said,) = world.chat().push(item.kind, item.ref)
    assert said.text.startswith("已自动还款¥1,200.00（10月6日 08:01") and said.text.endswith("还欠¥300.00。")


def test_a_declined_debit_paid_by_hand_since_is_not_told(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.debit_declined_once(world)
    world.gateway.set_mode("succeed")
    world.customer.repay(120_000)
    (item,) = outbox.claim(world.ledger, 50, 60)
    assert world.chat().push(item.kind, item.ref) == []


def test_a_result_leaves_an_open_decision_open(chat: Begin, ledger: Ledger) -> None:
    owing = chat("c-owing")
    settle(ledger, owing, "timeout")
    owing.slots["decision"] = {"kind": "close"}
    assert [kind for kind, _ in live_on(ledger, owing, 1)] == ["settlement_result"]
    assert owing.slots["decision"] == {"kind": "close"}


def test_a_notice_of_a_kind_that_is_not_known_says_nothing(chat: Begin) -> None:
    assert chat("c-owing").push("something_new", "1") == []
