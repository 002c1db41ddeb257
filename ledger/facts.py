"""One customer's account as it stands now: the only source of figures in an answer.

Penalty and interest include today even where the day's job has not run yet. An account that the jobs have
left behind a bill day is first brought up to today, as by every command: what is read is what is quoted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import (
    accrual,
    bills,
    days,
    debit_slots,
    freezes,
    freezes_in_force,
    items,
    journals,
    limits,
    open_charges,
    plan_views,
    purchases,
    repayments,
    schedule,
    settlement,
)
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import Unavailable
from ledger.items import Item
from ledger.model import (
    AccountFacts,
    Bill,
    BillItem,
    Charge,
    Debts,
    Freeze,
    LiftedFreeze,
    LimitCut,
    Refund,
    Refusal,
    Settlement,
)
from ledger.terms import Rules, Terms
from ledger.work import find_account

_REFUSALS_DAYS = 30  # also of the freezes that explain them
_REFUNDS_DAYS = 90


@checked
def account_facts(ledger: Ledger, customer_id: str) -> AccountFacts:
    """The facts of the customer's newest account. Raises UnknownCustomer."""
    now = ledger.clock.now()
    with ledger.read() as conn:
        owing = _owing(conn, customer_id)
        if not days.is_left_behind(conn, owing.account, owing.bills, now, ledger.rules):
            return _facts(conn, owing, now, ledger.rules)
    with suppress(Unavailable):  # where nothing can be written it is told as it stands
        days.bring_up(ledger, owing.account.id)
    with ledger.read() as conn:
        return _facts(conn, _owing(conn, customer_id), now, ledger.rules)


@dataclass(frozen=True)
class _Owing:
    """An account, all that is owed on it, and its bills with what is left on each."""

    account: sa.Row[Any]
    items: list[Item]
    bills: accrual.UnpaidBills


def _owing(conn: sa.Connection, customer_id: str) -> _Owing:
    account = find_account(conn, customer_id)
    owed = items.owed(conn, account.id)
    return _Owing(account, owed, accrual.unpaid_bills(conn, owed))


def _facts(conn: sa.Connection, owing: _Owing, now: datetime, rules: Rules) -> AccountFacts:
    account, today = owing.account, now.date()
    charge = open_charges.of_account(conn, account.id)
    # A payment counts from the day it was sent: while its outcome is open, nothing grows.
    paused = charge is not None or account.state == "CLOSED"
    reached = debit_slots.awaited(conn, account, owing.bills, today, rules) or today
    more = (0, 0) if paused else _growth(owing.bills, reached, rules)
    billed = bills.of_account(conn, account.id, owing.bills, reached, rules, paused=paused)
    limit = limits.of(conn, account)
    frozen = freezes_in_force.of_account(conn, account.id)
    next_bill_on, next_due_on = _next_bill(account, today, rules)
    return AccountFacts(
        customer_id=account.customer_id,
        account_id=account.id,
        state=account.state,
        opened_on=account.opened_on,
        closed_at=account.closed_at,
        close_receipt=account.close_receipt,
        now=now,
        limit=limit,
        debts=_debts(conn, owing.items, more, billed.overdue_fen),
        credit_fen=-journals.balances(conn, account.id)[journals.CREDIT],
        bill=billed.shown,
        bills=billed.newest,
        unbilled=_unbilled(conn, owing.items),
        next_bill_on=next_bill_on,
        next_due_on=next_due_on,
        plans=plan_views.running(conn, account.id, next_due_on),
        freezes=tuple(_freeze(row, billed.overdue_fen, today) for row in frozen),
        lifted=_lifted(conn, account.id, now),
        unfreeze_from=_unfreeze_from(frozen, rules.at(today)),
        applications=tuple(freezes.applications(conn, t.applications.c.account_id == account.id)),
        limit_cut=_limit_cut(conn, account),
        refusals=_refusals(conn, account.id, now),
        refunds=_refunds(conn, account.id, now),
        repayments=repayments.newest(conn, account.id),
        open_charge=open_charges.view(charge) if charge else None,
        last_settlement=_settlement(conn, account.id),
        last_settled=_settlement(conn, account.id, t.settlements.c.state == "SETTLED"),
        ever_used=_ever_used(conn, account.id),
        holds_fen=limit.held_fen,
        card_last4=account.card_last4,
        auto_debit=bool(account.auto_debit),
        debits=_debits_of(conn, account.id, billed.shown),
    )


def _debits_of(conn: sa.Connection, account_id: int, bill: Bill | None) -> tuple[Charge, ...]:
    if bill is None:
        return ()
    c = t.charges.c
    midnight = datetime.combine(bill.due_on, time(), SHANGHAI)
    on_due_day = c.due_at.between(midnight, midnight + timedelta(days=1))
    rows = conn.execute(sa.select(t.charges).where(c.account_id == account_id, on_due_day).order_by(c.due_at))
    return tuple(open_charges.view(row) for row in rows)


def _next_bill(account: sa.Row[Any], today: date, rules: Rules) -> tuple[date, date]:
    """The next bill day after today, and the due day of that bill."""
    day: date = account.next_bill_on
    while day <= today:
        day = schedule.next_bill_on(day, rules.at(day).bill_day)
    return day, schedule.due_on(day, rules.at(day).due_day)


def _growth(unpaid: accrual.UnpaidBills, today: date, rules: Rules) -> tuple[int, int]:
    """Penalty and interest that the day's job would post now, in fen."""
    penalty = interest = 0
    for bill, left in unpaid:
        before, now = accrual.posted(bill), accrual.grown(bill, left, today)
        terms = rules.at(bill.issued_on)
        penalty += now.penalty_fen(terms) - before.penalty_fen(terms)
        interest += now.interest_fen(terms) - before.interest_fen(terms)
    return penalty, interest


def _debts(conn: sa.Connection, owed: list[Item], more: tuple[int, int], overdue_fen: int) -> Debts:
    plan_ids = {item.plan_id for item in owed if item.kind == "plan_principal"}
    kinds = {
        row.id: row.kind for row in conn.execute(sa.select(t.plans).where(t.plans.c.id.in_(list(plan_ids))))
    }

    def left(*wanted: str, plan: str = "") -> int:
        return sum(i.left_fen for i in owed if i.kind in wanted and (not plan or kinds[i.plan_id] == plan))

    unbilled = sum(i.left_fen for i in owed if i.kind == "purchase" and i.bill_id is None)
    product, bill_plan = left("plan_principal", plan="product"), left("plan_principal", plan="bill")
    total = sum(i.left_fen for i in owed) + sum(more)
    return Debts(
        unbilled_fen=unbilled,
        billed_fen=total - unbilled - product - bill_plan,
        product_plan_fen=product,
        bill_plan_fen=bill_plan,
        total_fen=total,
        overdue_fen=overdue_fen,
        penalty_fen=left("penalty") + more[0],
        interest_fen=left("interest") + more[1],
        chargeback_fen=left("chargeback"),
    )


def _unbilled(conn: sa.Connection, owed: list[Item]) -> tuple[BillItem, ...]:
    return bills.shown_items(conn, [i for i in owed if i.kind == "purchase" and i.bill_id is None])


def _freeze(row: sa.Row[Any], overdue_fen: int, today: date) -> Freeze:
    """An overdue freeze says how late and how much now; one that is cleared says how late it was."""
    evidence = dict(row.evidence)
    if row.kind == "overdue":
        evidence["overdue_fen"] = overdue_fen
        if row.cleared_on is None:
            evidence["days"] = (today - date.fromisoformat(evidence["due_on"])).days
        else:
            evidence["cleared_on"] = row.cleared_on.isoformat()
    return Freeze(row.id, row.kind, row.placed_at, evidence)


def _lifted(conn: sa.Connection, account_id: int, now: datetime) -> tuple[LiftedFreeze, ...]:
    f = t.freezes.c
    recent = (f.account_id == account_id) & (f.lifted_at >= now - timedelta(days=_REFUSALS_DAYS))
    query = sa.select(f.kind, f.placed_at, f.lifted_at).where(recent).order_by(f.lifted_at.desc())
    return tuple(LiftedFreeze(*row) for row in conn.execute(query))


def _unfreeze_from(frozen: list[sa.Row[Any]], terms: Terms) -> date | None:
    waiting = [row for row in frozen if row.kind == "overdue"]
    return freezes.unfreeze_from(waiting[0], terms.unfreeze_wait_days) if waiting else None


def _limit_cut(conn: sa.Connection, account: sa.Row[Any]) -> LimitCut | None:
    c = t.limit_cuts.c
    in_force = (c.account_id == account.id) & c.lifted_at.is_(None)
    newest = sa.select(c.old_fen, c.new_fen, c.at, c.evidence).where(in_force)
    row = conn.execute(newest.order_by(c.id.desc()).limit(1)).first()
    return LimitCut(*row) if row and row.new_fen == account.limit_fen else None


def _refusals(conn: sa.Connection, account_id: int, now: datetime) -> tuple[Refusal, ...]:
    r = t.refusals.c
    recent = (r.account_id == account_id) & (r.at >= now - timedelta(days=_REFUSALS_DAYS))
    rows = conn.execute(sa.select(t.refusals).where(recent).order_by(r.id.desc()))
    return tuple(purchases.refusal_view(row) for row in rows)


def _refunds(conn: sa.Connection, account_id: int, now: datetime) -> tuple[Refund, ...]:
    """The recent ones, and whichever has not arrived, however long it has been waited for."""
    r, p = t.refunds.c, t.purchases.c
    recent = (r.requested_at >= now - timedelta(days=_REFUNDS_DAYS)) | (r.state == "PENDING")
    shown = (p.order_no, p.merchant, p.item, r.amount_fen, r.state, r.requested_at, r.done_at)
    query = sa.select(*shown, r.offset_fen, r.credited_fen).join_from(t.refunds, t.purchases)
    query = query.where(r.account_id == account_id, recent)
    return tuple(Refund(*row) for row in conn.execute(query.order_by(r.id.desc())))


def _settlement(conn: sa.Connection, account_id: int, *where: sa.ColumnElement[bool]) -> Settlement | None:
    """The newest one."""
    s = t.settlements.c
    newest = sa.select(t.settlements).where(s.account_id == account_id, *where)
    row = conn.execute(newest.order_by(s.id.desc()).limit(1)).first()
    return settlement.view(row) if row else None


def _ever_used(conn: sa.Connection, account_id: int) -> bool:
    bought = sa.select(t.purchases.c.id).where(t.purchases.c.account_id == account_id).limit(1)
    return conn.execute(bought).first() is not None
