"""A demo customer's past, told as dated steps that the ledger's own commands carry out."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from ledger import (
    Ledger,
    accounts,
    facts,
    freezes,
    limits,
    links,
    plans,
    purchases,
    quotes,
    refunds,
    repayments,
    settlement,
)
from ledger.clock import SHANGHAI
from ledger.errors import PurchaseRefused
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import FreezeKind, RefusalReason

Step = Callable[[Ledger], Any]


class SeedError(Exception):
    """The ledger did not do what the story says; the demo would show something else than it promises."""


@dataclass
class Story:
    """Steps of one customer, collected with their times; `today` is the demo's first day, a 3rd.

    Amounts are in fen. Times are written "10:00" and days as `self.on(months_ago, day)`.
    """

    customer_id: str
    today: date
    steps: list[tuple[datetime, Step]] = field(default_factory=list)

    def on(self, months_ago: int, day: int) -> date:
        """That day of the month so many months before today's."""
        months = self.today.year * 12 + self.today.month - 1 - months_ago
        return date(months // 12, months % 12 + 1, day)

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def at(self, day: date, clock: str, step: Step) -> None:
        """Do `step` then."""
        self.steps.append((datetime.combine(day, time.fromisoformat(clock), SHANGHAI), step))

    def opens(
        self, day: date, clock: str, *, limit_fen: int, card_last4: str, auto_debit: bool = True
    ) -> None:
        """Opens the account and links the web chat's sender to it."""

        def step(ledger: Ledger) -> None:
            accounts.open_account(
                ledger,
                self.customer_id,
                real_name_verified=True,
                card_last4=card_last4,
                limit_fen=limit_fen,
                auto_debit=auto_debit,
                key=f"seed-{self.customer_id}-open",
            )
            links.link(ledger, f"web-{self.customer_id}", self.customer_id)

        self.at(day, clock, step)

    def buys(
        self, day: date, clock: str, merchant: str, item: str, amount_fen: int, *, periods: int = 1
    ) -> str:
        """Buys, at once or as a product plan of `periods`; the order's number."""
        order_no = self._order_no(day)

        def step(ledger: Ledger) -> None:
            more: dict[str, Any] = {"periods": periods} if periods > 1 else {}
            purchases.buy(
                ledger,
                self.customer_id,
                order_no=order_no,
                merchant=merchant,
                item=item,
                amount_fen=amount_fen,
                key=order_no,
                **more,
            )

        self.at(day, clock, step)
        return order_no

    def is_refused(
        self, day: date, clock: str, merchant: str, item: str, amount_fen: int, why: RefusalReason
    ) -> None:
        """Tries to buy and is refused for the reason `why`."""
        order_no = self._order_no(day)

        def step(ledger: Ledger) -> None:
            try:
                purchases.authorise(
                    ledger,
                    self.customer_id,
                    order_no=order_no,
                    merchant=merchant,
                    item=item,
                    amount_fen=amount_fen,
                    key=order_no,
                    shop_supported=why != "shop",
                    item_supported=why != "item",
                )
            except PurchaseRefused as refused:
                if refused.refusal.reason == why:
                    return
                raise SeedError(f"{order_no} was refused for {refused.refusal.reason}, not {why}") from None
            raise SeedError(f"{order_no} was not refused")

        self.at(day, clock, step)

    def repays_bills(self, day: date, clock: str) -> None:
        """Repays everything that is on bills by then."""

        def step(ledger: Ledger) -> None:
            account = facts.account_facts(ledger, self.customer_id)
            self._repay(ledger, sum(bill.outstanding_fen for bill in account.bills), day)

        self.at(day, clock, step)

    def instals_bill(self, day: date, clock: str, periods: int) -> None:
        """Turns the latest bill into instalments."""

        def step(ledger: Ledger) -> None:
            bill = facts.account_facts(ledger, self.customer_id).bills[0]
            key = f"seed-{self.customer_id}-instal-{bill.month}"
            plans.instal_bill(ledger, self.customer_id, bill_id=bill.id, periods=periods, key=key)

        self.at(day, clock, step)

    def asks_refund(self, day: date, clock: str, order_no: str, amount_fen: int) -> None:
        """The shop has agreed to a refund that has not arrived yet."""
        self.at(
            day,
            clock,
            lambda ledger: refunds.request(
                ledger, order_no=order_no, amount_fen=amount_fen, key=f"{order_no}-refund"
            ),
        )

    def is_frozen(self, day: date, clock: str, kind: FreezeKind, evidence: dict[str, Any]) -> None:
        key = f"seed-{self.customer_id}-{kind}"
        self.at(day, clock, lambda ledger: freezes.place(ledger, self.customer_id, kind, evidence, key=key))

    def limit_is_cut(self, day: date, clock: str, new_fen: int, evidence: dict[str, Any]) -> None:
        key = f"seed-{self.customer_id}-cut"
        self.at(
            day,
            clock,
            lambda ledger: limits.cut(ledger, self.customer_id, new_fen=new_fen, evidence=evidence, key=key),
        )

    def has_too_little_on_the_card(self, day: date) -> None:
        """On that day the bank declines every charge, automatic debits too."""
        self._gateway(day, "00:01", "decline")
        self._gateway(day, "23:59", "succeed")

    def is_held_by_gateway(self, day: date, clock: str) -> None:
        """From then on the simulated gateway keeps this customer's charges in process."""
        self._gateway(day, clock, "hold")

    def settles(self, day: date, clock: str, *, close_after: bool, ends: str) -> None:
        """Settles everything; the settlement is in the state `ends` when the gateway has answered."""

        def step(ledger: Ledger) -> None:
            quote = quotes.make(ledger, self.customer_id, close_after=close_after)
            done = settlement.confirm(
                ledger,
                self.customer_id,
                quote_id=quote.quote_id,
                amount_fen=quote.total_fen,
                key=f"seed-{self.customer_id}-settle",
            )
            if done.state != ends:
                raise SeedError(f"settlement {done.number} is {done.state}, not {ends}")

        self.at(day, clock, step)

    def _gateway(self, day: date, clock: str, mode: str) -> None:
        def step(ledger: Ledger) -> None:
            if not isinstance(ledger.gateway, SimulatedGateway):
                raise SeedError("only the simulated gateway can be told how to answer")
            ledger.gateway.set_mode(mode, self.customer_id)

        self.at(day, clock, step)

    def _repay(self, ledger: Ledger, amount_fen: int, day: date) -> None:
        key = f"seed-{self.customer_id}-repay-{day}"
        done = repayments.repay(ledger, self.customer_id, amount_fen=amount_fen, key=key)
        if done.state != "SUCCEEDED":
            raise SeedError(f"repayment {done.number} is {done.state}")

    def _order_no(self, day: date) -> str:
        """Like a shop's: the day, and six digits that differ by customer and order."""
        order = f"{self.customer_id} {len(self.steps)}"
        return f"{day:%Y%m%d}{zlib.crc32(order.encode()) % 1_000_000:06d}"
