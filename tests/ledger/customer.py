"""A customer in a test: the ledger's commands, with what the test does not care about filled in."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from ledger import (
    accounts,
    audit,
    bills,
    facts,
    links,
    outbox,
    plans,
    purchases,
    quotes,
    repayments,
    settlement,
)
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer
from ledger.model import AccountFacts, Quote, Repayment, Settlement


class Customer:
    """Opens an account and acts on it; every order and key is new unless given."""

    def __init__(
        self,
        ledger: Ledger,
        customer_id: str = "c-1",
        *,
        limit_fen: int = 2_000_000,
        on: str = "",
        auto_debit: bool = False,
    ) -> None:
        self.ledger = ledger
        self.id = customer_id
        self._numbers = itertools.count(1)
        if on:
            self.at(on)
        accounts.open_account(
            ledger,
            customer_id,
            real_name_verified=True,
            card_last4="6688",
            limit_fen=limit_fen,
            auto_debit=auto_debit,
            key="open",
        )
        links.link(ledger, f"web-{customer_id}", customer_id)

    def key(self) -> str:
        return f"{self.id}-{next(self._numbers)}"

    def at(self, day: str, time: str = "10:00") -> Customer:
        """It is that day now, "2026-11-03"."""
        clock = self.ledger.clock
        assert isinstance(clock, FixedClock)
        clock.set(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI))
        return self

    def buy(self, amount_fen: int, **more: Any) -> str:
        """Returns the order's number."""
        order_no = self.key()
        order = {"merchant": "shop", "item": "thing", "amount_fen": amount_fen, **more}
        purchases.buy(self.ledger, self.id, order_no=order_no, key=order_no, **order)
        return order_no

    def hold(self, amount_fen: int, **more: Any) -> str:
        order_no = self.key()
        order = {"merchant": "shop", "item": "thing", "amount_fen": amount_fen, **more}
        purchases.authorise(self.ledger, self.id, order_no=order_no, key=order_no, **order)
        return order_no

    def close_month(self, month: str) -> Customer:
        bills.close_month(self.ledger, month)
        return self

    def instal_bill(self, periods: int) -> int:
        bill = self.facts.bill
        assert bill is not None
        return plans.instal_bill(self.ledger, self.id, bill_id=bill.id, periods=periods, key=self.key())

    def repay(self, amount_fen: int, key: str = "") -> Repayment:
        return repayments.repay(self.ledger, self.id, amount_fen=amount_fen, key=key or self.key())

    def repay_bills(self) -> Repayment:
        return self.repay(sum(bill.outstanding_fen for bill in self.facts.bills))

    def quote(self, *, close_after: bool = False) -> Quote:
        return quotes.make(self.ledger, self.id, close_after=close_after)

    def confirm(self, quote: Quote, key: str = "", amount_fen: int | None = None) -> Settlement:
        return settlement.confirm(
            self.ledger,
            self.id,
            quote_id=quote.quote_id,
            amount_fen=quote.total_fen if amount_fen is None else amount_fen,
            key=key or self.key(),
        )

    @property
    def facts(self) -> AccountFacts:
        return facts.account_facts(self.ledger, self.id)


def assert_books_hold(ledger: Ledger) -> None:
    assert audit.audit(ledger) == []


def told(ledger: Ledger) -> list[tuple[str, str]]:
    return [(item.kind, item.ref) for item in outbox.claim(ledger, 100, 3600)]


def resolve(ledger: Ledger, number: str, state: Any, **more: Any) -> Settlement:
    answer = ChargeAnswer(number, state, reference=f"GC-{number}", **{"amount_fen": 100_000, **more})
    settled = settlement.resolve(ledger, number, answer)
    assert isinstance(settled, Settlement)
    return settled
