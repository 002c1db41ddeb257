"""The credit limit. Used of it is principal, unbilled, billed and in plans; never fees or interest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ledger import commands, journals
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import AccountClosed, BadInput, WrongState
from ledger.model import Limit
from ledger.money import amount
from ledger.work import Work


def of(conn: sa.Connection, account: sa.Row[Any]) -> Limit:
    """The account's limit now; see `by`."""
    return by(account, journals.balances(conn, account.id))


def by(account: sa.Row[Any], books: Mapping[str, int]) -> Limit:
    """The limit by the balances; it returns by exactly the principal that is repaid or refunded.

    What a bank has taken back is not available for use: else paying, taking back and buying again never ends.
    """
    used = sum(books[book] for book in journals.PRINCIPAL)
    held = books[journals.HOLD]
    available = account.limit_fen - used - held - books[journals.CHARGEBACK]
    return Limit(account.limit_fen, used, held, max(0, available))


@checked
def cut(ledger: Ledger, customer_id: str, *, new_fen: int, evidence: dict[str, Any], key: str) -> int:
    """Lower the limit, keeping why, e.g. {"bill": "2026-08", "days_late": 12}. Returns the new limit in fen.

    What is owed already stays owed; the limit available may be 0 until enough is repaid.
    Raises BadInput unless it is lower and there is evidence, AccountClosed.
    """
    amount(new_fen)
    if not evidence:
        raise BadInput(evidence="missing")

    def act(work: Work) -> int:
        old = work.account.limit_fen
        if work.account.state == "CLOSED":
            raise AccountClosed(customer_id=customer_id)
        if new_fen >= old:
            raise BadInput(new_fen=new_fen, old_fen=old)
        work.conn.execute(
            sa.insert(t.limit_cuts).values(
                account_id=work.account_id, old_fen=old, new_fen=new_fen, at=work.now, evidence=evidence
            )
        )
        work.change_account(limit_fen=new_fen)
        return new_fen

    body = {"new_fen": new_fen, "evidence": evidence}
    return int(commands.run(ledger, customer_id, "cut_limit", body, act, key=key))


@checked
def lift_cut(ledger: Ledger, customer_id: str, *, reason: str, key: str) -> int:
    """Undo the newest cut, after an assessment; returns the limit in fen, which is that before the cut.

    Raises WrongState when no cut is in force, BadInput without a reason, AccountClosed.
    """

    def act(work: Work) -> int:
        if work.account.state == "CLOSED":
            raise AccountClosed(customer_id=customer_id)
        c = t.limit_cuts.c
        in_force = (c.account_id == work.account_id) & c.lifted_at.is_(None)
        cut = work.conn.execute(sa.select(t.limit_cuts).where(in_force).order_by(c.id.desc())).first()
        if cut is None:
            raise WrongState(reason="no_cut_in_force")
        lifted = {"lifted_at": work.now, "lift_reason": reason}
        work.conn.execute(sa.update(t.limit_cuts).where(c.id == cut.id).values(**lifted))
        work.change_account(limit_fen=cut.old_fen)
        return int(cut.old_fen)

    return int(commands.run(ledger, customer_id, "lift_limit_cut", {"reason": reason}, act, key=key))
