"""Tokens that are good for minutes and once: to link a sender, or to open a decision on the host's page.

Only a token's hash is kept. What is used or past its time is known for a day, so that it can be told apart.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa

from ledger import link_records, links, outbox
from ledger import support_tables as t
from ledger.database import Ledger
from ledger.door import checked

Purpose = Literal["link", "decision"]
State = Literal["taken", "expired", "used", "other", "unknown"]
Decision = Literal["settle", "settle_close", "close"]

_TOKEN_BYTES: Final = 32  # 43 characters: a scene_param of 微信客服 has 128 bytes
_KNOWN_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """`token` is said once, here."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Taken:
    """`other`: it belongs to another customer, who can still use it. `customer_id`: whose it is, for whoever
    uses it or has done so. `about`: see `make_decision`."""

    state: State
    customer_id: str = ""
    about: str = ""


@checked
def make_link(ledger: Ledger, customer_id: str, life_s: float) -> Made:
    """Whoever brings this token from another channel is the customer there."""
    return _make(ledger, "link", customer_id, "", life_s)


@checked
def make_decision(ledger: Ledger, customer_id: str, about: Decision, life_s: float) -> Made:
    """The customer, logged in to the host's page, is shown this decision there."""
    return _make(ledger, "decision", customer_id, about, life_s)


@checked
def redeem_link(ledger: Ledger, sender: str, token: str) -> Taken:
    """From now on `sender` is the customer for whom the token was made, and whoever it was before no more.

    The customer's other senders are told. One of any number of senders gets `taken`; and again, as long as
    that holds, with nothing done: whoever heard no answer may ask anew.
    """
    now = ledger.clock.now()
    with ledger.write() as conn:
        taken = _take(conn, token, "link", sender, now)
        before = link_records.current(conn, sender)
        if taken.state == "used" and before is not None and before.customer_id == taken.customer_id:
            return replace(taken, state="taken")
        if taken.state == "taken":
            link_id = links.move(conn, sender, taken.customer_id, "token", now)
            if before is None or before.id != link_id:
                _tell_others(conn, sender, taken.customer_id, link_id, now)
        return taken


@checked
def open_decision(ledger: Ledger, sender: str, token: str) -> Taken:
    """The decision that the customer of `sender` may be shown now; `other` leaves the token as it is."""
    with ledger.write() as conn:
        found = link_records.current(conn, sender)
        whose = found.customer_id if found else ""
        return _take(conn, token, "decision", sender, ledger.clock.now(), whose)


def _make(ledger: Ledger, purpose: Purpose, customer_id: str, about: str, life_s: float) -> Made:
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), ledger.clock.now()
    made = Made(token, now + timedelta(seconds=life_s))
    new = {"hash": _hash(token), "purpose": purpose, "customer_id": customer_id, "about": about}
    o = t.one_time_tokens.c
    with ledger.write() as conn:
        conn.execute(sa.delete(t.one_time_tokens).where(o.expires_at < now - _KNOWN_FOR))
        conn.execute(sa.insert(t.one_time_tokens).values(**new, made_at=now, expires_at=made.expires_at))
    return made


def _take(
    conn: sa.Connection, token: str, purpose: Purpose, by: str, at: datetime, customer_id: str | None = None
) -> Taken:
    """Uses the token up; with a `customer_id` only when it is theirs. Who comes second waits."""
    o = t.one_time_tokens.c
    mine = (o.hash == _hash(token)) & (o.purpose == purpose)
    row = conn.execute(sa.select(t.one_time_tokens).where(mine).with_for_update()).first()
    if row is None:
        return Taken("unknown")
    if customer_id is not None and row.customer_id != customer_id:
        return Taken("other")
    if row.used_at is not None:
        return Taken("used", row.customer_id if row.used_by == by else "")
    if at >= row.expires_at:
        return Taken("expired")
    conn.execute(sa.update(t.one_time_tokens).where(mine).values(used_at=at, used_by=by))
    return Taken("taken", row.customer_id, row.about)


def _tell_others(conn: sa.Connection, sender: str, customer_id: str, link_id: int, at: datetime) -> None:
    """A link that somebody else made must not go unnoticed."""
    outbox.put_for_customer(conn, customer_id, "link_made", str(link_id), at, but=sender)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
