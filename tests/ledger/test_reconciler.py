"""Charges without an answer end in exactly one of SETTLED and FAILED, and the customer is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger import accounts, audit, facts, links, outbox, purchases, quotes, reconciler, settlement, tickets
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Settlement

WHO = "c-owing"
OWED_FEN = 39_900


@pytest.fixture
def owing(ledger: Ledger) -> Ledger:
    """A ledger in which the customer owes one purchase."""
    accounts.open_account(
        ledger, WHO, real_name_verified=True, card_last4="1024", limit_fen=500_000, key="open"
    )
    links.link(ledger, f"web-{WHO}", WHO)
    purchases.buy(
        ledger, WHO, order_no="D1", merchant="南风服饰店", item="围巾", amount_fen=OWED_FEN, key="D1"
    )
    return ledger


def settle(ledger: Ledger, who: str = WHO) -> Settlement:
    quote = quotes.make(ledger, who, close_after=False)
    return settlement.confirm(ledger, who, quote_id=quote.quote_id, amount_fen=quote.total_fen, key="k1")


def now_is(ledger: Ledger) -> str:
    found = facts.account_facts(ledger, WHO).last_settlement
    assert found is not None
    return found.state


def told(ledger: Ledger) -> list[tuple[str, str]]:
    items = outbox.claim(ledger, 100, 30)
    outbox.ack(ledger, [item.id for item in items])
    return [(item.kind, item.ref) for item in items]


def run_for(ledger: Ledger, clock: FixedClock, seconds: int) -> None:
    for _ in range(seconds):
        clock.advance(timedelta(seconds=1))
        reconciler.run_once(ledger)


def test_a_lost_answer_is_found_out_and_told(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("timeout")
    assert settle(owing).state == "UNKNOWN"
    assert reconciler.run_once(owing) == 0, "not before 3 seconds"
    run_for(owing, clock, 12)
    assert now_is(owing) == "SETTLED"
    assert facts.account_facts(owing, WHO).debts.total_fen == 0
    assert told(owing) == [("settlement_result", "S1")]
    assert audit.audit(owing) == []


def test_a_late_success_is_credited_and_sent_back(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("late")
    assert settle(owing).state == "UNKNOWN"
    run_for(owing, clock, 7)
    assert now_is(owing) == "FAILED"
    assert told(owing) == [("settlement_result", "S1")]
    run_for(owing, clock, 12)
    account = facts.account_facts(owing, WHO)
    assert now_is(owing) == "FAILED"
    assert (account.debts.total_fen, account.credit_fen) == (OWED_FEN, 0)
    assert told(owing) == [("late_success", "S1-1"), ("payout_done", "P1")]
    assert gateway.refund("S1-1", "P2", 1).reason == "more_than_charged", "all of it went back, once"
    assert audit.audit(owing) == []


def test_a_chargeback_is_owed_again_and_brings_a_ticket(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("chargeback")
    assert settle(owing).state == "SETTLED"
    run_for(owing, clock, 10)
    assert facts.account_facts(owing, WHO).debts.total_fen == OWED_FEN
    assert told(owing) == [("chargeback", "S1-1")]
    assert [ticket.kind for ticket in tickets.list_tickets(owing)] == ["chargeback"]
    assert gateway.notifications() == []
    assert audit.audit(owing) == []


def test_a_held_charge_waits_and_is_told_once_released(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("hold", WHO)
    assert settle(owing).state == "UNKNOWN"
    run_for(owing, clock, 70)
    clock.advance(timedelta(days=3))
    reconciler.run_once(owing)
    assert now_is(owing) == "UNKNOWN"
    assert told(owing) == []
    gateway.set_mode("succeed", WHO)
    reconciler.run_once(owing)
    assert now_is(owing) == "SETTLED"
    assert told(owing) == [("settlement_result", "S1")]


def test_questions_come_often_then_rarely(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    asked: list[float] = []
    started = clock.now()

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(gateway, name)

        def query(self, number: str) -> ChargeAnswer:
            asked.append((clock.now() - started).total_seconds())
            return gateway.query(number)

    counted = replace(owing, gateway=Counting())  # type: ignore[arg-type]
    gateway.set_mode("hold", WHO)
    settle(counted)
    run_for(counted, clock, 120)
    first_minute = [at for at in asked if at <= 60]
    gaps = [after - before for before, after in zip([0.0, *first_minute], first_minute, strict=False)]
    assert 10 <= len(first_minute) <= 20
    assert min(gaps) >= 3
    assert max(gaps) <= 7  # up to 6 s, and one second more of our own step
    assert len(asked) - len(first_minute) <= 1
    after_5_min, after_1_h, daily = [(5, 1)], [(50, 0), (15, 1)], [(20 * 60, 0), (5 * 60, 1), (24 * 60, 1)]
    for minutes, times in after_5_min + after_1_h + daily:
        before = len(asked)
        clock.advance(timedelta(minutes=minutes))
        reconciler.run_once(counted)
        reconciler.run_once(counted)
        assert len(asked) - before == times


def test_two_processes_ask_once(owing: Ledger, gateway: SimulatedGateway, clock: FixedClock) -> None:
    """While one asks about the first charge, the other asks about the second, which both saw as due."""
    accounts.open_account(
        owing, "c-other", real_name_verified=True, card_last4="7301", limit_fen=500_000, key="open"
    )
    purchases.buy(
        owing, "c-other", order_no="D2", merchant="拾光图书店", item="绘本", amount_fen=5_000, key="D2"
    )
    gateway.set_mode("hold", WHO)
    gateway.set_mode("hold", "c-other")
    settle(owing)
    settle(owing, who="c-other")
    clock.advance(timedelta(seconds=5))
    asked: list[str] = []

    class Asked:
        def __getattr__(self, name: str) -> object:
            return getattr(gateway, name)

        def query(self, number: str) -> ChargeAnswer:
            asked.append(number)
            return gateway.query(number)

    class AskedMeanwhile(Asked):
        def query(self, number: str) -> ChargeAnswer:
            answer = super().query(number)
            if number == "S1-1":
                assert reconciler.run_once(replace(owing, gateway=Asked())) == 1  # type: ignore[arg-type]
            return answer

    assert reconciler.run_once(replace(owing, gateway=AskedMeanwhile())) == 1  # type: ignore[arg-type]
    assert sorted(asked) == ["S1-1", "S2-1"]


def test_a_gateway_that_does_not_answer_is_asked_again(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    class Silent:
        def __getattr__(self, name: str) -> Callable[..., ChargeAnswer]:
            def silent(*_: object, **__: object) -> ChargeAnswer:
                raise GatewayTimeout(name)

            return silent

        def notifications(self) -> list[ChargeAnswer]:
            return []

    down = replace(owing, gateway=Silent())  # type: ignore[arg-type]
    assert settle(down).state == "UNKNOWN"
    run_for(down, clock, 10)
    assert now_is(owing) == "UNKNOWN"
    run_for(owing, clock, 10)
    assert now_is(owing) == "FAILED", "the charge never reached the gateway, which now never takes it"
    assert facts.account_facts(owing, WHO).open_charge is None


def test_one_bad_notification_does_not_hold_up_the_rest(
    owing: Ledger, gateway: SimulatedGateway, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A charge of somebody else's ledger comes first; ours is dealt with all the same."""
    gateway.set_mode("chargeback")
    gateway.charge("X1-1", 100, "c-elsewhere", clock.now() + timedelta(minutes=5), timeout_s=1)
    settle(owing)
    run_for(owing, clock, 10)
    assert told(owing) == [("chargeback", "S1-1")]
    assert "X1-1" in caplog.text
    assert gateway.notifications() == []
