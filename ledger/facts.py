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
_ACCOUNT_ID: sa.BindParameter[int] = sa.bindparam("account_id")
_SINCE: sa.BindParameter[datetime] = sa.bindparam("since")

# Built once, for building a statement takes longer than running it. What an account has none of is not read.
_HAS = sa.select(
    *(
        sa.exists().where(table.c.account_id == _ACCOUNT_ID).label(table.name)
        for table in (t.charges, t.freezes, t.limit_cuts, t.refusals, t.refunds, t.settlements, t.purchases)
    )
)
_DEBITS = (
    sa.select(t.charges)
    .where(t.charges.c.account_id == _ACCOUNT_ID)
    .where(t.charges.c.due_at.between(sa.bindparam("midnight"), sa.bindparam("next_midnight")))
    .order_by(t.charges.c.due_at)
)
_LIFTED = (
    sa.select(t.freezes.c.kind, t.freezes.c.placed_at, t.freezes.c.lifted_at)
    .where(t.freezes.c.account_id == _ACCOUNT_ID, t.freezes.c.lifted_at >= _SINCE)
    .order_by(t.freezes.c.lifted_at.desc())
)
_LIMIT_CUT = (
    sa.select(*(t.limit_cuts.c[name] for name in ("old_fen", "new_fen", "at", "evidence")))
    .where(t.limit_cuts.c.account_id == _ACCOUNT_ID, t.limit_cuts.c.lifted_at.is_(None))
    .order_by(t.limit_cuts.c.id.desc())
    .limit(1)
)
_REFUSALS = (
    sa.select(t.refusals)
    .where(t.refusals.c.account_id == _ACCOUNT_ID, t.refusals.c.at >= _SINCE)
    .order_by(t.refusals.c.id.desc())
)
_REFUNDS = (
    sa.select(*(t.purchases.c[name] for name in ("order_no", "merchant", "item")))
    .add_columns(*(t.refunds.c[name] for name in ("amount_fen", "state", "requested_at", "done_at")))
    .add_columns(t.refunds.c.offset_fen, t.refunds.c.credited_fen)
    .join_from(t.refunds, t.purchases)
    .where(t.refunds.c.account_id == _ACCOUNT_ID)
    .where((t.refunds.c.requested_at >= _SINCE) | (t.refunds.c.state == "PENDING"))
    .order_by(t.refunds.c.id.desc())
)
_SETTLEMENT = (
    sa.select(t.settlements)
    .where(t.settlements.c.account_id == _ACCOUNT_ID)
    .order_by(t.settlements.c.id.desc())
    .limit(1)
)
_SETTLED = _SETTLEMENT.where(t.settlements.c.state == "SETTLED")


@checked
def account_facts(ledger: Ledger, customer_id: str) -> AccountFacts:
    """The facts of the customer's newest account. Raises UnknownCustomer."""
    now = ledger.clock.now()
    with ledger.read() as conn:
        owing = _owing(conn, customer_id)
        if not days.is_left_behind(conn, owing.account, owing.unpaid, now, ledger.rules):
            return _facts(conn, owing, now, ledger.rules)
    with suppress(Unavailable):  # where nothing can be written it is told as it stands
        days.bring_up(ledger, owing.account.id)
    with ledger.read() as conn:
        return _facts(conn, _owing(conn, customer_id), now, ledger.rules)


@dataclass(frozen=True)
class _Owing:
    """An account, all that is owed on it, its bills that are shown, and what is left on the unpaid ones."""

    account: sa.Row[Any]
    items: list[Item]
    bills: list[sa.Row[Any]]
    unpaid: accrual.UnpaidBills


def _owing(conn: sa.Connection, customer_id: str) -> _Owing:
    account = find_account(conn, customer_id)
    owed = items.owed(conn, account.id)
    rows = bills.read(conn, account.id, owed)
    return _Owing(account, owed, rows, bills.unpaid(rows, owed))


def _facts(conn: sa.Connection, owing: _Owing, now: datetime, rules: Rules) -> AccountFacts:
    account, owed, today = owing.account, owing.items, now.date()
    has = conn.execute(_HAS, {"account_id": account.id}).one()
    charge = open_charges.of_account(conn, account.id) if has.charges else None
    # A payment counts from the day it was sent: while its outcome is open, nothing grows.
    paused = charge is not None or account.state == "CLOSED"
    reached = debit_slots.awaited(conn, account, owing.unpaid, today, rules) or today
    more = (0, 0) if paused else _growth(owing.unpaid, reached, rules)
    a_day_fen = 0 if paused else accrual.penalty_a_day_fen(owing.unpaid, reached, rules)
    billed = bills.views(conn, owing.bills, reached, rules, paused=paused)
    unbilled = [item for item in owed if item.kind == "purchase" and item.bill_id is None]
    plans = plan_views.read(conn, account.id)
    bought = bills.bought(conn, [*billed.on_shown, *unbilled])
    shown = billed.shown and bills.with_items(
        billed.shown, bills.described(billed.on_shown, bought, plans), reached
    )
    books = journals.balances(conn, account.id)
    limit = limits.by(account, books)
    frozen = freezes_in_force.of_account(conn, account.id) if has.freezes else []
    next_bill_on, next_due_on = _next_bill(account, today, rules)
    dues = plan_views.Dues(
        of_bill={bill.id: bill.due_on for bill, _ in owing.unpaid},
        late_ids=billed.late_ids,
        today=reached,
        next_on=next_due_on,
    )
    return AccountFacts(
        customer_id=account.customer_id,
        account_id=account.id,
        state=account.state,
        opened_on=account.opened_on,
        closed_at=account.closed_at,
        close_receipt=account.close_receipt,
        now=now,
        limit=limit,
        debts=_debts(plans, owed, more, billed.overdue_fen, a_day_fen),
        credit_fen=-books[journals.CREDIT],
        bill=shown,
        bills=billed.newest,
        unbilled=bills.described(unbilled, bought, plans),
        next_bill_on=next_bill_on,
        next_due_on=next_due_on,
        plans=plan_views.running(conn, account.id, plans, dues),
        freezes=tuple(_freeze(row, billed.overdue_fen, today) for row in frozen),
        lifted=_lifted(conn, account.id, now) if has.freezes else (),
        unfreeze_from=_unfreeze_from(frozen, rules.at(today)),
        applications=tuple(freezes.applications_of(conn, account.id)) if has.freezes else (),
        limit_cut=_limit_cut(conn, account) if has.limit_cuts else None,
        refusals=_refusals(conn, account.id, now) if has.refusals else (),
        refunds=_refunds(conn, account.id, now) if has.refunds else (),
        repayments=repayments.newest(conn, account.id) if has.charges else (),
        open_charge=open_charges.view(charge) if charge else None,
        last_settlement=_settlement(conn, account.id, _SETTLEMENT) if has.settlements else None,
        last_settled=_settlement(conn, account.id, _SETTLED) if has.settlements else None,
        ever_used=has.purchases,
        holds_fen=limit.held_fen,
        card_last4=account.card_last4,
        auto_debit=bool(account.auto_debit),
        debits=_debits_of(conn, account.id, shown) if has.charges else (),
    )


def _debits_of(conn: sa.Connection, account_id: int, bill: Bill | None) -> tuple[Charge, ...]:
    if bill is None:
        return ()
    midnight = datetime.combine(bill.due_on, time(), SHANGHAI)
    day = {"midnight": midnight, "next_midnight": midnight + timedelta(days=1)}
    return tuple(map(open_charges.view, conn.execute(_DEBITS, {"account_id": account_id, **day})))


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


def _debts(
    plans: plan_views.Rows, owed: list[Item], more: tuple[int, int], overdue_fen: int, a_day_fen: int
) -> Debts:
    def left(*wanted: str, plan: str = "") -> int:
        of_plan = (i for i in owed if not plan or (i.plan_id and plans[i.plan_id].kind == plan))
        return sum(i.left_fen for i in of_plan if i.kind in wanted)

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
        penalty_a_day_fen=a_day_fen,
        interest_fen=left("interest") + more[1],
        chargeback_fen=left("chargeback"),
    )


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
    given = {"account_id": account_id, "since": now - timedelta(days=_REFUSALS_DAYS)}
    return tuple(LiftedFreeze(*row) for row in conn.execute(_LIFTED, given))


def _unfreeze_from(frozen: list[sa.Row[Any]], terms: Terms) -> date | None:
    waiting = [row for row in frozen if row.kind == "overdue"]
    return freezes.unfreeze_from(waiting[0], terms.unfreeze_wait_days) if waiting else None


def _limit_cut(conn: sa.Connection, account: sa.Row[Any]) -> LimitCut | None:
    row = conn.execute(_LIMIT_CUT, {"account_id": account.id}).first()
    return LimitCut(*row) if row and row.new_fen == account.limit_fen else None


def _refusals(conn: sa.Connection, account_id: int, now: datetime) -> tuple[Refusal, ...]:
    given = {"account_id": account_id, "since": now - timedelta(days=_REFUSALS_DAYS)}
    return tuple(map(purchases.refusal_view, conn.execute(_REFUSALS, given)))


def _refunds(conn: sa.Connection, account_id: int, now: datetime) -> tuple[Refund, ...]:
    """The recent ones, and whichever has not arrived, however long it has been waited for."""
    given = {"account_id": account_id, "since": now - timedelta(days=_REFUNDS_DAYS)}
    return tuple(Refund(*row) for row in conn.execute(_REFUNDS, given))


def _settlement(conn: sa.Connection, account_id: int, newest: sa.Select[Any]) -> Settlement | None:
    row = conn.execute(newest, {"account_id": account_id}).first()
    return settlement.view(row) if row else None
