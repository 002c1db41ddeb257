"""Automatic debit: when it tries, what it takes; neither its timing nor a fault takes money twice."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ledger import debits, dump, jobs, lookups, merchants, penalties, reconciler, refunds, settlement
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.errors import AccountClosed
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Charge
from tests.ledger.customer import Customer, assert_books_hold, told

TIMES = ("08:00", "17:00", "20:00")


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes a bill of 1,200.00, due on 6 November, and has given the order to debit it."""
    customer = Customer(ledger, on="2026-10-05", auto_debit=True)
    customer.buy(120_000)
    return customer.at("2026-11-01").close_month("2026-10")


def tries(customer: Customer) -> list[tuple[str, str]]:
    return [(f"{each.due_at:%H:%M}", each.state) for each in customer.facts.debits if each.due_at]


def charges(customer: Customer) -> list[dict[str, object]]:
    found: list[dict[str, object]] = dump.account_json(customer.ledger, customer.id)["charges"]
    return found


def live(customer: Customer, start: str, days: int, times: tuple[str, ...] = TIMES) -> None:
    """Runs the jobs at these times of each day."""
    first = date.fromisoformat(start).toordinal()
    for day in range(first, first + days):
        for time in times:
            customer.at(date.fromordinal(day).isoformat(), time)
            reconciler.run_once(customer.ledger)
            jobs.run(customer.ledger)


def test_the_bill_is_debited_once_on_the_due_day(customer: Customer) -> None:
    live(customer, "2026-11-05", 1)
    assert (tries(customer), customer.facts.debts.total_fen) == ([], 120_000)
    customer.at("2026-11-06", "07:59")
    assert debits.run(customer.ledger) == 0
    customer.at("2026-11-06", "08:00")
    assert (debits.run(customer.ledger), debits.run(customer.ledger)) == (1, 0)
    assert (tries(customer), customer.facts.debts.total_fen) == ([("08:00", "SUCCEEDED")], 0)
    live(customer, "2026-11-06", 3)
    assert len(charges(customer)) == 1
    assert told(customer.ledger) == [("debit_result", customer.facts.debits[0].number)]
    assert_books_hold(customer.ledger)


def test_a_decline_is_told_and_tried_again_until_the_last_time(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    gateway.set_mode("decline")
    live(customer, "2026-11-06", 4)
    assert tries(customer) == [(time, "FAILED") for time in TIMES]
    assert [kind for kind, _ in told(customer.ledger)] == ["debit_result"] * 3
    assert [freeze.kind for freeze in customer.facts.freezes] == ["overdue"]
    assert customer.facts.debts.penalty_fen == 3 * 60
    customer.at("2026-11-10")
    gateway.set_mode("succeed")
    assert debits.run(customer.ledger) == 0  # after the due day by hand
    customer.repay_bills()
    assert customer.facts.debts.total_fen == 0
    assert_books_hold(customer.ledger)


def test_money_that_came_by_the_evening_is_taken_then(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("decline")
    live(customer, "2026-11-06", 1, TIMES[:2])
    gateway.set_mode("succeed")
    live(customer, "2026-11-06", 1, TIMES[2:])
    assert tries(customer) == [("08:00", "FAILED"), ("17:00", "FAILED"), ("20:00", "SUCCEEDED")]
    live(customer, "2026-11-07", 1)
    assert (customer.facts.freezes, customer.facts.debts.total_fen) == ((), 0)


@pytest.mark.parametrize("runs", [TIMES, ("08:00",), ("20:00",), ("23:59",), ("08:00", "08:01", "12:00")])
def test_whenever_the_job_runs_on_the_due_day_the_books_are_the_same(
    customer: Customer, runs: tuple[str, ...]
) -> None:
    live(customer, "2026-11-06", 1, runs)
    customer.at("2026-11-07")
    assert customer.facts.debts.total_fen == 0
    assert [charge["amount_fen"] for charge in charges(customer)] == [120_000]


@pytest.mark.parametrize("by_command", [False, True])
@pytest.mark.parametrize("late", ["2026-11-07", "2026-11-20", "2026-12-07", "2027-02-03"])
def test_a_job_that_was_late_makes_nobody_overdue(customer: Customer, late: str, *, by_command: bool) -> None:
    customer.at("2026-11-04").buy(50_000)
    customer.at(late, "10:00")
    if by_command:
        customer.buy(1_000)
    assert (customer.facts.debts.overdue_fen, customer.facts.debts.penalty_fen) == (0, 0)
    penalties.run(customer.ledger)
    jobs.run(customer.ledger)
    facts = customer.facts
    rest = 0 if late > "2026-12-05" else 50_000
    assert (facts.debts.total_fen, facts.freezes) == (rest + by_command * 1_000, ())
    journals = dump.account_json(customer.ledger, customer.id)["journals"]
    assert next(each for each in journals if each["kind"] == "debit")["value_on"] == "2026-11-06"
    assert_books_hold(customer.ledger)


def test_a_late_job_that_is_declined_makes_overdue_from_the_due_day(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    gateway.set_mode("decline")
    customer.at("2026-11-09")
    jobs.run(customer.ledger)
    assert tries(customer) == [("20:00", "FAILED")]
    assert customer.facts.debts.penalty_fen == 3 * 60
    assert customer.facts.freezes[0].placed_at == datetime(2026, 11, 7, tzinfo=SHANGHAI)


def test_while_the_outcome_is_unknown_nothing_is_tried(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("hold", customer.id)
    live(customer, "2026-11-06", 3)
    assert tries(customer) == [("08:00", "UNKNOWN")]
    assert (customer.facts.debts.total_fen, told(customer.ledger)) == (120_000, [])
    gateway.set_mode("succeed", customer.id)
    reconciler.run_once(customer.ledger)
    assert (tries(customer), customer.facts.debts.total_fen) == ([("08:00", "SUCCEEDED")], 0)
    assert [kind for kind, _ in told(customer.ledger)] == ["debit_result"]
    assert_books_hold(customer.ledger)


def test_a_failure_known_too_late_is_made_up_for_once(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("hold", customer.id)
    live(customer, "2026-11-06", 1)
    customer.at("2026-11-08")
    gateway.set_mode("decline", customer.id)
    reconciler.run_once(customer.ledger)
    assert customer.facts.debts.overdue_fen == 0  # the last time of the 6th is still to be tried
    gateway.set_mode("succeed", customer.id)
    jobs.run(customer.ledger)
    assert tries(customer) == [("08:00", "FAILED"), ("20:00", "SUCCEEDED")]
    assert (customer.facts.debts.total_fen, customer.facts.freezes) == (0, ())


@pytest.mark.parametrize("mode", ["timeout", "late"])
def test_a_fault_of_the_gateway_takes_the_money_once(
    customer: Customer, gateway: SimulatedGateway, mode: str
) -> None:
    gateway.set_mode(mode)
    live(customer, "2026-11-06", 1, TIMES[:1])
    gateway.set_mode("succeed")
    live(customer, "2026-11-06", 3)
    facts = customer.facts
    assert (facts.debts.total_fen, facts.credit_fen, facts.freezes) == (0, 0, ())
    assert_books_hold(customer.ledger)


def test_a_settlement_under_way_holds_the_debit_back(customer: Customer, gateway: SimulatedGateway) -> None:
    customer.at("2026-11-06", "07:55")
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote())
    live(customer, "2026-11-06", 2)
    assert tries(customer) == []
    gateway.set_mode("succeed", customer.id)
    reconciler.run_once(customer.ledger)
    live(customer, "2026-11-08", 1)
    assert (tries(customer), customer.facts.debts.total_fen, customer.facts.credit_fen) == ([], 0, 0)


def test_without_the_order_nothing_is_taken(customer: Customer) -> None:
    assert debits.switch(customer.ledger, customer.id, on=False, key="off") is False
    assert customer.facts.auto_debit is False
    live(customer, "2026-11-06", 2)
    assert (tries(customer), customer.facts.debts.overdue_fen) == ([], 120_060)


def test_a_closed_account_takes_no_order(customer: Customer) -> None:
    customer.confirm(customer.quote(close_after=True))
    with pytest.raises(AccountClosed):
        debits.switch(customer.ledger, customer.id, on=True, key="on")


def test_what_is_overdue_is_taken_with_the_next_bill(customer: Customer, gateway: SimulatedGateway) -> None:
    customer.at("2026-11-05").buy(8_000)
    customer.buy(300_000, periods=3)
    gateway.set_mode("decline")
    live(customer, "2026-11-06", 1)
    gateway.set_mode("succeed")
    live(customer, "2026-12-06", 1, TIMES[:1])
    facts = customer.facts
    # 1,200.00 and 30 days of 0.60; 80.00; a period of 1,000.00 and its fee of 22.50
    assert [debit.amount_fen for debit in facts.debits] == [120_000 + 30 * 60 + 8_000 + 102_250]
    assert (facts.debts.total_fen, facts.debts.product_plan_fen, facts.freezes) == (200_000, 200_000, ())
    assert_books_hold(customer.ledger)


def test_what_a_refund_took_off_meanwhile_goes_back(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("hold", customer.id)
    live(customer, "2026-11-06", 1, TIMES[:1])
    customer.buy(7_000)
    refunds.request(customer.ledger, order_no=f"{customer.id}-1", amount_fen=20_000, key="ask")
    refunds.complete(customer.ledger, order_no=f"{customer.id}-1", key="done")
    gateway.set_mode("succeed", customer.id)
    reconciler.run_once(customer.ledger)
    held = dump.account_json(customer.ledger, customer.id)
    assert held["debts"]["total_fen"] == 7_000  # bought since: nothing of it was ordered to be debited
    assert [(payout["amount_fen"], payout["state"]) for payout in held["payouts"]] == [(20_000, "DONE")]
    assert_books_hold(customer.ledger)


def test_a_chargeback_is_not_debited_again(customer: Customer) -> None:
    live(customer, "2026-11-06", 1, TIMES[:1])
    number = customer.facts.debits[0].number
    settled = resolve_any(customer, number)
    assert settled.state == "SUCCEEDED"
    customer.at("2026-11-08").buy(9_000)
    live(customer, "2026-12-06", 1)
    facts = customer.facts
    assert [debit.amount_fen for debit in facts.debits] == [9_000]
    assert facts.debts.total_fen == 120_000
    assert_books_hold(customer.ledger)


def resolve_any(customer: Customer, number: str) -> Charge:
    settlement.resolve(
        customer.ledger, number, ChargeAnswer(number, "CHARGED_BACK", f"GC-{number}", amount_fen=120_000)
    )
    return lookups.charge(customer.ledger, number)


def test_one_account_that_fails_does_not_hold_up_the_others(
    ledger: Ledger, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Customer(ledger, "c-2", on="2026-10-07", auto_debit=True)
    other.buy(5_000)
    other.at("2026-11-06", "08:00")
    good = debits.settlement.resolve

    def fail_for_the_first(ledger: Ledger, number: str, answer: object) -> object:
        if number.startswith("D1-"):
            raise RuntimeError("no")
        return good(ledger, number, answer)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(debits.settlement, "resolve", fail_for_the_first)
        with pytest.raises(RuntimeError):
            jobs.run(ledger)
    assert (other.facts.debts.total_fen, customer.facts.debts.total_fen) == (0, 120_000)
    live(customer, "2026-11-06", 1, TIMES[1:])
    assert customer.facts.debts.total_fen == 0
    assert len(charges(customer)) == 1  # found again by asking, not by a second one


def test_one_job_that_fails_does_not_hold_up_the_others(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = Customer(ledger, on="2026-10-05", auto_debit=True)
    customer.buy(5_000)
    customer.at("2026-11-06", "07:00").close_month("2026-10")
    customer.at("2026-11-06", "08:00")

    def failing(_: Ledger) -> int:
        raise RuntimeError("the first job")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="the first job"):
        patch.setattr(penalties, "run", failing)
        patch.setattr(debits, "_order", lambda *_: failing(ledger))
        jobs.run(ledger)
    assert len(merchants.of_merchant(ledger, "shop")) == 1
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(penalties, "run", failing)
        jobs.run(ledger)
    assert customer.facts.debts.total_fen == 0


def test_the_times_between_two_instants(ledger: Ledger) -> None:
    start, end = (datetime(2026, 11, 6, 8, tzinfo=SHANGHAI), datetime(2027, 1, 6, 17, tzinfo=SHANGHAI))
    found = [f"{at:%m-%d %H:%M}" for at in jobs.times_between(ledger.rules, start, end)]
    assert found == ["11-06 17:00", "11-06 20:00", *(f"12-06 {time}" for time in TIMES), "01-06 08:00"]
