"""What every command has in hand: its transaction, the locked account, one moment in time, and its keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import BadInput, ClockBehind, IdempotencyConflict, UnknownCustomer
from ledger.journals import Entry, post
from ledger.terms import Terms

_LONGEST_KEY = 200

# What every command asks: built once, for building a statement takes longer than running it.
_NEWEST = (
    sa.select(t.accounts)
    .where(t.accounts.c.customer_id == sa.bindparam("customer_id"))
    .order_by(t.accounts.c.id.desc())
    .limit(sa.literal_column("1"))
)
_NEWEST_LOCKED = _NEWEST.with_for_update()
_LOCKED = sa.select(t.accounts).where(t.accounts.c.id == sa.bindparam("account_id")).with_for_update()
_BUMPED = (
    sa.update(t.accounts)
    .where(t.accounts.c.id == sa.bindparam("account_id"))
    .values(version=t.accounts.c.version + 1)
)
#: What was answered under the `key` of a customer: at most one row.
ANSWERED = sa.select(t.idempotency.c.body_hash, t.idempotency.c.answer).where(
    t.idempotency.c.customer_id == sa.bindparam("customer_id"), t.idempotency.c.key == sa.bindparam("key")
)


@dataclass(frozen=True)
class Work:
    """A command at work: its transaction, the account it has locked, and one moment for all it does."""

    ledger: Ledger
    conn: sa.Connection
    account: sa.Row[Any]
    now: datetime

    def __post_init__(self) -> None:
        """Raises ClockBehind: what is booked on a day before the account was opened counts from no day."""
        if self.today < self.account.opened_on:
            raise ClockBehind(today=self.today.isoformat(), opened_on=self.account.opened_on.isoformat())

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def terms(self) -> Terms:
        """The rules in force today. What was agreed earlier goes by those of that day."""
        return self.ledger.rules.at(self.today)

    @property
    def account_id(self) -> int:
        return int(self.account.id)

    def journal(
        self,
        kind: str,
        *lines: tuple[str, int],
        on: date | None = None,
        gateway_reference: str = "",
    ) -> int | None:
        """Post to this account; see `journals.post`. A gateway's reference is accepted once, ever."""
        return post(self.conn, self.entry(kind, on, gateway_reference), lines)

    def entry(self, kind: str, on: date | None = None, gateway_reference: str = "") -> Entry:
        """What a journal of this account says besides its lines."""
        source = "gateway" if gateway_reference else ""
        return Entry(self.account_id, kind, self.now, on or self.today, source, gateway_reference)

    def change_account(self, **values: Any) -> None:
        """Set columns of the account's row. The copy in `account` stays as it was read."""
        where = t.accounts.c.id == self.account_id
        self.conn.execute(sa.update(t.accounts).where(where).values(**values))

    def bump_version(self) -> None:
        """From now on quotes made before no longer match."""
        self.conn.execute(_BUMPED, {"account_id": self.account_id})


def find_account(conn: sa.Connection, customer_id: str, *, lock: bool = False) -> sa.Row[Any]:
    """The customer's newest account. Raises UnknownCustomer.

    `lock` keeps every other command on it waiting until the transaction ends (on SQLite BEGIN IMMEDIATE has
    done so already).
    """
    row = conn.execute(_NEWEST_LOCKED if lock else _NEWEST, {"customer_id": customer_id}).first()
    if row is None:
        raise UnknownCustomer(customer_id=customer_id)
    return row


def lock_account(conn: sa.Connection, account_id: int) -> sa.Row[Any]:
    """That account, locked: one that may be closed and followed by a newer one. Raises UnknownCustomer."""
    row = conn.execute(_LOCKED, {"account_id": account_id}).first()
    if row is None:
        raise UnknownCustomer(account_id=account_id)
    return row


def one_at_a_time(conn: sa.Connection, what: str) -> None:
    """Until the transaction ends nobody else gets past this for `what`: a name that has no row to lock yet.

    On SQLite the transaction is the only writer anyway.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(what, 0))))


def recall(
    conn: sa.Connection, customer_id: str, name: str, body: Mapping[str, Any], key: str
) -> tuple[Any] | None:
    """The answer kept under the customer's `key`, boxed, or None. Raises IdempotencyConflict, BadInput."""
    check_key(key)
    return recalled(conn.execute(ANSWERED, {"customer_id": customer_id, "key": key}).all(), name, body, key)


def check_key(key: str) -> None:
    """Raises BadInput for what cannot be a key."""
    if not isinstance(key, str) or not 1 <= len(key) <= _LONGEST_KEY:
        raise BadInput(key=repr(key)[:50])


def recalled(answered: Sequence[Any], name: str, body: Mapping[str, Any], key: str) -> tuple[Any] | None:
    """As `recall`, of the rows that `ANSWERED` has found."""
    for row in answered:
        if row.body_hash != _body_hash(name, body):
            raise IdempotencyConflict(key=key, command=name)
        return (row.answer,)
    return None


def remember(
    conn: sa.Connection,
    customer_id: str,
    name: str,
    body: Mapping[str, Any],
    key: str,
    answer: Any,
    at: datetime,
) -> None:
    """Keep the answer in the command's own transaction."""
    bulk.write(conn, remembering(customer_id, name, body, key, answer, at))


def remembering(
    customer_id: str, name: str, body: Mapping[str, Any], key: str, answer: Any, at: datetime
) -> bulk.Insert:
    """As `remember`: what is to be written."""
    kept = {
        "customer_id": customer_id,
        "key": key,
        "command": name,
        "body_hash": _body_hash(name, body),
        "answer": answer if answer is not None else {},
        "at": at,
    }
    return bulk.Insert(t.idempotency, [kept])


def _body_hash(name: str, body: Mapping[str, Any]) -> str:
    content = json.dumps([name, body], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
