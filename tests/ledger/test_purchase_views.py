"""Where each purchase stands, as a customer asks about it."""

from __future__ import annotations

from ledger import Ledger, lookups
from ledger.purchase_views import Purchase
from tests.ledger.customer import Customer


def standing(ledger: Ledger, customer: Customer) -> dict[str, Purchase]:
    return {each.item: each for each in lookups.purchases(ledger, customer.id)}


def test_each_purchase_says_where_it_stands(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-09-05")
    customer.buy(60_000, item="chair")
    customer.at("2026-10-02").close_month("2026-09").instal_bill(6)
    customer.buy(60_000, item="phone", periods=6)
    customer.buy(5_000, item="book")
    customer.at("2026-11-02").close_month("2026-10").buy(700, item="tea")
    customer.hold(900, item="tent")
    of_bill, own = (plan.id for plan in customer.facts.plans)
    found = standing(ledger, customer)
    assert [*found] == ["tent", "tea", "book", "phone", "chair"]
    told = {name: (each.left_fen, each.bill_month, each.plan_id) for name, each in found.items()}
    assert told == {
        "tent": (0, "", None),
        "tea": (700, "", None),
        "book": (5_000, "2026-10", None),
        "phone": (0, "", own),
        "chair": (0, "2026-09", of_bill),
    }
    assert (found["tent"].state, found["tea"].state, found["tea"].amount_fen) == ("HELD", "CAPTURED", 700)
    assert found["tea"].on.isoformat() == "2026-11-02"


def test_what_is_paid_is_left_with_nothing_and_is_the_customers_alone(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(5_000, item="book")
    customer.at("2026-11-01").close_month("2026-10").repay(5_000)
    customer.buy(700, item="tea")
    customer.confirm(customer.quote())
    other = Customer(ledger, "c-other")
    assert [each.left_fen for each in lookups.purchases(ledger, customer.id)] == [0, 0]
    assert lookups.purchases(ledger, other.id) == ()
