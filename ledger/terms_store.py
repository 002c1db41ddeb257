"""The record of which rules were in force when, so that the version a quote names can be read for ever."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import InvalidTerms
from ledger.terms import Terms, Versions

#: What customers are told and no amount depends on: it may change at any time, and is not recorded.
_ONLY_TOLD: Final = frozenset(
    {"close_path", "settle_path", "bill_path", "repay_path", "auto_debit_path", "recent_order_days"}
    | {"refund_days", "complaint_days", "human_hours", "human_sla_minutes", "hotline"}
)


def publish(ledger: Ledger, versions: Versions) -> int:
    """Record the versions of the file; how many were written. To be called before the ledger is used.

    Raises InvalidTerms(key, reason, version) for a version that says other than it said when it was recorded
    and its day has come, or one that would change days already gone. What is still to come may be changed. A
    rule that a program did not know yet when it recorded a version may be added to it.
    """
    today = ledger.clock.now().date()
    with ledger.write() as conn:
        _one_at_a_time(conn)
        kept = _in_force(conn, today)
        _check_all(versions, kept, today)
        conn.execute(sa.delete(t.terms_versions).where(t.terms_versions.c.version.not_in(list(kept))))
        new = [
            {"effective_from": each.effective_from, "version": each.version, "content": content(each)}
            for each in versions.all
            if each.version not in kept
        ]
        if new:
            conn.execute(sa.insert(t.terms_versions), new)
        return len(new)


def verify(ledger: Ledger, versions: Versions) -> None:
    """As `publish`, for a program that records nothing: raises InvalidTerms where that would."""
    today = ledger.clock.now().date()
    with ledger.read() as conn:
        _check_all(versions, _in_force(conn, today), today)


def _in_force(conn: sa.Connection, today: date) -> dict[str, sa.Row[Any]]:
    """The recorded versions whose day has come, by their names."""
    wanted = sa.select(t.terms_versions).where(t.terms_versions.c.effective_from <= today)
    return {row.version: row for row in conn.execute(wanted)}


def _check_all(versions: Versions, kept: dict[str, sa.Row[Any]], today: date) -> None:
    for version in versions.all:
        _check(version, kept.get(version.version))
        if version.version not in kept and kept and version.effective_from <= today:
            raise InvalidTerms(
                key="effective_from", reason="its day has come without it", version=version.version
            )
    for name in kept.keys() - {version.version for version in versions.all}:
        raise InvalidTerms(key="version", reason="was in force and is gone", version=name)


def content(terms: Terms) -> dict[str, Any]:
    """The rules on money and time as plain JSON values."""
    names = (field.name for field in fields(terms))
    return {name: _plain(getattr(terms, name)) for name in names if name not in _ONLY_TOLD}


def _check(version: Terms, kept: sa.Row[Any] | None) -> None:
    if kept is None:
        return
    said = content(version)
    for key, value in kept.content.items():
        if key in said and said[key] != value:
            raise InvalidTerms(key=key, reason=f"was {value!r} and is in force", version=version.version)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int) else str(value)


def _one_at_a_time(conn: sa.Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("LOCK TABLE terms_versions IN EXCLUSIVE MODE"))
