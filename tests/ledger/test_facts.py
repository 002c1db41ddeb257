"""One customer's facts, and a ledger that may only be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import audit, closing, facts, freezes, limits, penalties, quotes, terms
from ledger.clock import FixedClock
from ledger.database import Ledger, open_engine
from ledger.errors import (
    AccountClosed,
    BadInput,
    NothingToUnfreeze,
    PurchaseRefused,
    ReadOnlyLedger,
    UnknownCustomer,
    WrongState,
)
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return Customer(ledger, on="2026-10-05")


def test_a_new_account(customer: Customer) -> None:
    known = customer.facts
    assert (known.customer_id, known.state, known.opened_on) == ("c-1", "ACTIVE", date(2026, 10, 5))
    assert (known.limit.total_fen, known.limit.available_fen) == (2_000_000, 2_000_000)
    assert (known.debts.total_fen, known.credit_fen, known.bill, known.plans) == (0, 0, None, ())
    assert (known.next_bill_on, known.next_due_on) == (date(2026, 11, 1), date(2026, 11, 6))
    assert (known.card_last4, known.auto_debit, known.last_repayment) == ("6688", False, None)
    assert known.today == date(2026, 10, 5)
    assert (known.ever_used, known.lifted, known.repayments, known.last_settled) == (False, (), (), None)


def test_it_takes_few_statements(customer: Customer) -> None:
    """Every answer begins with the facts: each statement is a round trip."""
    asked: list[str] = []
    sa.event.listen(customer.ledger.engine, "before_cursor_execute", lambda *each: asked.append(each[2]))
    assert customer.facts.ever_used is False
    few = len(asked)
    customer.buy(60_000, periods=3)
    customer.buy(30_000)
    customer.at("2026-11-02").close_month("2026-10")
    customer.repay(20_000)
    customer.buy(10_000)
    asked.clear()
    known = customer.facts
    assert known.repayments and known.plans and known.unbilled and known.bill
    assert few < 4 and len(asked) < 5


def test_what_is_over_is_still_known(customer: Customer) -> None:
    """A lifted freeze for 30 days, payments with their receipts, and that it was used before."""
    freezes.place(customer.ledger, "c-1", "risk", {}, key="freeze")
    placed_at = customer.ledger.clock.now()
    lifted_at = customer.at("2026-10-07").ledger.clock.now()
    freezes.lift(customer.ledger, "c-1", "risk", key="lift")
    customer.buy(60_000)
    settled = customer.confirm(customer.quote())
    known = customer.facts
    assert known.freezes == () and known.ever_used
    assert [(each.kind, each.placed_at, each.lifted_at) for each in known.lifted] == [
        ("risk", placed_at, lifted_at)
    ]
    assert known.last_settled == settled
    assert [(paid.amount_fen, paid.receipt) for paid in known.repayments] == [(60_000, settled.receipt)]
    assert customer.at("2026-11-07").facts.lifted == ()


def test_the_newest_payments_come_first_and_a_declined_settlement_hides_no_receipt(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    customer.buy(60_000)
    settled = customer.confirm(customer.quote())
    customer.buy(40_000)
    gateway.set_mode("decline")
    for _ in range(3):
        declined = customer.confirm(customer.quote())
    known = customer.facts
    assert [(paid.state, paid.receipt) for paid in known.repayments] == [("FAILED", "")] * 3
    assert (known.last_settlement, known.last_settled) == (declined, settled)


def test_the_four_kinds_of_debt_are_all_of_it(customer: Customer) -> None:
    customer.buy(60_000)
    customer.buy(600_000, periods=6)
    customer.at("2026-11-03").close_month("2026-10").instal_bill(3)
    customer.repay_bills()
    customer.buy(20_000)
    customer.at("2026-12-03").close_month("2026-11").buy(700)
    debts = customer.facts.debts
    assert debts.unbilled_fen == 700
    assert debts.billed_fen == 20_000 + 540 + 4_500
    assert (debts.product_plan_fen, debts.bill_plan_fen) == (500_000, 60_000)
    kinds = debts.unbilled_fen + debts.billed_fen + debts.product_plan_fen + debts.bill_plan_fen
    assert debts.total_fen == kinds
    assert customer.quote().total_fen - debts.total_fen == 2 * 4_500 + 2 * 540


def test_every_day_the_facts_are_what_the_job_would_post(customer: Customer) -> None:
    """Late principal and interest of a minimum payment: reading before and after the job says the same."""
    customer.buy(33_333)
    customer.at("2026-11-03").close_month("2026-10").repay(3_334)
    for day in range(7, 30):
        customer.at(f"2026-11-{day:02}")
        before = customer.facts
        penalties.run(customer.ledger)
        assert customer.facts == before
    customer.at("2026-12-08")
    before = replace(customer.facts, bills=(), bill=None)
    assert before.debts.interest_fen > 0
    penalties.run(customer.ledger)
    assert customer.facts.debts.penalty_fen > 0
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize("auto_debit", [False, True])
def test_what_is_read_behind_a_bill_day_is_what_is_quoted(ledger: Ledger, auto_debit: bool) -> None:
    """No job has run for months: bills should be out and debits be tried before anything grows."""
    customer = Customer(ledger, on="2026-10-03", auto_debit=auto_debit)
    customer.buy(100_000)
    customer.at("2026-11-02").close_month("2026-10")
    for day in ("2026-11-30", "2026-12-01", "2026-12-06", "2027-01-20"):
        customer.at(day)
        read = customer.facts
        assert customer.quote().total_fen == read.debts.total_fen
        penalties.run(ledger)
        assert customer.facts == read
    assert_books_hold(ledger)


def test_a_hold_that_is_over_is_no_longer_held(customer: Customer) -> None:
    customer.at("2026-11-03").hold(10_000)
    customer.at("2026-11-25")
    assert customer.facts.holds_fen == 0


def test_a_cut_limit_keeps_its_evidence(customer: Customer) -> None:
    customer.buy(300_000)
    limits.cut(
        customer.ledger, customer.id, new_fen=400_000, evidence={"bill": "2026-08", "days_late": 12}, key="c"
    )
    known = customer.facts
    assert known.limit_cut is not None
    assert (known.limit_cut.old_fen, known.limit_cut.new_fen) == (2_000_000, 400_000)
    assert known.limit_cut.evidence == {"bill": "2026-08", "days_late": 12}
    assert known.limit.available_fen == 100_000
    limits.cut(customer.ledger, customer.id, new_fen=200_000, evidence={"bill": "2026-09"}, key="d")
    assert customer.facts.limit.available_fen == 0
    customer.repay(300_000)
    # The published example: cut while used, the gap does not come back.
    assert customer.facts.limit.available_fen == 200_000


@pytest.mark.parametrize(("new_fen", "evidence"), [(2_000_000, {"x": 1}), (2_000_001, {"x": 1}), (1, {})])
def test_a_cut_lowers_and_says_why(customer: Customer, new_fen: int, evidence: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        limits.cut(customer.ledger, customer.id, new_fen=new_fen, evidence=evidence, key="c")


def test_a_closed_account_has_no_limit_to_cut(customer: Customer) -> None:
    closing.close(customer.ledger, customer.id, key="close")
    with pytest.raises(AccountClosed):
        limits.cut(customer.ledger, customer.id, new_fen=1, evidence={"x": 1}, key="c")


def test_a_risk_freeze_with_its_logins(customer: Customer) -> None:
    logins = [{"at": "2026-10-04T08:00:00+08:00", "city": "哈尔滨", "device": "A"}]
    placed = freezes.place(customer.ledger, customer.id, "risk", {"logins": logins}, key="f")
    assert freezes.place(customer.ledger, customer.id, "risk", {"logins": []}, key="g") == placed
    (freeze,) = customer.facts.freezes
    assert (freeze.kind, freeze.evidence) == ("risk", {"logins": logins})
    assert customer.facts.unfreeze_from is None
    with pytest.raises(PurchaseRefused):
        customer.buy(1)
    filed = freezes.apply_unfreeze(customer.ledger, customer.id, key="apply")
    assert (filed.kind, filed.number, filed.freeze_id) == ("risk", "J20261005-0001", freeze.id)
    freezes.lift(customer.ledger, customer.id, "risk", key="lift")
    customer.buy(1)
    freezes.place(customer.ledger, customer.id, "risk", {"logins": logins}, key="h")
    assert freezes.apply_unfreeze(customer.ledger, customer.id, key="apply2").number == "J20261005-0002"


@pytest.mark.parametrize("kind", ["bureau", "fraud", "dispute", "customer"])
def test_what_is_not_lifted_on_application(customer: Customer, kind: Any) -> None:
    freezes.place(customer.ledger, customer.id, kind, {"x": 1}, key="f")
    with pytest.raises(NothingToUnfreeze):
        freezes.apply_unfreeze(customer.ledger, customer.id, key="apply")


def test_what_is_no_freeze_to_place_or_lift(customer: Customer) -> None:
    for kind in ("overdue", "whim"):
        with pytest.raises(BadInput):
            freezes.place(customer.ledger, customer.id, kind, {}, key="f")  # type: ignore[arg-type]
    with pytest.raises(WrongState):
        freezes.lift(customer.ledger, customer.id, "risk", key="g")


def test_nobody_knows_them(ledger: Ledger) -> None:
    with pytest.raises(UnknownCustomer):
        facts.account_facts(ledger, "nobody")


def read_only(ledger: Ledger, clock: FixedClock, gateway: SimulatedGateway) -> Ledger:
    url = ledger.engine.url
    if url.get_backend_name() == "sqlite":
        engine = open_engine(f"sqlite:///{url.database}?mode=ro&uri=true")
    else:
        engine = open_engine(url.update_query_dict({"options": "-c default_transaction_read_only=on"}))
    return Ledger(engine, clock, terms.load(), gateway)


def test_a_ledger_opened_read_only(ledger: Ledger, clock: FixedClock, gateway: SimulatedGateway) -> None:
    customer = Customer(ledger)
    customer.buy(10_000)
    quote = customer.quote()
    reading = read_only(ledger, clock, gateway)
    looking = Customer.__new__(Customer)
    looking.ledger, looking.id, looking._numbers = reading, customer.id, customer._numbers
    customer.at("2026-12-05")  # behind a bill day: told as it stands
    assert looking.facts.bills == ()
    assert len(customer.facts.bills) == 1
    assert looking.facts == customer.facts
    assert closing.guards(reading, customer.id)[0].id == "owed_by_customer"
    assert audit.audit(reading) == []
    for command in (
        lambda: looking.confirm(quote),
        looking.quote,
        lambda: looking.repay(100),
        lambda: looking.buy(100),
        lambda: closing.close(reading, customer.id, key="k"),
        lambda: freezes.apply_unfreeze(reading, customer.id, key="k"),
    ):
        with pytest.raises(ReadOnlyLedger):
            command()
    reading.engine.dispose()
    assert customer.facts.debts.total_fen == 10_000
    assert gateway.query("S1-1").state == "NOT_FOUND"


def test_two_customers_do_not_share(ledger: Ledger, clock: FixedClock) -> None:
    one, other = Customer(ledger, "c-1"), Customer(ledger, "c-2")
    one.buy(10_000)
    clock.advance(timedelta(minutes=1))
    assert other.facts.debts.total_fen == 0
    assert other.facts.refusals == ()
    quotes.make(ledger, one.id, close_after=False)
    assert closing.guards(ledger, other.id) == ()
