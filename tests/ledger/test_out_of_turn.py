"""Processes that stall between two transactions, answers that are lost, a database that fails: no money moves
twice for it, and none that moved is forgotten."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import charges, database, debits, facts, freezes, penalties, reconciler
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger, open_engine
from ledger.errors import BadInput, Busy, ReadOnlyLedger
from ledger.gateway.interface import ChargeAnswer, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold, resolve, told

FEN = 100_000


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000.00."""
    owing = Customer(ledger)
    owing.buy(FEN)
    return owing


class Gateway:
    """The simulated gateway, of which a test replaces a method."""

    def __init__(self, real: SimulatedGateway) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def stopped_before_sending(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process ends between the transaction that creates the charge and the one that sends it."""
    with monkeypatch.context() as patched:
        patched.setattr(charges, "send", lambda *_: None)
        assert customer.confirm(customer.quote()).state == "CREATED"


def test_a_success_nobody_remembers_to_have_asked_for_counts_from_today(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a database was restored that had lost the last commits: the day of the sending is lost too."""
    stopped_before_sending(customer, monkeypatch)
    customer.at("2026-11-04")
    assert resolve(customer.ledger, "S1-1", "SUCCEEDED").state == "SETTLED"
    with customer.ledger.read() as conn:
        days = conn.scalars(sa.select(t.journals.c.value_on).where(t.journals.c.kind == "settlement")).all()
    assert (days, customer.facts.debts.total_fen) == ([date(2026, 11, 4)], 0)
    assert_books_hold(customer.ledger)


def test_of_two_that_send_a_charge_one_calls_the_gateway(
    customer: Customer, gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has found it CREATED and waits for its row while the first commits SENT."""
    ledger = customer.ledger
    if ledger.engine.dialect.name != "postgresql":
        pytest.skip("on SQLite a writer reads nothing before it is the only one")
    stopped_before_sending(customer, monkeypatch)
    with ThreadPoolExecutor(1) as threads:
        with ledger.engine.begin() as first:
            first.execute(sa.update(t.charges).values(state="SENT", sent_at=ledger.clock.now()))
            second = threads.submit(charges.send, ledger, "S1-1")
            wait_for_a_waiter(ledger)
        assert second.result(timeout=30) is None
    assert gateway.query("S1-1").state == "NOT_FOUND"


def wait_for_a_waiter(ledger: Ledger) -> None:
    """Until somebody in the database waits for a lock."""
    for _ in range(600):
        with ledger.engine.connect() as conn:
            if conn.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_a_debit_that_was_cancelled_before_it_was_sent_is_never_sent(
    ledger: Ledger, gateway: SimulatedGateway, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = Customer(ledger, on="2026-10-05", auto_debit=True)
    customer.buy(FEN)
    customer.at("2026-11-01").close_month("2026-10").at("2026-11-06", "08:00")

    def stalled(*args: Any, send: Any = charges.send) -> ChargeAnswer | None:
        clock.advance(timedelta(minutes=1))
        reconciler.run_once(ledger)
        answer: ChargeAnswer | None = send(*args)
        return answer

    monkeypatch.setattr(charges, "send", stalled)
    assert debits.run(ledger) == 1
    assert [tried.state for tried in customer.facts.debits] == ["FAILED"]
    assert gateway.query(customer.facts.debits[0].number).state == "CANCELLED"
    assert customer.facts.debts.total_fen == FEN
    assert_books_hold(ledger)


@pytest.mark.parametrize("heard", ["nothing", "PROCESSING"])
def test_money_is_sent_back_once_though_the_answer_was_lost(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock, heard: str
) -> None:
    """The gateway has sent it; we ask again with the same number until we hear of it."""

    class Losing(Gateway):
        def refund(self, number: str, refund_number: str, amount_fen: int) -> ChargeAnswer:
            self.real.refund(number, refund_number, amount_fen)
            if heard == "nothing":
                raise GatewayTimeout(number)
            return ChargeAnswer(number, "PROCESSING", refund_number=refund_number)

    customer.repay(FEN + 700)
    losing = replace(customer.ledger, gateway=Losing(gateway))  # type: ignore[arg-type]
    for _ in range(3):
        reconciler.run_once(losing)
        clock.advance(timedelta(minutes=1))
    assert (customer.facts.credit_fen, reconciler.count_open(losing)) == (700, 1)
    reconciler.run_once(customer.ledger)
    assert (customer.facts.credit_fen, reconciler.count_open(losing)) == (0, 0)
    assert gateway.settlement_file(clock.now().date()).count("\nrefund,") == 1
    assert [kind for kind, _ in told(customer.ledger)] == ["payout_done"]
    assert_books_hold(customer.ledger)


def test_what_a_gateway_tells_without_a_number_of_its_own_is_heard(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    class Unnumbered(Gateway):
        def notifications(self) -> list[ChargeAnswer]:
            return [replace(each, notification_id=None) for each in self.real.notifications()]

        def acknowledge(self, notification_ids: list[int]) -> None:
            raise AssertionError(notification_ids)

    gateway.set_mode("chargeback")
    customer.repay(FEN)
    clock.advance(timedelta(seconds=9))
    telling = replace(customer.ledger, gateway=Unnumbered(gateway))  # type: ignore[arg-type]
    for _ in range(2):
        reconciler.run_once(telling)
    assert customer.facts.debts.chargeback_fen == FEN
    assert_books_hold(customer.ledger)


def test_a_job_ends_at_the_first_account_when_nothing_can_be_written(customer: Customer) -> None:
    Customer(customer.ledger, "c-2").buy(FEN)
    customer.at("2026-12-10")
    url = customer.ledger.engine.url
    if url.get_backend_name() == "sqlite":
        engine = open_engine(f"sqlite:///{url.database}?mode=ro")
    else:
        engine = open_engine(url.update_query_dict({"options": "-c default_transaction_read_only=on"}))
    done: list[None] = []
    reading = replace(customer.ledger, engine=engine)
    with pytest.raises(ReadOnlyLedger):
        penalties.run(reading, lambda: done.append(None))
    assert (done, facts.account_facts(reading, customer.id).bills) == ([], ())
    engine.dispose()


def test_a_database_that_another_program_holds_is_busy(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = customer.ledger.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL waits for the account alone")
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.05)
    impatient = replace(customer.ledger, engine=open_engine(engine.url))
    with engine.begin(), pytest.raises(Busy):
        freezes.place(impatient, customer.id, "risk", {}, key="k")
    impatient.engine.dispose()
    assert freezes.place(customer.ledger, customer.id, "risk", {}, key="k") == 1


def test_no_evidence_is_refused_and_not_kept_as_a_word(customer: Customer) -> None:
    with pytest.raises(BadInput):
        freezes.place(customer.ledger, customer.id, "risk", None, key="k")  # type: ignore[arg-type]
    assert customer.facts.freezes == ()
