"""What a successful charge does to the books: a repayment's allocation and a settlement's one journal."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from ledger import allocation, bulk, items, journals, overdue, payouts, plans_due
from ledger import tables as t
from ledger.items import Item
from ledger.together import Together
from ledger.work import Work

_QUOTED = Together(
    owed=items.that(bulk.among(t.items.c.id, "item_ids")),
    periods=plans_due.NEVER_BILLED,
    new_ids=bulk.new_ids(t.items),
)
_DUE_DAYS = sa.select(t.bills.c.id, t.bills.c.due_on).where(
    t.bills.c.account_id == sa.bindparam("account_id")
)


def repayment(work: Work, charge: sa.Row[Any]) -> None:
    """Give a repayment to what is owed, the oldest first; what remains over is owed back and sent back."""
    owed = items.owed(work.conn, work.account_id)
    parts, over = allocation.split(allocation.payable(owed, due_days(work)), charge.amount_fen)
    _pay(work, charge, "repayment", parts, over)


def debit(work: Work, charge: sa.Row[Any]) -> None:
    """Give an automatic debit to what was due by its due day and nothing else; what remains over goes back.

    A charge-back is left out: what a bank has taken back is not taken again without the customer.
    """
    due_on = due_days(work)
    owed = [
        item
        for item in items.owed(work.conn, work.account_id)
        if item.bill_id is not None and due_on[item.bill_id] <= charge.due_at.date()
    ]
    parts, over = allocation.split(allocation.payable(owed, due_on), charge.amount_fen)
    _pay(work, charge, "debit", parts, over)


def settlement(work: Work, charge: sa.Row[Any]) -> None:
    """Pay exactly what was quoted: first recognise the next fees and settlement charges, then pay it all.

    `charge`: with its quote, see `charges.with_quote`.

    Fees that fall away are never recognised. What a refund has taken off since is owed back.
    """
    quoted = dict(charge.item_parts)
    lines = [line for line in charge.lines if line["kind"] in ("next_fee", "settlement_charge")]
    fees = sum(line["amount_fen"] for line in lines)
    next_fees = {line["plan_id"] for line in lines if line["kind"] == "next_fee"}
    found = _QUOTED.ask(work.conn, item_ids=quoted, plan_ids=next_fees, new=range(len(lines)))
    wanted = [Item(*row) for row in found["owed"]]
    numbers, ended = _ending(found["periods"], next_fees)
    ids = sorted(row.id for row in found["new_ids"])
    rows = [{"id": id_, **_recognised(work, line, numbers)} for id_, line in zip(ids, lines, strict=True)]
    new, recognised = items.adding(work, rows)
    bulk.write(work.conn, ended, recognised)
    parts = [(item, min(quoted[item.id], item.left_fen)) for item in wanted]
    parts = [(item, fen) for item, fen in parts if fen] + [(item, item.left_fen) for item in new]
    over = charge.amount_fen - sum(fen for _, fen in parts)
    _pay(work, charge, "settlement", parts, over, (journals.FEE, fees), (journals.FEE_INCOME, -fees))


def late_success(work: Work, charge: sa.Row[Any], fen: int) -> None:
    """`fen` that came after the charge had failed: owed back, and sent back."""
    _capture(work, charge, fen, "late_success", [(journals.CREDIT, -fen)])
    payouts.open_for_charge(work, charge, fen)


def chargeback(work: Work, charge: sa.Row[Any], fen: int) -> None:
    """The customer's bank took `fen` of a charge back: it is owed again, beside everything else."""
    items.add(work, "chargeback", fen, work.today)
    lines = (journals.CHARGEBACK, fen), (journals.GATEWAY, -fen)
    work.journal("chargeback", *lines, gateway_reference=f"chargeback:{charge.number}")
    payouts.offset_chargebacks(work)


def _pay(
    work: Work,
    charge: sa.Row[Any],
    kind: str,
    parts: list[tuple[Item, int]],
    over: int,
    *before: tuple[str, int],
) -> None:
    lines = [*items.credits(parts), (journals.CREDIT, -over)]
    journal_id = _capture(work, charge, charge.amount_fen, kind, lines, *before)
    items.lessen(work, "paid", parts, journal_id)
    overdue.clear(work, _worth_from(charge))
    payouts.open_for_credit(work)


def _capture(
    work: Work,
    charge: sa.Row[Any],
    fen: int,
    kind: str,
    lines: list[tuple[str, int]],
    *before: tuple[str, int],
) -> int | None:
    """The journal of money taken; once for a charge number, ever."""
    return work.journal(
        kind,
        *before,
        (journals.GATEWAY, fen),
        *lines,
        on=_worth_from(charge),
        gateway_reference=f"capture:{charge.number}",
    )


def _worth_from(charge: sa.Row[Any]) -> date:
    """The day from which the money counts: when it was sent, or the due day of an automatic debit."""
    day: date = (charge.due_at or charge.sent_at).date()
    return day


def _recognised(work: Work, line: dict[str, Any], numbers: dict[int, int]) -> dict[str, Any]:
    """The item of a fee that is due because everything is settled."""
    is_fee = line["kind"] == "next_fee"
    owed = {"kind": "plan_fee" if is_fee else "settlement_charge", "amount_fen": line["amount_fen"]}
    of_plan = {"plan_id": line["plan_id"], "period_no": numbers[line["plan_id"]] if is_fee else 0}
    return {**owed, "on": work.today, **of_plan}


def _ending(periods: list[Any], next_fees: set[int]) -> tuple[dict[int, int], bulk.Update]:
    """No period of a quoted plan is billed any more: its next fee is settled, the later ones fall away.

    The next fee was quoted and is paid, even where a refund of the order has dropped it since. Returns which
    period that is, of each plan with a next fee, and what is to be written.
    """
    numbers: dict[int, int] = {}
    states: dict[tuple[int, int], plans_due.FeeState] = {}
    for plan_id, number, state in periods:
        if plan_id in next_fees and plan_id not in numbers:
            numbers[plan_id] = number
            states[plan_id, number] = "SETTLED"
        elif state == "PENDING":
            states[plan_id, number] = "DROPPED"
    return numbers, plans_due.marking(states)


def due_days(work: Work) -> dict[int, date]:
    """The due day of each of the account's bills."""
    rows = work.conn.execute(_DUE_DAYS, {"account_id": work.account_id})
    return {row.id: row.due_on for row in rows}
