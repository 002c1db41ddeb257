"""Tells the model's accounts what has happened in the ledger, and compares the two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from simulation.debts import Hold, Shop
from simulation.model import Account
from simulation.reader import OPEN_STATES, Changes, Journal, Row
from simulation.rules import Rules
from simulation.violations import expect, expect_equal

#: Shops and items by these names do not take the product.
NO_SHOP, NO_ITEM = "shop without it", "item without it"
_FOLLOWS_BY_ITSELF = ("fee", "bill", "penalty", "interest", "hold_captured")


class Follower:
    """The model of every account, and where it is in the ledger's history."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.accounts: dict[int, Account] = {}
        self.shop = Shop()  # all orders that are taken are the same shop's
        self.orders: dict[int, Row] = {}  # purchases by id
        self._charges: dict[str, Row] = {}
        self._new_charges: set[str] = set()
        self._refunds_done: set[int] = set()
        self._were_held: set[int] = set()
        self._captured: set[int] = set()
        self._granted: set[int] = set()
        self._cuts: dict[int, bool] = {}  # whether it was lifted
        self._freeze_kinds: dict[int, str] = {}
        self.filed: dict[str, int] = {}  # applications that wait, by number: of which account
        self.prices: dict[str, int] = {}  # of what was captured, by order

    def follow(self, changes: Changes, now: datetime) -> None:
        """What happened since the last time, in its order. Raises Violation where the model knows better."""
        for row in changes.accounts.values():
            if row.id not in self.accounts:
                self.accounts[row.id] = Account(row.opened_on, row.limit_fen, self._rules)
        for account in self.accounts.values():
            account.catch_up(now)
        for cut in changes.cuts:
            self._cut(cut)
        for application in changes.applications:
            self._applied(application)
        self._freezes(changes)
        for refusal in changes.refusals:
            self._refused(refusal)
        self.orders |= {row.id: row for row in changes.purchases}
        for charge in changes.charges:
            self._created(charge, changes)
        self._new_charges = {row.number for row in changes.charges} - self._charges.keys()
        self._charges |= {row.number: row for row in changes.charges}
        for journal in changes.journals:
            self._journal(journal, changes, now)
        self._live_on(changes, now)

    def _live_on(self, changes: Changes, now: datetime) -> None:
        """To today, or until a charge is open: a debit's only after all that had been tried before it."""
        waiting = {row.account_id for row in changes.charges if row.state in OPEN_STATES["charges"]}
        for charge in changes.charges:
            if charge.state not in OPEN_STATES["charges"]:
                self._tried(charge)
            if charge.number in self._new_charges:  # when it was made no other was open
                self.accounts[charge.account_id].paused = False
        for row in changes.accounts.values():
            account = self.accounts[row.id]
            account.auto_debit = bool(row.auto_debit)
            account.catch_up(now)
            account.paused = row.id in waiting
        for charge in changes.charges:
            self._tried(charge)
        for row in changes.accounts.values():
            account = self.accounts[row.id]
            account.catch_up(now)
            if row.state == "CLOSED" and not account.closed:
                account.close()

    def _refused(self, row: Row) -> None:
        account = self.accounts[row.account_id]
        want = refusal(account, row.amount_fen, shop=row.merchant != NO_SHOP, item=row.item != NO_ITEM)
        expect_equal(row.reason, want, "why a purchase is refused", row.order_no)
        expect_equal(row.available_fen, account.available, "limit left at a refusal", row.order_no)

    def _freezes(self, changes: Changes) -> None:
        """What staff placed and lifted; lateness is the model's own to know."""
        for row in changes.freezes:
            account = self.accounts[row.account_id]
            self._freeze_kinds[row.id] = row.kind
            if row.kind != "overdue":
                (account.frozen.add if row.lifted_at is None else account.frozen.discard)(row.kind)
            elif row.lift_reason == "granted" and row.id not in self._granted:
                self._granted.add(row.id)
                account.overdue = None

    def _cut(self, row: Row) -> None:
        """The newest one is lifted first; what there was before it comes back."""
        account = self.accounts[row.account_id]
        if row.id not in self._cuts:
            self._cuts[row.id] = False
            expect_equal(row.old_fen, account.limit, "the limit before a cut", row.id)
            account.cut(row.new_fen)
        if row.lifted_at is not None and not self._cuts[row.id]:
            self._cuts[row.id] = True
            account.lift_cut()
            expect_equal(row.old_fen, account.limit, "the limit after a cut is lifted", row.id)

    def _applied(self, row: Row) -> None:
        kind = self._freeze_kinds[row.freeze_id]
        if row.state == "FILED" and row.number not in self.filed:
            may = self.accounts[row.account_id].may_apply(row.at.date())
            expect(kind in may, "who may apply for what", row.number, kind, may)
            self.filed[row.number] = row.account_id
        elif row.state != "FILED":
            self.filed.pop(row.number, None)

    def _created(self, charge: Row, changes: Changes) -> None:
        """A charge is made of exactly what the model says settling costs, or what was due that day."""
        if charge.number in self._charges:
            return
        account = self.accounts[charge.account_id]
        if charge.purpose == "settle":
            fen, check = account.quote().total_fen, "a settlement takes what settling costs"
            expect_equal(charge.amount_fen, fen, check, charge.number)
        elif charge.due_at and sum(c.account_id == charge.account_id for c in changes.charges) == 1:
            expect(account.auto_debit, "who gave no order is not debited", charge.number)
            fen = sum(debt.left for debt in account.debited(charge.due_at.date()))
            expect_equal(charge.amount_fen, fen, "a debit takes what was due", charge.number)

    def _tried(self, charge: Row) -> None:
        if charge.due_at:
            self.accounts[charge.account_id].tried.add(charge.due_at)

    def _debited(self, account: Account, row: Row, fen: int, now: datetime) -> None:
        """The account has lived on after each debit before this one, up to this one's day."""
        debit = self._charges[row.reference.removeprefix("capture:")]
        for charge in self._charges.values():
            if charge.account_id == row.account_id and charge.id < debit.id:
                self._tried(charge)
        if debit.number in self._new_charges:
            account.paused = False
        account.catch_up(now)
        account.debit(fen, self._sent_on(row))
        self._tried(debit)

    def _journal(self, journal: Journal, changes: Changes, now: datetime) -> None:
        row, lines = journal.row, journal.by_book
        if row.account_id is None:
            self._shop_paid(row, -lines["bank"], changes)
            return
        account, came = self.accounts[row.account_id], lines.get("gateway.clearing", 0)
        happened: dict[str, Callable[[], object]] = {
            "hold": lambda: self._held(account, row, lines["limit.hold"]),
            "purchase": lambda: self._bought(account, row),
            "hold_released": lambda: self._unheld(account, row),
            "hold_expired": lambda: self._unheld(account, row),
            "repayment": lambda: account.repay(came, self._sent_on(row)),
            "debit": lambda: self._debited(account, row, came, now),
            "settlement": lambda: account.settle(came, self._sent_on(row)),
            "late_success": lambda: account.owe_back(came),
            "payout": lambda: account.owe_back(came + lines.get("bank", 0)),
            "waiver": lambda: account.waive(lines["income.waiver"], row.at.date()),
            "compensation": lambda: account.compensate(lines["income.waiver"]),
            "chargeback": lambda: account.charge_back(-came, now.date()),
            "chargeback_offset": lambda: account.offset_charge_backs(lines["customer.credit"]),
            "refund": lambda: self._refunded(account, row, changes),
            "bill_instalment": lambda: self._installed(account, row, changes),
        }
        if row.kind not in _FOLLOWS_BY_ITSELF:
            expect(row.kind in happened, "every kind of journal is known", row.kind)
            happened[row.kind]()

    def _installed(self, account: Account, row: Row, changes: Changes) -> None:
        plan = next(p for p in reversed(changes.plans) if p.account_id == row.account_id)
        until = next(bill.window_until for bill in account.bills if bill.month == plan.label)
        expect(row.at <= until, "a bill becomes a plan in time", plan.id, until)
        least = self._rules.at(row.at.date()).least_instalment_fen
        expect(plan.principal_fen >= least, "the smallest instalment", plan.id, plan.principal_fen)
        account.instal(plan.label, plan.periods, row.at.date())

    def _held(self, account: Account, row: Row, fen: int) -> None:
        order = next(
            o for o in self.orders.values()
            if o.account_id == row.account_id and o.held_at == row.at and o.id not in self._were_held
        )  # fmt: skip
        self._were_held.add(order.id)
        reason = refusal(account, fen, shop=order.merchant != NO_SHOP, item=order.item != NO_ITEM)
        expect(reason is None or account.paused, "a purchase within the limit", order.order_no, reason)
        expect_equal(fen, order.amount_fen, "the whole order is held", order.order_no)
        agreed, until = self._rules.at(row.at.date()), order.expires_at
        expect_equal(until, row.at + timedelta(agreed.hold_days), "how long a hold lasts", order.order_no)
        account.holds[order.order_no] = Hold(fen, order.periods, bool(order.fee_free), until, agreed)

    def _bought(self, account: Account, row: Row) -> None:
        order = next(
            o for o in self.orders.values()
            if o.account_id == row.account_id and o.captured_at == row.at and o.id not in self._captured
        )  # fmt: skip
        self._captured.add(order.id)
        self.prices[order.order_no] = order.amount_fen
        self.shop.unpaid.append((row.at.date(), order.amount_fen))
        expect(order.order_no in account.holds, "only what is held is captured", order.order_no)
        account.capture(order.order_no, row.at.date())

    def _unheld(self, account: Account, row: Row) -> None:
        for order in self.orders.values():
            if order.account_id == row.account_id and order.state in ("RELEASED", "EXPIRED"):
                account.holds.pop(order.order_no, None)

    def _shop_paid(self, row: Row, fen: int, changes: Changes) -> None:
        """For the days before the one on which the job began; it may have been held up since."""
        expect_equal(row.kind, "merchant_settlement", "a journal of no customer's", row.id)
        until: date = next(paid.until for paid in changes.merchants if f"M{paid.id}" == row.reference)
        expect(until <= row.at.date(), "a merchant is paid for what is over", row.id)
        expect_equal(fen, self.shop.pay(until), "a merchant is paid its orders less refunds", row.id)

    def _sent_on(self, row: Row) -> date:
        charge = self._charges[row.reference.removeprefix("capture:")]
        sent_on: date = (charge.due_at or charge.sent_at).date()
        expect_equal(
            row.value_on, sent_on, "a payment counts from the day it was sent, or due", charge.number
        )
        return sent_on

    def _refunded(self, account: Account, row: Row, changes: Changes) -> None:
        done = next(
            r for r in changes.refunds
            if r.account_id == row.account_id and r.done_at == row.at and r.id not in self._refunds_done
        )  # fmt: skip
        self._refunds_done.add(done.id)
        order = self.orders[done.purchase_id].order_no
        self.shop.unpaid.append((row.at.date(), -done.amount_fen))
        want = account.refund(order, done.amount_fen, row.at.date())
        expect_equal((done.offset_fen, done.credited_fen), want, "what a refund offsets and credits", order)

    # -- comparing --------------------------------------------------------------------------------------

    def compare(self, changes: Changes, posted: dict[tuple[int, str], int], now: datetime) -> None:
        """Every balance and the overdue freezes, of every account that the ledger has brought up to today."""
        overdue = {
            row.account_id: row for row in changes.freezes if row.kind == "overdue" and not row.lifted_at
        }
        for account_id, account in self.accounts.items():
            row = changes.accounts[account_id]
            have = {book: fen for book, fen in changes.balances.get(account_id, {}).items() if fen}
            credit = -have.get("customer.credit", 0)
            expect_equal(credit, account.credit, "owed back", account_id)
            expect_equal(
                -posted.get((account_id, "merchant.payable"), 0), account.merchant, "merchant is owed"
            )
            expect_equal(row.limit_fen, account.limit, "limit", account_id)
            if self.is_behind(changes, account_id, now):
                continue
            expect_equal(have, account.balances(), "balances", account_id)
            for kind, fen in account.income.items():
                expect_equal(
                    -posted.get((account_id, f"income.{kind}"), 0), fen, f"income of {kind}", account_id
                )
            self._compare_overdue(account_id, account, overdue.get(account_id))

    def _compare_overdue(self, account_id: int, account: Account, row: Row | None) -> None:
        have = None if row is None else (row.evidence["due_on"], row.cleared_on)
        freeze = account.overdue
        want = None if freeze is None else (freeze.due.isoformat(), freeze.cleared)
        expect_equal(have, want, "the overdue freeze", account_id)

    def is_behind(self, changes: Changes, account_id: int, now: datetime) -> bool:
        """Whether the ledger has still to bring the account up to now, as the next command on it will."""
        row, account = changes.accounts[account_id], self.accounts[account_id]
        if account.paused or account.closed:
            return False
        if row.next_bill_on <= account.day or changes.accrued.get(account_id, account.day) < account.day:
            return True
        held = (p for p in changes.purchases if p.account_id == account_id and p.state == "HELD")
        return any(purchase.expires_at <= now for purchase in held)


def refusal(account: Account, fen: int, *, shop: bool, item: bool) -> str | None:
    """Why a purchase is refused now, if it is."""
    if account.closed:
        return "closed"
    if account.frozen or account.overdue:
        return "freeze"
    if not shop:
        return "shop"
    if not item:
        return "item"
    return "limit" if fen > account.available else None
