"""One customer's account as it stands now: the only source of figures in an answer.

Penalty and interest include today even where the day's job has not run yet. An account that the jobs have
left behind a bill day is first brought up to today, as by every command: what is read is what is quoted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from ledger import (
    accrual,
    bills,
    days,
    debit_slots,
    freezes,
    freezes_in_force,
    holds,
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
from ledger.columns import Instant, in_full
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
    UnfreezeApplication,
)
from ledger.terms import Rules, Terms
from ledger.together import Answers, Together
from ledger.work import find_account

_REFUSALS_DAYS = 30  # also of the freezes that explain them
_REFUNDS_DAYS = 90
_ACCOUNT_ID: sa.BindParameter[int] = sa.bindparam("account_id")
_F, _L, _R, _S = t.freezes.c, t.limit_cuts.c, t.refunds.c, t.settlements.c
_SETTLEMENTS = sa.select(t.settlements).where(_S.account_id == _ACCOUNT_ID).order_by(_S.id.desc()).limit(1)
_DEBITED = sa.exists().where(t.charges.c.account_id == _ACCOUNT_ID, t.charges.c.due_at.is_not(None))
_BOUGHT = sa.exists().where(t.purchases.c.account_id == _ACCOUNT_ID)
_HAS: Any = sa.select(_DEBITED.label("debits"), _BOUGHT.label("purchases"))
#: All of an account that is always wanted, in one round trip.
_ASKED: Final = Together(
    owed=items.OWED,
    hold_over=holds.ONE_OVER,
    balances=journals.BALANCES,
    open_charge=open_charges.OF_ACCOUNT,
    freezes=freezes_in_force.OF_ACCOUNT,
    applications=freezes.APPLICATIONS,
    repayments=repayments.NEWEST,
    lifted=sa.select(_F.kind, _F.placed_at, _F.lifted_at)
    .where(_F.account_id == _ACCOUNT_ID, _F.lifted_at >= sa.bindparam("refused_since", type_=Instant))
    .order_by(_F.lifted_at.desc()),
    limit_cut=sa.select(_L.old_fen, _L.new_fen, _L.at, _L.evidence)
    .where(_L.account_id == _ACCOUNT_ID, _L.lifted_at.is_(None))
    .order_by(_L.id.desc())
    .limit(1),
    refusals=sa.select(t.refusals)
    .where(t.refusals.c.account_id == _ACCOUNT_ID, t.refusals.c.at >= sa.bindparam("refused_since"))
    .order_by(t.refusals.c.id.desc()),
    # The recent ones, and whichever has not arrived, however long it has been waited for.
    refunds=sa.select(*(t.purchases.c[name] for name in ("order_no", "merchant", "item")))
    .add_columns(_R.amount_fen, _R.state, _R.requested_at, _R.done_at, _R.offset_fen, _R.credited_fen)
    .join_from(t.refunds, t.purchases)
    .where(_R.account_id == _ACCOUNT_ID)
    .where((_R.requested_at >= sa.bindparam("refunded_since")) | (_R.state == in_full("PENDING")))
    .order_by(_R.id.desc()),
    last_settlement=_SETTLEMENTS,
    last_settled=_SETTLEMENTS.where(_S.state == in_full("SETTLED")),
    has=_HAS,
    **bills.ASKED,
    **plan_views.ASKED,
)
_DEBITS = (
    sa.select(t.charges)
    .where(t.charges.c.account_id == _ACCOUNT_ID)
    .where(t.charges.c.due_at.between(sa.bindparam("midnight"), sa.bindparam("next_midnight")))
    .order_by(t.charges.c.due_at)
)


@checked
def account_facts(ledger: Ledger, customer_id: str) -> AccountFacts:
    """The facts of the customer's newest account. Raises UnknownCustomer."""
    now = ledger.clock.now()
    with ledger.read() as conn:
        known = _read(conn, customer_id, now, ledger.rules)
        if not known.left_behind:
            return _facts(conn, known, now, ledger.rules)
    with suppress(Unavailable):  # where nothing can be written it is told as it stands
        days.bring_up(ledger, known.account.id)
    with ledger.read() as conn:
        return _facts(conn, _read(conn, customer_id, now, ledger.rules), now, ledger.rules)


@dataclass(frozen=True)
class _Known:
    """An account, what `_ASKED` has found of it, all that is owed on it and what is left on unpaid bills."""

    account: sa.Row[Any]
    found: Answers
    owed: list[Item]
    unpaid: accrual.UnpaidBills
    reached: date  # the day it has come to: today, or one on which an automatic debit is still to be tried

    @property
    def paused(self) -> bool:
        """A payment counts from the day it was sent: while its outcome is open, nothing grows."""
        return bool(self.found["open_charge"]) or self.account.state == "CLOSED"

    @property
    def left_behind(self) -> bool:
        """Whether it is to be brought up to today before it is told."""
        behind = days.is_left_behind(self.account, self.unpaid, self.reached)
        return not self.paused and (behind or bool(self.found["hold_over"]))


def _read(conn: sa.Connection, customer_id: str, now: datetime, rules: Rules) -> _Known:
    account = find_account(conn, customer_id)
    found = _ASKED.ask(
        conn,
        account_id=account.id,
        now=now,
        refused_since=now - timedelta(days=_REFUSALS_DAYS),
        refunded_since=now - timedelta(days=_REFUNDS_DAYS),
    )
    owed = list(map(Item._make, found["owed"]))
    unpaid = bills.unpaid(found["bills"], owed)
    reached = debit_slots.awaited(conn, account, unpaid, now.date(), rules) or now.date()
    return _Known(account, found, owed, unpaid, reached)


def _facts(conn: sa.Connection, known: _Known, now: datetime, rules: Rules) -> AccountFacts:
    account, found, owed, reached, today = known.account, known.found, known.owed, known.reached, now.date()
    more = (0, 0) if known.paused else _growth(known.unpaid, reached, rules)
    a_day_fen = 0 if known.paused else accrual.penalty_a_day_fen(known.unpaid, reached, rules)
    billed = bills.views(found, reached, rules, paused=known.paused)
    unbilled = [item for item in owed if item.kind == "purchase" and item.bill_id is None]
    plans = plan_views.by_id(found["plans"])
    bought = bills.bought(conn, [*billed.on_shown, *unbilled])
    shown = billed.shown and bills.with_items(
        billed.shown, bills.described(billed.on_shown, bought, plans), reached
    )
    books = journals.by_book(found["balances"])
    limit = limits.by(account, books)
    next_bill_on, next_due_on = _next_bill(account, today, rules)
    dues = plan_views.Dues(
        of_bill={bill.id: bill.due_on for bill, _ in known.unpaid},
        late_ids=billed.late_ids,
        today=reached,
        next_on=next_due_on,
    )
    [has] = found["has"]
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
        plans=plan_views.running(found, dues),
        freezes=tuple(_freeze(row, billed.overdue_fen, today) for row in found["freezes"]),
        lifted=tuple(LiftedFreeze(*row) for row in found["lifted"]),
        unfreeze_from=_unfreeze_from(found["freezes"], rules.at(today)),
        applications=tuple(UnfreezeApplication(*row) for row in found["applications"]),
        limit_cut=_limit_cut(found["limit_cut"], account),
        refusals=tuple(map(purchases.refusal_view, found["refusals"])),
        refunds=tuple(Refund(*row) for row in found["refunds"]),
        repayments=tuple(map(settlement.as_repayment, found["repayments"])),
        open_charge=next(map(open_charges.view, found["open_charge"]), None),
        last_settlement=next(map(settlement.view, found["last_settlement"]), None),
        last_settled=next(map(settlement.view, found["last_settled"]), None),
        ever_used=bool(has.purchases),
        holds_fen=limit.held_fen,
        card_last4=account.card_last4,
        auto_debit=bool(account.auto_debit),
        debits=_debits_of(conn, account.id, shown) if shown and has.debits else (),
    )


def _debits_of(conn: sa.Connection, account_id: int, bill: Bill) -> tuple[Charge, ...]:
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


def _freeze(row: Any, overdue_fen: int, today: date) -> Freeze:
    """An overdue freeze says how late and how much now; one that is cleared says how late it was."""
    evidence = dict(row.evidence)
    if row.kind == "overdue":
        evidence["overdue_fen"] = overdue_fen
        if row.cleared_on is None:
            evidence["days"] = (today - date.fromisoformat(evidence["due_on"])).days
        else:
            evidence["cleared_on"] = row.cleared_on.isoformat()
    return Freeze(row.id, row.kind, row.placed_at, evidence)


def _unfreeze_from(frozen: list[Any], terms: Terms) -> date | None:
    waiting = [row for row in frozen if row.kind == "overdue"]
    return freezes.unfreeze_from(waiting[0], terms.unfreeze_wait_days) if waiting else None


def _limit_cut(found: list[Any], account: sa.Row[Any]) -> LimitCut | None:
    """The newest one, where the limit is still what it made of it."""
    return next((LimitCut(*row) for row in found if row.new_fen == account.limit_fen), None)
