"""What two customers and their gateway may do, at random, one step after another."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ledger import (
    accounts,
    closing,
    facts,
    freezes,
    goodwill,
    jobs,
    limits,
    plans,
    purchases,
    quotes,
    reconciler,
    refunds,
    repayments,
    settlement,
    transfers,
)
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import LedgerError
from ledger.gateway.simulated import MODES, SimulatedGateway


class World:
    """Does one random thing after another; what the ledger refuses is fine, what it breaks is not."""

    def __init__(self, ledger: Ledger, seed: int, name: str = "") -> None:
        """`name` sets the keys and orders of several worlds on one database apart."""
        self.ledger = ledger
        self.name = name
        self.random = random.Random(seed)
        self.steps = 0
        self.orders: list[str] = []
        self.done: list[str] = []

    def step(self) -> str:
        """Returns the key of a command that was done; "" where there is none, or the ledger refused."""
        self.steps += 1
        customer_id = self.random.choice(["c-1", "c-2"])
        act = self.random.choice(_ACTS)
        try:
            act(self, customer_id)
            self.done.append(act.__name__)
        except LedgerError as refused:
            self.done.append(f"{act.__name__}: {refused.code}")
            return ""
        return "" if act in _KEYLESS else self.key

    @property
    def key(self) -> str:
        return f"k{self.name}{self.steps}"

    def amount(self) -> int:
        return self.random.choice([1, 999, 1_000, 33_333, 100_001, 250_000])


def open_(w: World, who: str) -> None:
    accounts.open_account(
        w.ledger,
        who,
        real_name_verified=True,
        card_last4="6688",
        limit_fen=1_000_000,
        auto_debit=w.random.random() < 0.5,
        key=w.key,
    )


def _some_order(w: World) -> str:
    return w.random.choice(w.orders[-6:] or [""])


def _order(w: World) -> dict[str, Any]:
    w.orders.append(f"A{w.name}{w.steps}")
    periods = w.random.choice([1, 1, 3, 6, 12])
    order: dict[str, Any] = {"order_no": w.orders[-1], "merchant": "m", "item": "i", "periods": periods}
    return order | {"amount_fen": w.amount(), "key": w.key, "fee_free": w.random.random() < 0.2}


def buy(w: World, who: str) -> None:
    purchases.buy(w.ledger, who, **_order(w))


def hold(w: World, who: str) -> None:
    purchases.authorise(w.ledger, who, **_order(w))


def capture(w: World, _: str) -> None:
    purchases.capture(w.ledger, _some_order(w), w.key)


def release(w: World, _: str) -> None:
    purchases.release(w.ledger, _some_order(w), w.key)


def repay(w: World, who: str) -> None:
    owed = facts.account_facts(w.ledger, who).debts
    fen = w.random.choice([w.amount(), owed.total_fen or 1, owed.billed_fen or 1])
    repayments.repay(w.ledger, who, amount_fen=fen, key=w.key)


def ask_refund(w: World, _: str) -> None:
    order_no = _some_order(w)
    refunds.request(w.ledger, order_no=order_no, amount_fen=w.amount(), key=w.key)


def refund(w: World, _: str) -> None:
    refunds.complete(w.ledger, order_no=_some_order(w), key=w.key)


def instal_bill(w: World, who: str) -> None:
    bill = facts.account_facts(w.ledger, who).bill
    periods = w.random.choice([3, 6, 12])
    plans.instal_bill(w.ledger, who, bill_id=bill.id if bill else 0, periods=periods, key=w.key)


def settle(w: World, who: str) -> None:
    quote = quotes.make(w.ledger, who, close_after=w.random.random() < 0.2)
    owed = facts.account_facts(w.ledger, who).debts.total_fen
    fees = sum(line.amount_fen for line in quote.lines if line.kind in ("next_fee", "settlement_charge"))
    assert quote.total_fen == owed + fees
    settlement.confirm(w.ledger, who, quote_id=quote.quote_id, amount_fen=quote.total_fen, key=w.key)


def close(w: World, who: str) -> None:
    if w.random.random() < 0.8:
        return
    closing.close(w.ledger, who, key=w.key)


def lift(w: World, who: str) -> None:
    freezes.lift(w.ledger, who, "overdue", key=w.key)


def switch(w: World, who: str) -> None:
    gateway = w.ledger.gateway
    assert isinstance(gateway, SimulatedGateway)
    gateway.set_mode(w.random.choice([*MODES, "succeed", "succeed"]), who)


def wait(w: World, _: str) -> None:
    clock = w.ledger.clock
    assert isinstance(clock, FixedClock)
    clock.advance(
        w.random.choice([timedelta(seconds=9), timedelta(hours=7), timedelta(days=2), timedelta(days=17)])
    )


def run_job(w: World, _: str) -> None:
    jobs.run(w.ledger)


def reconcile(w: World, _: str) -> None:
    reconciler.run_once(w.ledger)


def waive(w: World, who: str) -> None:
    goodwill.waive(w.ledger, who, amount_fen=w.random.choice([1, 50]), **_GIVEN, key=w.key)


def compensate(w: World, who: str) -> None:
    goodwill.compensate(w.ledger, who, amount_fen=w.amount(), **_GIVEN, key=w.key)


def transfer(w: World, who: str) -> None:
    transfers.record(w.ledger, who, amount_fen=w.amount(), bank_reference=w.key, key=w.key)


def cut_limit(w: World, who: str) -> None:
    limits.cut(w.ledger, who, new_fen=w.random.choice([300_000, 500_000]), evidence={"days": 9}, key=w.key)


def lift_limit(w: World, who: str) -> None:
    limits.lift_cut(w.ledger, who, reason="assessed", key=w.key)


def apply(w: World, who: str) -> None:
    freezes.apply_unfreeze(w.ledger, who, key=w.key)


def refuse_application(w: World, who: str) -> None:
    filed = facts.account_facts(w.ledger, who).applications
    number = filed[0].number if filed else "J"
    freezes.refuse_application(w.ledger, who, number=number, key=w.key)


_GIVEN = {"reason": "sorry", "given_by": "staff"}

#: Closing is only sometimes meant.
_KEYLESS: list[Callable[[World, str], None]] = [switch, wait, run_job, reconcile, close]
_ACTS: list[Callable[[World, str], None]] = [
    *[open_, hold, capture, release, ask_refund, refund, refund, instal_bill, lift, switch, close],
    *[waive, compensate, transfer, cut_limit, lift_limit, apply, refuse_application],
    *[buy, buy, buy, buy, repay, repay, settle, wait, wait, run_job, reconcile, reconcile],
]
