"""Seals the books from outside: the heads of the accounts' hash chains, chained in turn and exported.

A journal's hash covers the one before it, so a head that was written down elsewhere covers all that came
before: whoever rewrites history, hashes included, no longer agrees with it. Every account has a chain of its
own, so that no row is written by everybody; the sealer collects, every minute, the heads that are new. The
chain of the journals of no account (merchants are paid by them) has its head in every seal, as the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t
from ledger import tables_review as tr
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.errors import SealsDisagree
from ledger.work import one_at_a_time

_HEADS_PER_SEAL = 500
_BLOCK_BYTES = 64 * 1024
_MARK = b'{"seal":'  # how each line begins
Head = list[Any]  # [account id or None, id of its newest journal, that journal's hash]


def seal(ledger: Ledger) -> int:
    """Seal every head that is new since the last time; returns how many. Several processes may do so at
    once."""
    count = last_id = 0
    while heads := _seal_some(ledger, last_id):
        count += len(heads)
        last_id = heads[-1][0] or last_id
    return count


def export(ledger: Ledger, path: Path) -> int:
    """Seal what is new, and append the seals that the file does not have yet; returns how many.

    One JSON object a line. The file belongs where the ledger's own administrators cannot change it. A line
    that a crash cut short is written again; several processes may do so at once. Raises SealsDisagree,
    OSError.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        last, whole_bytes = _end_of(file)
        _require_ours(ledger, last)
        seal(ledger)
        file.truncate(whole_bytes)
        count = _append(ledger, file, last["seal"])
        file.flush()
        os.fsync(file.fileno())
    return count


def line_of(row: sa.Row[Any]) -> str:
    """A seal as it is exported."""
    told = {"seal": row.id, "at": _text(row.at), "previous": row.previous_hash, "hash": row.hash}
    return json.dumps({**told, "heads": row.heads}, separators=(",", ":"))


def digest(previous: str, seal_id: int, at: str, heads: list[Head]) -> str:
    """The hash of a seal; `at` in ISO format with microseconds."""
    content = json.dumps([previous, seal_id, at, heads], separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def violations(conn: sa.Connection) -> Iterator[str]:
    """Where the seals kept in the database break, or disagree with the journals."""
    rows = conn.execute(sa.select(tr.seals).order_by(tr.seals.c.id).execution_options(yield_per=50))
    yield from _check(conn, (json.loads(line_of(row)) for row in rows), "seal")


def violations_of_export(conn: sa.Connection, path: Path) -> Iterator[str]:
    """Where an exported file breaks, or disagrees with the journals. Raises OSError."""
    yield from _check(conn, _lines(path), f"{path.name}: seal")


def _check(conn: sa.Connection, seals: Iterator[dict[str, Any]], what: str) -> Iterator[str]:
    previous, number = "", 0
    for each in seals:
        number += 1
        if "broken" in each:
            yield f"{what} in line {number} cannot be read"
            continue
        if (each["seal"], each["previous"]) != (number, previous):
            yield f"{what} {each['seal']} does not follow {number - 1}"
        if each["hash"] != digest(each["previous"], each["seal"], each["at"], each["heads"]):
            yield f"{what} {each['seal']} is not what was sealed"
        previous, number = each["hash"], each["seal"]
        yield from _check_heads(conn, each["heads"], f"{what} {each['seal']}")


def _check_heads(conn: sa.Connection, heads: list[Head], what: str) -> Iterator[str]:
    j = t.journals.c
    ids = [journal_id for _, journal_id, _ in heads]
    rows = conn.execute(sa.select(j.id, j.account_id, j.hash).where(j.id.in_(ids)))
    found = {row.id: (row.account_id, row.hash) for row in rows}
    for account_id, journal_id, head in heads:
        if found.get(journal_id) != (account_id, head):
            yield f"{what}: journal {journal_id} of account {account_id} is not the one that was sealed"


def _seal_some(ledger: Ledger, after_id: int) -> list[Head]:
    """One seal of the next new heads after that account; returns those that are new."""
    with ledger.write() as conn:
        one_at_a_time(conn, "seal")
        s = tr.seals.c
        last = conn.execute(sa.select(s.id, s.hash, s.heads).order_by(s.id.desc()).limit(1)).first()
        seal_id, previous, sealed = (last.id + 1, last.hash, last.heads[:1]) if last else (1, "", [])
        shared, of_accounts = _shared_head(conn), _new_heads(conn, after_id)
        new = of_accounts if shared == sealed or not shared else [*shared, *of_accounts]
        if not new:
            return []
        heads = [*shared, *of_accounts]
        at = ledger.clock.now()
        made = digest(previous, seal_id, _text(at), heads)
        values = {"id": seal_id, "at": at, "previous_hash": previous, "hash": made, "heads": heads}
        conn.execute(sa.insert(tr.seals).values(values))
        _remember(conn, of_accounts)
        return new


def _shared_head(conn: sa.Connection) -> list[Head]:
    """Of the chain of the journals of no account, if there is one."""
    j = t.journals.c
    newest = sa.select(j.id, j.hash).where(j.account_id.is_(None)).order_by(j.id.desc()).limit(1)
    return [[None, *row] for row in conn.execute(newest)]


def _new_heads(conn: sa.Connection, after_id: int) -> list[Head]:
    a, h, j = t.accounts.c, tr.sealed_heads.c, t.journals.c
    newest = sa.select(sa.func.max(j.id)).where(j.account_id == a.id).scalar_subquery()
    wanted = (
        sa.select(a.id, newest, a.chain_head)
        .select_from(t.accounts.outerjoin(tr.sealed_heads, h.account_id == a.id))
        .where(a.id > after_id, a.chain_head != sa.func.coalesce(h.head, ""))
        .order_by(a.id)
        .limit(_HEADS_PER_SEAL)
    )
    return [list(row) for row in conn.execute(wanted)]


def _remember(conn: sa.Connection, heads: list[Head]) -> None:
    if not heads:
        return
    rows = [{"account_id": head[0], "head": head[2]} for head in heads]
    new = bulk.upsert(conn, tr.sealed_heads).values(rows)
    conn.execute(new.on_conflict_do_update(index_elements=["account_id"], set_={"head": new.excluded.head}))


def _require_ours(ledger: Ledger, last: dict[str, Any]) -> None:
    s = tr.seals.c
    with ledger.read() as conn:
        known = conn.execute(sa.select(s.hash).where(s.id == last["seal"])).scalar_one_or_none()
    if last["seal"] and known != last["hash"]:
        raise SealsDisagree(seal=last["seal"])


def _append(ledger: Ledger, file: BinaryIO, after: int) -> int:
    count = 0
    newer = sa.select(tr.seals).where(tr.seals.c.id > after).order_by(tr.seals.c.id)
    with ledger.read() as conn:
        for row in conn.execute(newer.execution_options(yield_per=50)):
            file.write(line_of(row).encode() + b"\n")
            count += 1
    return count


def _text(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="microseconds")


def _end_of(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """The last whole seal (or one numbered 0), and the bytes up to its end: what follows was cut short."""
    begins = file.seek(0, os.SEEK_END)
    tail = b""
    while begins and tail.count(b"\n") < 2:
        size = min(_BLOCK_BYTES, begins)
        begins = file.seek(begins - size)
        tail = file.read(size) + tail
    whole, feed, rest = tail.rpartition(b"\n")
    if not (rest.startswith(_MARK) or _MARK.startswith(rest)):
        raise SealsDisagree(reason="no_seals")  # another file altogether: not to be cut
    if not feed:
        return {"seal": 0}, 0
    last = _parsed(whole.rpartition(b"\n")[2])
    if "broken" in last:
        raise SealsDisagree(reason="no_seals")
    return last, begins + len(whole) + 1


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):  # else it is being written, or was cut short
                yield _parsed(line)


def _parsed(line: bytes) -> dict[str, Any]:
    """A seal, or {"broken": True}."""
    try:
        told = json.loads(line)
        texts = [told[name] for name in ("at", "previous", "hash")]
        numbers = [told["seal"], *(journal_id for _, journal_id, _ in told["heads"])]
    except (ValueError, KeyError, TypeError):
        return {"broken": True}
    whole = all(type(each) is str for each in texts) and all(type(each) is int for each in numbers)
    return dict(told) if whole else {"broken": True}
