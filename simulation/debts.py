"""What the model's accounts are made of: debts, bills, plans, holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from ledger.clock import SHANGHAI
from simulation import rules
from simulation.rules import Version

DebtKind = Literal["purchase", "principal", "fee", "interest", "penalty", "chargeback"]
_RANK = {"penalty": 0, "interest": 1, "fee": 2}
_PRINCIPAL_RANK = 3
_BOOKS = {"fee": "fee", "interest": "interest", "penalty": "penalty", "principal": "plan"}


@dataclass(eq=False)
class Debt:
    """One thing owed."""

    serial: int  # in the order in which they came to be
    kind: DebtKind
    left: int
    on: date
    order: str = ""
    plan: Plan | None = None
    period: int = 0
    bill: Bill | None = None
    revolving: bool = False

    @property
    def is_principal(self) -> bool:
        return self.kind in ("purchase", "principal")

    @property
    def book(self) -> str:
        if self.kind == "purchase":
            return "receivable.billed" if self.bill else "receivable.unbilled"
        return f"receivable.{_BOOKS.get(self.kind, self.kind)}"


@dataclass(eq=False)
class Bill:
    issued: date
    rules: Version  # those of the day on which it was issued
    base: int = 0  # what was on it when the minimum was set
    minimum: int = 0
    standing: Literal["CURRENT", "REVOLVING", "LATE"] = "CURRENT"
    penalty_fen_days: int = 0
    interest_fen_days: int = 0
    penalty: Debt | None = None
    interest: Debt | None = None

    @property
    def due(self) -> date:
        return self.issued.replace(day=self.rules.due_day)

    @property
    def last_debit(self) -> datetime:
        """When an automatic debit of it is tried for the last time."""
        return datetime.combine(self.due, rules.LAST_DEBIT, SHANGHAI)

    @property
    def window_until(self) -> datetime:
        """When it may become a plan for the last time."""
        return datetime.combine(self.due, rules.BILL_WINDOW_UNTIL, SHANGHAI)

    @property
    def month(self) -> str:
        return f"{self.issued - timedelta(days=1):%Y-%m}"


@dataclass(eq=False)
class Plan:
    kind: Literal["product", "bill"]
    started: date
    rules: Version  # those of the day on which it was agreed
    fees: list[int]  # of the periods still to be billed, the next one first
    next_period: int = 1


@dataclass
class Hold:
    fen: int
    periods: int
    fee_free: bool
    until: datetime
    agreed: Version = rules.FIRST


@dataclass
class OverdueFreeze:
    due: date  # of the bill whose lateness brought it
    cleared: date | None = None


@dataclass
class Quoted:
    """What settling covers: debts as they were, and of each plan the next fee with the settlement charge."""

    debts: list[tuple[Debt, int]]
    fees: list[tuple[Plan, int]]
    waived_fen: int

    @property
    def total_fen(self) -> int:
        return sum(left for _, left in self.debts) + sum(fen for _, fen in self.fees)


@dataclass
class Shop:
    """What a merchant is owed: orders at their full price, less refunds, each with its day."""

    unpaid: list[tuple[date, int]] = field(default_factory=list)

    def pay(self, until: date) -> int:
        """Paid for what was before that day; nothing while refunds outweigh it."""
        fen = sum(each for day, each in self.unpaid if day < until)
        if fen > 0:
            self.unpaid = [(day, each) for day, each in self.unpaid if day >= until]
        return max(0, fen)


def paying_order(debt: Debt) -> tuple[object, ...]:
    """Oldest first; within one: penalty, interest, fee, principal. What is on no bill comes last."""
    within = (_RANK.get(debt.kind, _PRINCIPAL_RANK), debt.serial)
    if debt.kind == "chargeback":
        return (0, debt.on, date.min, *within)
    if debt.bill:
        return (0, debt.bill.due, debt.bill.issued, *within)
    return (1, within[0], debt.on, debt.serial)
