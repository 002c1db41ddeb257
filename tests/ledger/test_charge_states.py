"""Each state of a charge and its settlement, row by row, beside a neighbour's that stays as it was."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import charges, closing, settlement
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import UnknownCharge
from ledger.gateway.interface import ChargeAnswer, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Repayment
from tests.ledger.customer import Customer
from tests.ledger.settling import FEN, TEN, Recording, created, row, say, two_settling


@pytest.fixture
def customer(ledger: Ledger, gateway: SimulatedGateway) -> Customer:
    return two_settling(ledger, gateway)


@pytest.fixture(autouse=True)
def neighbour_untouched(customer: Customer) -> Any:
    """Whatever is done to a charge, somebody else's stays as it was."""

    def seen() -> list[Any]:
        accounts = sa.select(t.accounts).where(t.accounts.c.customer_id == "c-0")
        charge = sa.select(t.charges).where(t.charges.c.number == "S1-1")
        settled = sa.select(t.settlements).where(t.settlements.c.id == 1)
        with customer.ledger.read() as conn:
            return [conn.execute(query).one() for query in (accounts, charge, settled)]

    before = seen()
    yield
    assert seen() == before


CHARGE = {
    "id": 2,
    "number": "S2-1",
    "account_id": 2,
    "purpose": "settle",
    "settlement_id": 2,
    "amount_fen": FEN,
    "state": "CREATED",
    "created_at": TEN,
    "sent_at": None,
    "expires_at": TEN + timedelta(minutes=30),
    "due_at": None,
    "done_at": None,
    "reference": "",
    "reason": "",
    "sent_back_fen": 0,
}
SETTLEMENT = {
    "id": 2,
    "account_id": 2,
    "state": "CREATED",
    "amount_fen": FEN,
    "close_after": 0,
    "created_at": TEN,
    "settled_at": None,
    "receipt": "",
    "close_receipt": "",
    "reason": "",
    "asked_by": None,
}


def test_created_sent_unknown_settled(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    quote = created(customer)
    expected = SETTLEMENT | {"quote_id": quote.quote_id}
    assert row(customer, t.charges) == CHARGE
    assert row(customer, t.settlements) == expected

    clock.advance(timedelta(minutes=1))
    answer = charges.send(customer.ledger, "S2-1")
    assert answer is not None and answer.state == "SUCCEEDED"
    sent = CHARGE | {"state": "SENT", "sent_at": TEN + timedelta(minutes=1)}
    assert row(customer, t.charges) == sent
    assert row(customer, t.settlements) == expected | {"state": "SENT"}

    clock.advance(timedelta(minutes=1))
    say(customer, "PROCESSING", reference="GC-1", reason="slow")
    unknown = sent | {"state": "UNKNOWN", "reference": "GC-1", "reason": "slow"}
    assert row(customer, t.charges) == unknown
    assert row(customer, t.settlements) == expected | {"state": "UNKNOWN"}

    clock.advance(timedelta(minutes=1))
    say(customer, "SUCCEEDED", reason="paid")
    done_at = TEN + timedelta(minutes=3)
    assert row(customer, t.charges) == unknown | {"state": "SUCCEEDED", "reason": "", "done_at": done_at}
    settled = {"state": "SETTLED", "settled_at": done_at, "receipt": "JQ20261103-0002"}
    assert row(customer, t.settlements) == expected | settled
    shown = settlement.for_quote(customer.ledger, customer.id, quote.quote_id)
    assert shown is not None and asdict(shown) == {
        "number": "S2",
        "quote_id": quote.quote_id,
        "state": "SETTLED",
        "amount_fen": FEN,
        "close_after": False,
        "created_at": TEN,
        "settled_at": done_at,
        "receipt": "JQ20261103-0002",
        "close_receipt": "",
        "reason": "",
    }
    assert customer.facts.state == "ACTIVE"


def test_declined(customer: Customer, clock: FixedClock) -> None:
    created(customer, close_after=True)
    account = customer.facts.account_id
    assert account == 2 and customer.facts.state == "CLOSING"
    charges.send(customer.ledger, "S2-1")
    clock.advance(timedelta(seconds=1))
    say(customer, "DECLINED", reference="GC-1")
    failed = {"sent_at": TEN, "done_at": TEN + timedelta(seconds=1), "reference": "GC-1"}
    assert row(customer, t.charges) == CHARGE | failed | {"state": "FAILED", "reason": "declined"}
    settled = row(customer, t.settlements)
    assert (settled["state"], settled["reason"], settled["settled_at"]) == ("FAILED", "declined", None)
    with customer.ledger.read() as conn:
        a = t.accounts.c
        stands = conn.execute(sa.select(a.state, a.closing_settlement_id).where(a.id == 2)).one()
    assert tuple(stands) == ("ACTIVE", None)


def test_withdrawn(customer: Customer) -> None:
    created(customer, close_after=True)
    closing.withdraw(customer.ledger, customer.id, key="withdraw")
    assert row(customer, t.charges) == CHARGE | {"state": "FAILED", "reason": "withdrawn", "done_at": TEN}
    assert (row(customer, t.settlements)["state"], customer.facts.state) == ("FAILED", "ACTIVE")


def test_settled_and_closed(customer: Customer) -> None:
    quote = customer.quote(close_after=True)
    done = customer.confirm(quote)
    assert (done.close_after, done.receipt, done.close_receipt) == (
        True,
        "JQ20261103-0002",
        "GB20261103-0002",
    )
    expected = SETTLEMENT | {"quote_id": quote.quote_id, "close_after": 1, "state": "SETTLED"}
    expected |= {"settled_at": TEN, "receipt": done.receipt, "close_receipt": done.close_receipt}
    assert row(customer, t.settlements) == expected


def test_a_word_on_a_charge_that_was_never_sent_counts_as_its_sending(customer: Customer) -> None:
    created(customer)
    customer.at("2026-11-03", "10:01")
    say(customer, "SUCCEEDED")
    at = TEN + timedelta(minutes=1)
    assert row(customer, t.charges) == CHARGE | {"state": "SUCCEEDED", "sent_at": at, "done_at": at}
    assert customer.facts.debts.total_fen == 0


def test_what_is_said_again_of_an_unknown_outcome_changes_nothing_but_a_new_reason(
    customer: Customer,
) -> None:
    created(customer)
    say(customer, "PROCESSING", reason="timeout")
    first = row(customer, t.charges)
    say(customer, "PROCESSING", reference="other")
    say(customer, "NOT_FOUND", reason="timeout", reference="other")
    assert row(customer, t.charges) == first
    say(customer, "CANCEL_REFUSED", reason="busy")
    assert row(customer, t.charges) == first | {"reason": "busy"}


@pytest.mark.parametrize(
    ("error", "reason"), [(GatewayTimeout("late"), "timeout"), (ConnectionError("gone"), "call_failed")]
)
def test_what_the_gateway_is_asked_and_what_a_failed_call_means(
    customer: Customer, error: Exception, reason: str
) -> None:
    gateway = Recording(error)
    ledger = replace(customer.ledger, gateway=gateway)
    created(customer)
    timeout_s = float(ledger.terms.charge_timeout_s)
    assert charges.send(ledger, "S2-1") == ChargeAnswer("S2-1", "PROCESSING", reason=reason)
    assert gateway.asked == [("S2-1", FEN, "c-1", TEN + timedelta(minutes=30), timeout_s)]
    assert isinstance(gateway.asked[0][4], float)
    assert charges.send(ledger, "S2-1") is None and len(gateway.asked) == 1


def test_a_payment_is_told_by_its_last_moment(customer: Customer) -> None:
    def told() -> Repayment:
        return customer.facts.repayments[0]

    created(customer)
    payment = Repayment("S2-1", FEN, TEN, "CREATED", "card", "6688", receipt="", reason="")
    assert told() == payment
    customer.at("2026-11-03", "10:01")
    charges.send(customer.ledger, "S2-1")
    payment = replace(payment, at=TEN + timedelta(minutes=1), state="SENT")
    assert told() == payment
    say(customer, "PROCESSING", reason="slow")
    assert told() == replace(payment, state="UNKNOWN")
    customer.at("2026-11-03", "10:02")
    say(customer, "SUCCEEDED")
    settled = {"at": TEN + timedelta(minutes=2), "state": "SUCCEEDED", "receipt": "JQ20261103-0002"}
    assert told() == replace(payment, **settled)


def test_a_repayments_charge_has_no_settlement(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("hold", customer.id)
    done = customer.repay(FEN)
    assert (done.number, done.state, done.receipt, done.reason) == ("R2-1", "UNKNOWN", "", "")
    expected = CHARGE | {"number": "R2-1", "purpose": "repay", "settlement_id": None, "sent_at": TEN}
    expected |= {"state": "UNKNOWN", "reason": "timeout"}
    assert row(customer, t.charges, "R2-1") | {"reference": ""} == expected
    resolved = settlement.resolve(
        customer.ledger, "R2-1", ChargeAnswer("R2-1", "DECLINED", reason="no_funds")
    )
    assert asdict(resolved) == asdict(done) | {"state": "FAILED", "reason": "no_funds"}
    with pytest.raises(UnknownCharge) as unknown:
        settlement.resolve(customer.ledger, "R9-1", ChargeAnswer("R9-1", "DECLINED"))
    assert unknown.value.details == {"number": "R9-1"}
