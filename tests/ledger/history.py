"""History written anew by somebody who may change the database itself."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import journals, triggers
from ledger import tables as t
from ledger.database import Ledger


def rewrite_history(ledger: Ledger, account_id: int) -> None:
    """What a clever administrator does: the first journal is another, every hash after it made anew."""
    p, j = t.postings.c, t.journals.c
    with ledger.engine.begin() as conn:
        triggers.remove(conn)
        first = sa.select(sa.func.min(j.id)).where(j.account_id == account_id).scalar_subquery()
        conn.execute(sa.update(t.journals).where(j.id == first).values(kind="gift"))
        head = ""
        of_account = sa.select(t.journals).where(j.account_id == account_id).order_by(j.id)
        for journal in conn.execute(of_account).mappings().all():
            lines = conn.execute(
                sa.select(t.postings).where(p.journal_id == journal["id"]).order_by(p.line_no)
            )
            digest = journals.entry_digest(head, journal, [(row.book, row.amount_fen) for row in lines])
            changed = sa.update(t.journals).where(j.id == journal["id"])
            conn.execute(changed.values(previous_hash=head, hash=digest))
            head = digest
        conn.execute(sa.update(t.accounts).where(t.accounts.c.id == account_id).values(chain_head=head))
        triggers.install(conn)
