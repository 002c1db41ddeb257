"""How an account of the model stands: what it owes and is owed, and the sums that can be compared."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from simulation.debts import Bill, Debt, Hold, OverdueFreeze, Plan, Quoted, paying_order
from simulation.rules import Rules

_WAIVABLE = ("penalty", "interest", "fee")


def _nothing_earned() -> dict[str, int]:
    return {"fee": 0, "interest": 0, "penalty": 0, "waiver": 0}


@dataclass
class Standing:
    """Everything that is true of one account at the end of `day`."""

    day: date  # everything up to this day has happened
    limit: int
    rules: Rules = field(default_factory=Rules)
    debts: list[Debt] = field(default_factory=list)  # of which something is left
    bills: list[Bill] = field(default_factory=list)  # on which something is left
    plans: list[Plan] = field(default_factory=list)  # with fees or principal to come
    holds: dict[str, Hold] = field(default_factory=dict)
    plan_of: dict[str, Plan] = field(default_factory=dict)  # by order
    credit: int = 0
    income: dict[str, int] = field(default_factory=_nothing_earned)
    merchant: int = 0
    auto_debit: bool = False
    tried: set[datetime] = field(default_factory=set)  # of automatic debits: the times that one was for
    frozen: set[str] = field(default_factory=set)  # by staff
    cuts: list[int] = field(default_factory=list)  # the limit before each cut in force
    overdue: OverdueFreeze | None = None
    paused: bool = False  # a charge is open: whether it was paid, and so what grows, is not known
    closed: bool = False
    quoted: Quoted | None = None
    serials: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def used(self) -> int:
        return sum(debt.left for debt in self.debts if debt.is_principal)

    @property
    def held(self) -> int:
        return sum(hold.fen for hold in self.holds.values())

    @property
    def available(self) -> int:
        taken_back = sum(debt.left for debt in self.debts if debt.kind == "chargeback")
        return max(0, self.limit - self.used - self.held - taken_back)

    @property
    def overdue_fen(self) -> int:
        return sum(debt.left for debt in self.debts if debt.bill and debt.bill.standing == "LATE")

    def balances(self) -> dict[str, int]:
        """Of each of the customer's books that is not empty, as the ledger signs it."""
        sums = {"customer.credit": -self.credit, "limit.hold": self.held}
        for debt in self.debts:
            sums[debt.book] = sums.get(debt.book, 0) + debt.left
        return {book: fen for book, fen in sums.items() if fen}

    def payable(self) -> list[Debt]:
        """What a repayment pays, in its order; principal of periods to come only goes with all the rest."""
        may = [debt for debt in self.debts if debt.bill or debt.kind not in ("principal", "fee")]
        return sorted(may, key=paying_order)

    def waivable(self) -> list[Debt]:
        """What staff may let the customer off, in its order."""
        return [debt for debt in self.payable() if debt.kind in _WAIVABLE]

    def least(self, bill: Bill) -> int:
        """What still has to be paid of it by its due day, or now, not to be late."""
        left = sum(debt.left for debt in self.debts if debt.bill is bill)
        if bill.standing == "CURRENT":
            return max(0, min(left, bill.minimum - (bill.base - left)))
        return left if bill.standing == "LATE" else 0

    def may_instal(self, month: str, now: datetime) -> bool:
        """Whether that month's bill may become a plan now."""
        bill = next((bill for bill in self.bills if bill.month == month), None)
        if bill is None or self.paused or bill.standing != "CURRENT" or now > bill.window_until:
            return False
        fen = sum(debt.left for debt in self.debts if debt.bill is bill and debt.kind == "purchase")
        return fen >= self.rules.at(now.date()).least_instalment_fen

    def may_apply(self, today: date) -> set[str]:
        """The freezes that the customer may apply to have lifted now."""
        may = {"risk"} & self.frozen
        if self.overdue is not None and self.overdue.cleared is not None:
            waited = today - self.overdue.cleared
            may |= {"overdue"} if waited >= timedelta(self.rules.at(today).unfreeze_wait_days) else set()
        return may
