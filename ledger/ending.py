"""The last step of closing, and the step back when a settlement fails. No checks: callers have made them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger.model import Closing
from ledger.work import Work


def close(work: Work) -> Closing:
    """ACTIVE to CLOSED: the limit is gone and the freezes end with the account."""
    receipt = f"GB{work.today:%Y%m%d}-{work.account_id:04d}"
    work.change_account(state="CLOSED", limit_fen=0, closed_at=work.now, close_receipt=receipt)
    f = t.freezes.c
    in_force = (f.account_id == work.account_id) & f.lifted_at.is_(None)
    lifted = {"lifted_at": work.now, "lift_reason": "closed"}
    work.conn.execute(sa.update(t.freezes).where(in_force).values(**lifted))
    return Closing(receipt, work.now)


def fail_settlement(work: Work, settlement_id: int | None, reason: str) -> dict[str, Any]:
    """The settlement FAILED; an account that was CLOSING for it is ACTIVE again. Returns what it changed of
    the settlement, if there is one."""
    if settlement_id is None:
        return {}
    where, failed = t.settlements.c.id == settlement_id, {"state": "FAILED", "reason": reason}
    work.conn.execute(sa.update(t.settlements).where(where).values(**failed))
    if work.account.closing_settlement_id == settlement_id:
        work.change_account(state="ACTIVE", closing_settlement_id=None)
    return failed
