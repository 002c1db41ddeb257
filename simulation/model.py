"""What one account must look like, kept day by day from the product's rules: plain Python, no database.

It is told what happened (a purchase was captured, a charge took money) and works out by itself what follows:
bills, fees, interest, penalty, freezes, what a payment pays, what a refund offsets, what settling costs.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from simulation import rules
from simulation.debts import Bill, Debt, DebtKind, OverdueFreeze, Plan, Quoted
from simulation.standing import Standing


class Account(Standing):
    """One account from its opening to its closing, and what comes back to it after that."""

    # -- time -------------------------------------------------------------------------------------------

    def catch_up(self, now: datetime) -> None:
        """Live through every day to today, unless a charge is open or the account is closed."""
        if self.paused or self.closed:
            return
        for order in [order for order, hold in self.holds.items() if hold.until <= now]:
            del self.holds[order]
        while self.day < now.date() and not self._waits_for_debit():
            self.day += timedelta(days=1)
            for bill in self.bills:
                self._live_a_day(bill)
            if self.day.day == rules.BILL_DAY:
                self._issue()

    def _waits_for_debit(self) -> bool:
        """A debit of the day that ends was not tried yet: whenever it is, it counts from this day."""
        due = [bill for bill in self.bills if bill.due == self.day and bill.standing == "CURRENT"]
        return self.auto_debit and any(bill.last_debit not in self.tried for bill in due)

    def _live_a_day(self, bill: Bill) -> None:
        on_bill = [debt for debt in self.debts if debt.bill is bill]
        if self.day == bill.due + timedelta(days=1):
            self._fall_due(bill)
        principal = [debt for debt in on_bill if debt.is_principal]
        if bill.standing == "LATE":
            before = bill.penalty_fen_days
            bill.penalty_fen_days += sum(debt.left for debt in principal)
            bill.penalty = self._grow(bill.penalty, before, bill.penalty_fen_days, bill, late=True)
        else:
            before = bill.interest_fen_days
            bearing = (debt for debt in principal if debt.revolving or bill.standing == "REVOLVING")
            bill.interest_fen_days += sum(debt.left for debt in bearing)
            bill.interest = self._grow(bill.interest, before, bill.interest_fen_days, bill, late=False)

    def _fall_due(self, bill: Bill) -> None:
        late = self.least(bill) > 0
        bill.standing = "LATE" if late else "REVOLVING"
        if late and (self.overdue is None or self.overdue.cleared):
            self.overdue = OverdueFreeze(bill.due)

    def _grow(self, debt: Debt | None, before: int, fen_days: int, bill: Bill, *, late: bool) -> Debt | None:
        """By the rates of the bill's day; interest waits for the next bill."""
        rate = bill.rules.penalty if late else bill.rules.interest
        more = rules.grown_fen(fen_days, rate) - rules.grown_fen(before, rate)
        kind: DebtKind = "penalty" if late else "interest"
        if not more:
            return debt
        self.income[kind] += more
        if debt is None:
            return self._add(kind, more, bill=bill if late else None)
        debt.left += more
        if debt not in self.debts:  # it had been paid
            self.debts.append(debt)
        return debt

    def _issue(self) -> None:
        """Everything that belongs on it goes onto the month's bill."""
        bill = Bill(self.day, self.rules.at(self.day))
        for debt in self.debts:
            if self._is_to_bill(debt):
                debt.revolving = debt.revolving or (debt.bill is not None and debt.is_principal)
                debt.bill = bill
        for plan in [plan for plan in self.plans if plan.started < self.day]:
            fee = plan.fees.pop(0)
            plan.next_period += 1
            self.income["fee"] += fee
            if fee:
                self._add("fee", fee, plan=plan, bill=bill)
        on_bill = [debt for debt in self.debts if debt.bill is bill]
        bill.base = sum(debt.left for debt in on_bill)
        bought = sum(debt.left for debt in on_bill if debt.kind == "purchase")
        bill.minimum = rules.minimum_fen(bought, bill.base - bought, bill.rules.minimum_percent)
        self.bills.append(bill)
        self._forget_what_is_over()

    def _is_to_bill(self, debt: Debt) -> bool:
        if debt.bill is not None:
            return debt.bill.standing == "REVOLVING"
        if debt.kind == "principal":
            assert debt.plan is not None
            return debt.plan.started < self.day and debt.period == debt.plan.next_period
        return debt.kind == "interest" or (debt.kind == "purchase" and debt.on < self.day)

    # -- what happens -----------------------------------------------------------------------------------

    def capture(self, order: str, on: date) -> None:
        """What was held for the order is owed now."""
        hold = self.holds.pop(order)
        self.merchant += hold.fen
        if hold.periods > 1:
            rate = 0 if hold.fee_free else hold.agreed.product_fee
            plan = Plan("product", on, hold.agreed, rules.fees(hold.fen, rate, hold.periods))
            self._start(plan, hold.fen, [order])
        else:
            self._add("purchase", hold.fen, on, order=order)

    def instal(self, month: str, periods: int, on: date) -> None:
        """The purchases on that month's bill become a plan; the rest stays due as it is."""
        bill = next(bill for bill in self.bills if bill.month == month)
        moved = [debt for debt in self.debts if debt.bill is bill and debt.kind == "purchase"]
        fen = sum(debt.left for debt in moved)
        for debt in moved:
            debt.left = 0
        agreed = self.rules.at(on)
        plan = Plan("bill", on, agreed, rules.fees(fen, agreed.bill_fee, periods))
        self._start(plan, fen, [debt.order for debt in moved])
        bill.base = bill.minimum = sum(debt.left for debt in self.debts if debt.bill is bill)
        self._forget_what_is_over()

    def repay(self, fen: int, sent_on: date) -> None:
        """A payment of `fen` counts from the day it was sent; what is over is owed back."""
        self.credit += self._take(self.payable(), fen)
        self._clear_overdue(sent_on)

    def debit(self, fen: int, due: date) -> None:
        """An automatic debit of `fen` pays what was due on that day and nothing else."""
        self.credit += self._take(self.debited(due), fen)
        self._clear_overdue(due)

    def debited(self, due: date) -> list[Debt]:
        """What an automatic debit of that due day pays, in its order."""
        return [debt for debt in self.payable() if debt.bill and debt.bill.due <= due]

    def refund(self, order: str, fen: int, on: date) -> tuple[int, int]:
        """Offsets the order, then unbilled purchases, then bills: (offset, owed back)."""
        plan = self.plan_of.get(order)
        if plan is not None:
            own = [d for d in reversed(self.debts) if d.kind == "principal" and d.plan is plan]
        else:
            own = [d for d in self.debts if d.kind == "purchase" and d.order == order]
        rest = [debt for debt in self.payable() if debt not in own]
        rest.sort(key=lambda debt: not (debt.kind == "purchase" and debt.bill is None))
        over = self._take([*own, *rest], fen)
        self.merchant -= fen
        self.credit += over
        gone = [debt for debt in own if plan and not debt.left and debt.period >= plan.next_period]
        if plan is not None:  # a refund works backwards: it is always the last periods that go
            del plan.fees[len(plan.fees) - len(gone) :]
        self._forget_what_is_over()
        self._clear_overdue(on)
        return fen - over, over

    def quote(self) -> Quoted:
        """What settling everything costs now. It is remembered: a charge of it may be under way."""
        fees, waived = [], 0
        for plan in self.plans:
            due = rules.early_fees(plan.rules, plan.fees)
            fees.append((plan, due))
            waived += sum(plan.fees) - due
        self.quoted = Quoted([(debt, debt.left) for debt in self.debts], fees, waived)
        return self.quoted

    def settle(self, fen: int, sent_on: date) -> None:
        """The charge of what was quoted took money; what a refund has taken off since is owed back."""
        assert self.quoted is not None
        for plan, fee in self.quoted.fees:
            self.income["fee"] += fee
            fen -= fee
            plan.fees.clear()
        for debt, left in self.quoted.debts:
            part = min(left, debt.left)
            debt.left -= part
            fen -= part
        self.credit += fen
        self._forget_what_is_over()
        self._clear_overdue(sent_on)

    def owe_back(self, fen: int) -> None:
        """Money came that pays nothing; below zero: it was sent back."""
        self.credit += fen

    def charge_back(self, fen: int, on: date) -> None:
        """The customer's bank took `fen` back: it is owed again."""
        self._add("chargeback", fen, on)

    def offset_charge_backs(self, fen: int) -> None:
        """What is owed back pays for what the bank took back."""
        self.credit -= fen
        left = self._take([debt for debt in self.debts if debt.kind == "chargeback"], fen)
        assert not left

    def waive(self, fen: int, on: date) -> None:
        """Staff let the customer off charges; what was bought is never forgiven."""
        self.income["waiver"] -= fen
        left = self._take(self.waivable(), fen)
        assert not left
        self._clear_overdue(on)

    def compensate(self, fen: int) -> None:
        """Staff give money: it is owed back."""
        self.income["waiver"] -= fen
        self.credit += fen

    def cut(self, new: int) -> None:
        self.cuts.append(self.limit)
        self.limit = new

    def lift_cut(self) -> None:
        """The newest cut is undone."""
        self.limit = self.cuts.pop()

    def close(self) -> None:
        self.closed = True
        self.limit = 0
        self.cuts.clear()
        self.frozen.clear()
        self.overdue = None

    # -- parts ------------------------------------------------------------------------------------------

    def _add(
        self,
        kind: DebtKind,
        left: int,
        on: date | None = None,
        *,
        order: str = "",
        plan: Plan | None = None,
        period: int = 0,
        bill: Bill | None = None,
    ) -> Debt:
        debt = Debt(next(self.serials), kind, left, on or self.day, order, plan, period, bill)
        self.debts.append(debt)
        return debt

    def _start(self, plan: Plan, fen: int, orders: list[str]) -> None:
        self.plans.append(plan)
        for period, part in enumerate(rules.principals(fen, len(plan.fees)), 1):
            self._add("principal", part, plan.started, plan=plan, period=period)
        self.plan_of |= dict.fromkeys(orders, plan)

    def _take(self, debts: list[Debt], fen: int) -> int:
        for debt in debts:
            part = min(fen, debt.left)
            debt.left -= part
            fen -= part
        self._forget_what_is_over()
        return fen

    def _forget_what_is_over(self) -> None:
        self.debts = sorted((debt for debt in self.debts if debt.left), key=lambda debt: debt.serial)
        alive = {id(debt.bill) for debt in self.debts}
        self.bills = [bill for bill in self.bills if id(bill) in alive]
        self.plans = [plan for plan in self.plans if plan.fees]

    def _clear_overdue(self, on: date) -> None:
        """When nothing is late any more the freeze ends, unless it was late for too long."""
        if self.overdue is None or self.overdue.cleared or self.overdue_fen:
            return
        self.overdue.cleared = on
        if (on - self.overdue.due).days <= rules.FREEZE_KEPT_AFTER_DAYS_LATE:
            self.overdue = None
