"""Writes sheets back: what time has changed of many accounts, in a few statements.

Ids are taken for all that is new first, so that what belongs together can name each other. Journals follow in
the order in which they were made; each account's hash chain goes on from its head.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ledger import bulk, journals
from ledger import tables as t
from ledger.items import Item
from ledger.journals import Entry
from ledger.sheets import OpenBill, Sheet

Ids = dict[tuple[int, int], int]  # by account and the negative id that something new had


def write(conn: sa.Connection, sheets: list[Sheet], *, bump: bool) -> None:
    """Write what has changed on sheets of locked accounts; `bump`: quotes made before no longer match."""
    bill_ids = _take_ids(conn, t.bills, [(sheet.id, bill_id) for sheet in sheets for bill_id in sheet.bills])
    item_ids = _take_ids(conn, t.items, [(sheet.id, item_id) for sheet in sheets for item_id in sheet.items])
    fees = [{"plan_id": p, "period_no": n, "state": "BILLED"} for sheet in sheets for p, n in sheet.billed]
    expired = [{"id": row.id, "state": "EXPIRED"} for sheet in sheets for row in sheet.expired]
    bulk.write(
        conn,
        *_bills(sheets, bill_ids, item_ids),
        *_items(sheets, bill_ids, item_ids),
        bulk.Update(t.plan_fees, ("plan_id", "period_no"), fees),
        bulk.Update(t.purchases, ("id",), expired),
        *_freezes(sheets),
    )
    journals.post_all(conn, _entries(sheets))
    accounts = [{"id": sheet.id, "next_bill_on": sheet.next_bill_on} for sheet in sheets]
    if bump:
        accounts = [
            row | {"version": sheet.account.version + 1} for row, sheet in zip(accounts, sheets, strict=True)
        ]
    bulk.write(conn, bulk.Update(t.accounts, ("id",), accounts))


def _take_ids(conn: sa.Connection, table: sa.Table, names: list[tuple[int, int]]) -> Ids:
    new = [name for name in names if name[1] < 0]
    return dict(zip(new, bulk.next_ids(conn, table, len(new)), strict=True))


def _bills(sheets: list[Sheet], bill_ids: Ids, item_ids: Ids) -> tuple[bulk.Insert, bulk.Update]:
    new, old = [], []
    for sheet in sheets:
        for bill_id in sheet.changed_bills:
            bill = sheet.bills[bill_id]
            growth = {
                "standing": bill.standing,
                "accrued_to": bill.accrued_to,
                "penalty_fen_days": bill.penalty_fen_days,
                "interest_fen_days": bill.interest_fen_days,
                "penalty_item_id": item_ids.get((sheet.id, bill.penalty_item_id or 0), bill.penalty_item_id),
                "interest_item_id": item_ids.get(
                    (sheet.id, bill.interest_item_id or 0), bill.interest_item_id
                ),
                "carried_fen": bill.carried_fen,
            }
            if bill_id < 0:
                new.append(
                    {"id": bill_ids[sheet.id, bill_id], "account_id": sheet.id, **_issued(bill), **growth}
                )
            else:
                old.append({"id": bill_id, **growth})
    return bulk.Insert(t.bills, new), bulk.Update(t.bills, ("id",), old)


def _issued(bill: OpenBill) -> dict[str, Any]:
    names = ("month", "issued_on", "due_on", "total_fen", "base_fen", "minimum_fen")
    return {name: getattr(bill, name) for name in names}


def _items(sheets: list[Sheet], bill_ids: Ids, item_ids: Ids) -> tuple[bulk.Insert, bulk.Update]:
    new, old = [], []
    for sheet in sheets:
        for item in sheet.items.values():
            if item.id in sheet.changed_items or item.id < 0:
                bill_id = bill_ids.get((sheet.id, item.bill_id or 0), item.bill_id)
                changed = {"bill_id": bill_id, "revolving": item.revolving, "amount_fen": item.amount_fen}
                if item.id < 0:
                    new.append(
                        {"id": item_ids[sheet.id, item.id], "account_id": sheet.id, **_made(item), **changed}
                    )
                else:
                    old.append({"id": item.id, **changed})
    return bulk.Insert(t.items, new), bulk.Update(t.items, ("id",), old)


def _made(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("kind", "on", "purchase_id", "plan_id", "period_no")}


def _freezes(sheets: list[Sheet]) -> tuple[bulk.Insert, bulk.Update]:
    new, old = [], []
    for sheet in sheets:
        freeze = sheet.freeze
        if freeze is None or not freeze.changed:
            continue
        if freeze.id is None:
            made = {"account_id": sheet.id, "kind": "overdue", "placed_at": freeze.placed_at}
            new.append({**made, "evidence": freeze.evidence})
        else:
            old.append({"id": freeze.id, "cleared_on": None, "evidence": freeze.evidence})
    return bulk.Insert(t.freezes, new), bulk.Update(t.freezes, ("id",), old)


def _entries(sheets: list[Sheet]) -> Iterator[tuple[Entry, tuple[tuple[str, int], ...]]]:
    for sheet in sheets:
        for journal in sheet.journals:
            yield Entry(sheet.id, journal.kind, sheet.now, journal.on), journal.lines
