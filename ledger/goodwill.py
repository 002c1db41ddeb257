"""Goodwill of the staff: charges that are waived, and money given back, each with its reason and who gave it.

The income of waivers bears it. What was bought is never forgiven: the limit comes back by principal repaid or
refunded alone.
"""

from __future__ import annotations

from typing import Final, Literal

import sqlalchemy as sa

from ledger import allocation, booking, charges, commands, items, journals, overdue, payouts
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import BadInput
from ledger.money import amount
from ledger.work import Work

_WAIVABLE: Final = frozenset({"penalty", "interest", "plan_fee", "settlement_charge"})
_LONGEST_TEXT = 500


@checked
def waive(ledger: Ledger, customer_id: str, *, amount_fen: int, reason: str, given_by: str, key: str) -> int:
    """Take `amount_fen` off penalty, interest and fees owed, the oldest bill first; returns its id.

    Raises BadInput when less than that is owed of them, SettlementUnderWay while the outcome of a charge is
    open, InvalidAmount.
    """

    def act(work: Work) -> int:
        charges.refuse_if_open(work)
        owed = allocation.payable(items.owed(work.conn, work.account_id), booking.due_days(work))
        parts, over = allocation.split([item for item in owed if item.kind in _WAIVABLE], amount_fen)
        if over:
            raise BadInput(amount_fen=amount_fen, waivable_fen=amount_fen - over)
        lines = (journals.WAIVER, amount_fen), *items.credits(parts)
        items.lessen(work, "offset", parts, work.journal("waiver", *lines))
        overdue.clear(work, work.today)
        return _record(work, "waived", amount_fen, reason, given_by)

    body = _body(amount_fen, reason, given_by)
    return int(commands.run(ledger, customer_id, "waive", body, act, key=key))


@checked
def compensate(
    ledger: Ledger, customer_id: str, *, amount_fen: int, reason: str, given_by: str, key: str
) -> int:
    """Owe the customer `amount_fen` and open the payout of it; returns its id.

    A charge that a bank took back is paid by it first. Raises InvalidAmount, BadInput.
    """

    def act(work: Work) -> int:
        work.journal("compensation", (journals.WAIVER, amount_fen), (journals.CREDIT, -amount_fen))
        payouts.offset_chargebacks(work)
        payouts.open_for_credit(work)
        return _record(work, "compensated", amount_fen, reason, given_by)

    body = _body(amount_fen, reason, given_by)
    return int(commands.run(ledger, customer_id, "compensate", body, act, key=key))


def _body(amount_fen: int, reason: str, given_by: str) -> dict[str, object]:
    amount(amount_fen)
    for name, text in (("reason", reason), ("given_by", given_by)):
        if not text.strip() or len(text) > _LONGEST_TEXT:
            raise BadInput(field=name, most_characters=_LONGEST_TEXT)
    return {"amount_fen": amount_fen, "reason": reason, "given_by": given_by}


def _record(
    work: Work, kind: Literal["waived", "compensated"], amount_fen: int, reason: str, given_by: str
) -> int:
    new = sa.insert(t.goodwill).values(
        account_id=work.account_id,
        kind=kind,
        amount_fen=amount_fen,
        reason=reason,
        given_by=given_by,
        at=work.now,
    )
    return int(work.conn.execute(new.returning(t.goodwill.c.id)).scalar_one())
