"""What customers and the outbox call by a number is found by it, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import lookups, payouts
from ledger.database import Ledger
from ledger.errors import UnknownCharge
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import LateMoney
from tests.ledger.customer import Customer, resolve


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Repaid 9.00 of 5.00 (R1-1), got 4.00 back (P1), and settled another 7.00 (S1)."""
    customer = Customer(ledger)
    customer.buy(500)
    customer.repay(900)
    payouts.send_due(ledger)
    customer.buy(700)
    customer.confirm(customer.quote())
    return customer


def test_each_is_found_by_its_number(customer: Customer) -> None:
    ledger = customer.ledger
    found = [lookups.charge(ledger, number) for number in ("R1-1", "S1-1")]
    assert [(each.number, each.amount_fen) for each in found] == [("R1-1", 900), ("S1-1", 700)]
    settled = lookups.settlement(ledger, "S1")
    assert settled == customer.facts.last_settled
    assert lookups.payout_fen(ledger, "P1") == 400


@pytest.mark.parametrize("number", ["S2", "P2", "R1-2", "S012", "S", "P", "S一", "P²", "S-1", "S1 OR 1=1"])
@pytest.mark.parametrize("find", [lookups.charge, lookups.settlement, lookups.payout_fen, lookups.late_money])
def test_what_is_no_number_is_unknown(
    customer: Customer, find: Callable[[Ledger, str], object], number: str
) -> None:
    with pytest.raises(UnknownCharge) as unknown:
        find(customer.ledger, number)
    assert unknown.value.details == {"number": number}


def test_money_that_came_after_the_failure_is_known_by_its_charge(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    ledger = customer.ledger
    customer.buy(800)
    assert lookups.late_money(ledger, "S1-1") is None  # it succeeded
    gateway.set_mode("decline", customer.id)
    customer.confirm(customer.quote())
    assert lookups.late_money(ledger, "S2-1") is None  # it took nothing
    resolve(ledger, "S2-1", "SUCCEEDED", amount_fen=800)
    assert lookups.late_money(ledger, "S2-1") == LateMoney(800, returned=False)
    resolve(ledger, "S2-1", "REFUNDED", amount_fen=800, refund_number="P2")
    assert lookups.late_money(ledger, "S2-1") == LateMoney(800, returned=True)
