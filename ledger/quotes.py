"""What settling everything early costs now: remaining principal, fees already billed, interest and penalty to
today, the next period's fee and one period's fee as settlement charge; later fees fall away.

Only principal for fee-free plans and purchases not in instalments. No settlement charge once the last-but-one
period is billed, and never more than the fees that were still to come.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import bulk, days, guards, plans_due
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import AccountClosed, GuardRefused, NothingOwed
from ledger.items import Item
from ledger.model import LineKind, Quote, QuoteLine
from ledger.sheets import Sheet
from ledger.terms import Rules, Terms
from ledger.together import Answers
from ledger.work import Work, find_account


@dataclass(frozen=True)
class Draft:
    """A quote's content, without its time."""

    quote_id: str
    lines: tuple[QuoteLine, ...]
    waived: tuple[QuoteLine, ...]
    excluded: tuple[QuoteLine, ...]
    item_parts: tuple[tuple[int, int], ...]
    total_fen: int


@checked
def make(ledger: Ledger, customer_id: str, *, close_after: bool) -> Quote:
    """Quote settling everything, valid for 15 minutes and never past midnight.

    Raises NothingOwed, SettlementUnderWay, AccountClosed, GuardRefused (`close_after`, and something other
    than the debt forbids closing), UnknownCustomer, ReadOnlyLedger.
    """
    with ledger.write() as conn:
        work = Work(ledger, conn, find_account(conn, customer_id, lock=True), ledger.clock.now())
        work, sheet = ready(work, close_after=close_after)
        draft = build(work, sheet, close_after=close_after)
        until = _valid_until(work)
        return view(_store(work, draft, close_after, until), customer_id)


def ready(work: Work, *, close_after: bool, found: Answers | None = None) -> tuple[Work, Sheet]:
    """The account brought up to today and what it owes, if everything may be settled now; raises as `make`
    does. `found`: what `sheets.ASKED` has found of the account."""
    if work.account.state == "CLOSED":
        raise AccountClosed(customer_id=work.account.customer_id)
    work, sheet = days.up_to_today(work, found)
    if close_after and (forbidding := guards.besides_debt(work.conn, work.account)):
        raise GuardRefused(forbidding)
    return work, sheet


def build(work: Work, sheet: Sheet, *, close_after: bool) -> Draft:
    """The quote of the account as it stands. Raises NothingOwed."""
    owed = list(sheet.items.values())
    if not owed:
        raise NothingOwed(customer_id=work.account.customer_id)
    labels = _Labels(work, sheet)
    fee_lines, waived = _early_fees(work.ledger.rules, sheet, labels)
    lines = (*_lines_of(owed, labels), *fee_lines)
    content = {
        "account": work.account_id,
        "version": work.account.version,
        "terms": work.terms.version,
        "close_after": close_after,
        "lines": [vars(line) for line in lines],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Draft(
        quote_id=digest[:32],
        lines=lines,
        waived=waived,
        excluded=_excluded(sheet),
        item_parts=tuple((item.id, item.left_fen) for item in owed),
        total_fen=sum(line.amount_fen for line in lines),
    )


def view(row: sa.Row[Any], customer_id: str) -> Quote:
    return Quote(
        quote_id=row.quote_id,
        customer_id=customer_id,
        lines=tuple(QuoteLine(**line) for line in row.lines),
        waived=tuple(QuoteLine(**line) for line in row.waived),
        excluded=tuple(QuoteLine(**line) for line in row.excluded),
        total_fen=row.total_fen,
        made_at=row.made_at,
        valid_until=row.valid_until,
        close_after=bool(row.close_after),
        terms_version=row.terms_version,
    )


class _Labels:
    """Names of plans and months of bills, for the lines: of those that something is owed or to come of."""

    def __init__(self, work: Work, sheet: Sheet) -> None:
        owed_of = {item.plan_id for item in sheet.items.values() if item.plan_id is not None}
        to_come = {period.plan_id: period for period in sheet.periods}
        self.plans: dict[int | None, Any] = to_come | plans_due.plans(work.conn, owed_of - to_come.keys())
        self.months: dict[int | None, str] = {bill.id: bill.month for bill in sheet.bills.values()}


def _lines_of(owed: list[Item], labels: _Labels) -> Iterator[QuoteLine]:
    """One line for each kind, and for each plan or bill where the customer would look for it."""
    sums: dict[tuple[LineKind, str, int | None], int] = {}
    for item in owed:
        key = _line_key(item, labels)
        sums[key] = sums.get(key, 0) + item.left_fen
    for (kind, label, plan_id), fen in sums.items():
        yield QuoteLine(kind, fen, label, plan_id)


def _line_key(item: Item, labels: _Labels) -> tuple[LineKind, str, int | None]:
    month = labels.months.get(item.bill_id, "")
    match item.kind:
        case "purchase":
            return ("unbilled", "", None) if item.bill_id is None else ("billed", month, None)
        case "plan_principal":
            plan = labels.plans[item.plan_id]
            return ("product_plan" if plan.kind == "product" else "bill_plan", plan.label, item.plan_id)
        case "plan_fee" | "settlement_charge":
            return ("billed_fee", month, None)
        case kind:
            return (kind, month, None)


def _early_fees(rules: Rules, sheet: Sheet, labels: _Labels) -> tuple[list[QuoteLine], tuple[QuoteLine, ...]]:
    """Of each plan with fees to come: the fees due on settling early, and what falls away.

    They are due by the terms that the plan was agreed under.
    """
    due, waived = [], []
    to_come: dict[int, list[int]] = {}
    for period in sheet.periods:
        to_come.setdefault(period.plan_id, []).append(period.fee_fen)
    for plan_id, fees in to_come.items():
        plan = labels.plans[plan_id]
        label, terms = plan.label, rules.named(plan.terms_version)
        next_fee, charge, rest = early_fees(terms, fees)
        if next_fee:
            due.append(QuoteLine("next_fee", next_fee, label, plan_id))
        if charge:
            due.append(QuoteLine("settlement_charge", charge, label, plan_id))
        if rest:
            waived.append(QuoteLine("next_fee", rest, label, plan_id))
    return due, tuple(waived)


def early_fees(terms: Terms, to_come: list[int]) -> tuple[int, int, int]:
    """Of the fees of the periods not billed yet, the next one first: (next fee, settlement charge, waived).

    Six periods of 5,400 fen, two billed: (5400, 5400, 10800). One period left: its fee, no charge.
    """
    total = sum(to_come)
    next_fee = to_come[0] if terms.settle_next_fee and to_come else 0
    charge = 0
    if len(to_come) > 1:
        charge = min(to_come[0] * terms.settle_fee_periods, total - next_fee)
    return next_fee, charge, total - next_fee - charge


def _excluded(sheet: Sheet) -> tuple[QuoteLine, ...]:
    """Authorised but not captured: not owed yet."""
    return tuple(QuoteLine("unbilled", row.amount_fen, f"{row.merchant} {row.item}") for row in sheet.held)


def _valid_until(work: Work) -> datetime:
    midnight = datetime.combine(work.today + timedelta(days=1), time(), work.now.tzinfo)
    return min(work.now + timedelta(minutes=work.terms.quote_valid_minutes), midnight)


def _store(work: Work, draft: Draft, close_after: bool, until: datetime) -> sa.Row[Any]:
    """Keep the quote; the same content again is the same quote with a new time."""
    shown = {"excluded": [vars(line) for line in draft.excluded], "made_at": work.now, "valid_until": until}
    new = bulk.upsert(work.conn, t.quotes).values(
        quote_id=draft.quote_id,
        account_id=work.account_id,
        lines=[vars(line) for line in draft.lines],
        waived=[vars(line) for line in draft.waived],
        item_parts=[list(part) for part in draft.item_parts],
        total_fen=draft.total_fen,
        close_after=int(close_after),
        terms_version=work.terms.version,
        **shown,
    )
    kept = new.on_conflict_do_update(index_elements=["quote_id"], set_=shown)
    return work.conn.execute(kept.returning(*t.quotes.c)).one()
