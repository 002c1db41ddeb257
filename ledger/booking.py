"""What a successful charge does to the books: a repayment's allocation and a settlement's one journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from ledger import allocation, bulk, freezes_in_force, items, journals, overdue, payouts, plans_due
from ledger import tables as t
from ledger.items import Item
from ledger.together import Answers, Together
from ledger.work import Work

#: What `_pay` has to know.
_TO_PAY: Final = {**journals.ASKED, "freezes": freezes_in_force.OF_ACCOUNT}
_PAYING: Final = Together(**_TO_PAY)
_SETTLING: Final = Together(
    owed=items.that(bulk.among(t.items.c.id, "item_ids")),
    periods=plans_due.NEVER_BILLED,
    new_ids=bulk.new_ids(t.items, "new"),
    **_TO_PAY,
)
_DUE_DAYS = sa.select(t.bills.c.id, t.bills.c.due_on).where(
    t.bills.c.account_id == sa.bindparam("account_id")
)


@dataclass(frozen=True)
class _Paid:
    """What a charge pays.

    `over`: of it, owed back. `new`: items made for it. `lines` of the journal besides those of the money and
    of the parts; `changes` to be written with it.
    """

    parts: list[tuple[Item, int]]
    over: int
    new: Sequence[Item] = ()
    lines: tuple[tuple[str, int], ...] = ()
    changes: tuple[bulk.Change, ...] = ()


def repayment(work: Work, charge: sa.Row[Any], succeeded: bulk.Change) -> None:
    """Give a repayment to what is owed, the oldest first; what remains over is owed back and sent back.

    `succeeded`: of the charge, written with the books, here and below.
    """
    owed = items.owed(work.conn, work.account_id)
    parts, over = allocation.split(allocation.payable(owed, due_days(work)), charge.amount_fen)
    found = _PAYING.ask(work.conn, **_of(work))
    _pay(work, charge, "repayment", found, _Paid(parts, over, changes=(succeeded,)))


def debit(work: Work, charge: sa.Row[Any], succeeded: bulk.Change) -> None:
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
    found = _PAYING.ask(work.conn, **_of(work))
    _pay(work, charge, "debit", found, _Paid(parts, over, changes=(succeeded,)))


def settlement(work: Work, charge: sa.Row[Any], *succeeded: bulk.Change) -> None:
    """Pay exactly what was quoted, with the next fees and settlement charges, which are recognised as paid.

    `charge`: with its quote, see `charges.lock`. `succeeded`: of it and of its settlement.

    Fees that fall away are never recognised. What a refund has taken off since is owed back.
    """
    quoted = dict(charge.item_parts)
    lines = [line for line in charge.lines if line["kind"] in ("next_fee", "settlement_charge")]
    fees = sum(line["amount_fen"] for line in lines)
    next_fees = {line["plan_id"] for line in lines if line["kind"] == "next_fee"}
    of_quote = {"item_ids": quoted, "plan_ids": next_fees, "new": range(len(lines))}
    found = _SETTLING.ask(work.conn, **of_quote, **_of(work))
    wanted = list(map(Item._make, found["owed"]))
    numbers, ended = _ending(found["periods"], next_fees)
    ids = sorted(row.id for row in found["new_ids"])
    rows = [{"id": id_, **_recognised(work, line, numbers)} for id_, line in zip(ids, lines, strict=True)]
    new, recognised = items.adding_paid(work, rows)
    parts = [(item, min(quoted[item.id], item.left_fen)) for item in wanted]
    parts = [(item, fen) for item, fen in parts if fen]
    over = charge.amount_fen - fees - sum(fen for _, fen in parts)
    recognising = ((journals.FEE, fees), (journals.FEE_INCOME, -fees))
    paid = _Paid(parts, over, new, recognising, (*succeeded, ended, recognised))
    _pay(work, charge, "settlement", found, paid)


def late_success(work: Work, charge: sa.Row[Any], fen: int) -> None:
    """`fen` that came after the charge had failed: owed back, and sent back."""
    came = ((journals.GATEWAY, fen), (journals.CREDIT, -fen))
    work.journal("late_success", *came, on=_worth_from(work, charge), gateway_reference=_capture(charge))
    payouts.open_for_charge(work, charge, fen)


def chargeback(work: Work, charge: sa.Row[Any], fen: int) -> None:
    """The customer's bank took `fen` of a charge back: it is owed again, beside everything else."""
    items.add(work, "chargeback", fen, work.today)
    lines = (journals.CHARGEBACK, fen), (journals.GATEWAY, -fen)
    work.journal("chargeback", *lines, gateway_reference=f"chargeback:{charge.number}")
    payouts.offset_chargebacks(work)


def _of(work: Work) -> dict[str, Any]:
    """What `_TO_PAY` leaves to be bound."""
    return {"account_id": work.account_id, "ids": [work.account_id], "journals": range(1)}


def _pay(work: Work, charge: sa.Row[Any], kind: str, found: Answers, paid: _Paid) -> None:
    """The journal of money taken, once for a charge number, ever, and all that it pays.

    `found`: what `_TO_PAY` asks.
    """
    on = _worth_from(work, charge)
    lessened = items.credits([*paid.parts, *((item, item.paid_fen) for item in paid.new)])
    lines = [*paid.lines, (journals.GATEWAY, charge.amount_fen), *lessened, (journals.CREDIT, -paid.over)]
    entry = work.entry(kind, on, _capture(charge))
    journal_id, balances, posting = journals.posting(found, entry, lines)
    less = items.lessening("paid", paid.parts, journal_id, paid.new)
    bulk.write(work.conn, *paid.changes, *posting, *less)
    overdue.clear(work, on, found["freezes"])
    if balances.get(journals.CREDIT):
        payouts.open_for_credit(work)


def _capture(charge: sa.Row[Any]) -> str:
    return f"capture:{charge.number}"


def _worth_from(work: Work, charge: sa.Row[Any]) -> date:
    """The day from which the money counts: when it was sent, or the due day of an automatic debit.

    A charge whose success is known before it is known to be sent was sent now.
    """
    day: date = (charge.due_at or charge.sent_at or work.now).date()
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
