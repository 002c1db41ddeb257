"""The triggers that seal the journals, installed and removed in one place.

A journal is written header last: postings first (their foreign key is deferred), then the journal's row,
whose trigger checks that there are at least two lines and that they sum to zero. From then on no line can
be added, changed or removed. A migration of these tables calls `remove`, changes them, calls `install`,
then audits.
"""

from __future__ import annotations

import sqlalchemy as sa

_SQLITE = {
    "journals_sealed": """BEFORE INSERT ON journals BEGIN
        SELECT RAISE(ABORT, 'journal exists') WHERE EXISTS (SELECT 1 FROM journals WHERE id = NEW.id);
        SELECT RAISE(ABORT, 'journal has fewer than two lines')
            WHERE (SELECT count(*) FROM postings WHERE journal_id = NEW.id) < 2;
        SELECT RAISE(ABORT, 'journal does not sum to zero')
            WHERE (SELECT sum(amount_fen) FROM postings WHERE journal_id = NEW.id) <> 0;
        SELECT RAISE(ABORT, 'journal has a line of another account')
            WHERE EXISTS (SELECT 1 FROM postings WHERE journal_id = NEW.id
                          AND account_id IS NOT NULL AND account_id IS NOT NEW.account_id);
    END""",
    "postings_not_late": """BEFORE INSERT ON postings
        WHEN EXISTS (SELECT 1 FROM journals WHERE id = NEW.journal_id)
        BEGIN SELECT RAISE(ABORT, 'line after its journal'); END""",
    "journals_no_update": "BEFORE UPDATE ON journals BEGIN SELECT RAISE(ABORT, 'journals never change'); END",
    "journals_no_delete": "BEFORE DELETE ON journals BEGIN SELECT RAISE(ABORT, 'journals never change'); END",
    "postings_no_update": "BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings never change'); END",
    "postings_no_delete": "BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings never change'); END",
}

_POSTGRESQL_FUNCTIONS = {
    "journals_sealed": """
        IF (SELECT count(*) FROM postings WHERE journal_id = NEW.id) < 2 THEN
            RAISE EXCEPTION 'journal has fewer than two lines'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF (SELECT sum(amount_fen) FROM postings WHERE journal_id = NEW.id) <> 0 THEN
            RAISE EXCEPTION 'journal does not sum to zero' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (SELECT 1 FROM postings WHERE journal_id = NEW.id AND account_id IS NOT NULL
                   AND account_id IS DISTINCT FROM NEW.account_id) THEN
            RAISE EXCEPTION 'journal has a line of another account'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;""",
    # The lock makes a line that races with its own journal wait, and then see that it is too late.
    "postings_not_late": """
        PERFORM pg_advisory_xact_lock(NEW.journal_id);
        IF EXISTS (SELECT 1 FROM journals WHERE id = NEW.journal_id) THEN
            RAISE EXCEPTION 'line after its journal' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;""",
    "books_never_change": """
        RAISE EXCEPTION '%% never change', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';""",
}

_POSTGRESQL_TRIGGERS = {
    "journals_sealed": ("journals", "BEFORE INSERT ON journals FOR EACH ROW", "journals_sealed"),
    "postings_not_late": ("postings", "BEFORE INSERT ON postings FOR EACH ROW", "postings_not_late"),
    "journals_no_change": (
        "journals",
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON journals FOR EACH STATEMENT",
        "books_never_change",
    ),
    "postings_no_change": (
        "postings",
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON postings FOR EACH STATEMENT",
        "books_never_change",
    ),
}  # fmt: skip


def install(conn: sa.Connection) -> None:
    """Seal the journals. The tables must exist."""
    if conn.dialect.name == "sqlite":
        for name, body in _SQLITE.items():
            conn.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
        return
    for name, body in _POSTGRESQL_FUNCTIONS.items():
        conn.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )
    for name, (_, timing, function) in _POSTGRESQL_TRIGGERS.items():
        conn.exec_driver_sql(f"CREATE TRIGGER {name} {timing} EXECUTE FUNCTION {function}()")


def remove(conn: sa.Connection) -> None:
    """Take the seals off, for a migration only."""
    if conn.dialect.name == "sqlite":
        for name in _SQLITE:
            conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name, (table, _, _) in _POSTGRESQL_TRIGGERS.items():
        conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    for name in _POSTGRESQL_FUNCTIONS:
        conn.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")
