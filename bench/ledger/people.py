"""Customers whose lives the measurements need, lived by the ledger's own commands.

They are named K1, K2, … so that `bench.ledger.store` can multiply them.
"""

from __future__ import annotations

from ledger import debits
from ledger.database import Ledger
from tests.ledger.customer import Customer


def owing(ledger: Ledger, name: str) -> Customer:
    """On 3 November all four kinds of debt: unbilled, billed, a product plan, a bill plan; nothing late."""
    customer = Customer(ledger, name, on="2026-08-10")
    customer.buy(299_900, periods=6)
    on(customer, "2026-09-03").repay_bills()
    customer.buy(168_000)
    customer.buy(72_000)
    on(customer, "2026-10-03").instal_bill(6)
    customer.repay_bills()
    customer.buy(35_900)
    customer.buy(16_800)
    on(customer, "2026-11-03").buy(12_600)
    customer.buy(19_900)
    return customer


def on(customer: Customer, day: str) -> Customer:
    """It is that day, and the account has come to it: a command brings it up to date."""
    customer.at(day)
    debits.switch(customer.ledger, customer.id, on=False, key=customer.key())
    return customer
