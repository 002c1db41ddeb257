"""A payment gateway that can fail the ways a real one does, with its own database that survives restarts.

Modes, for everyone or for one customer:

succeed     the charge takes the money.
decline     refused: insufficient_funds.
timeout     the money is taken but the answer is lost; a query some seconds later says so.
late        the request seems lost: the query finds nothing, a cancel is accepted, and yet some seconds after
            the cancel the gateway tells of a success.
chargeback  succeeds; some seconds later the customer's bank takes the money back.
hold        stays in process and refuses to be cancelled until the customer is given another mode.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from ledger.clock import Clock
from ledger.gateway import settlement_file
from ledger.gateway import simulated_rows as rows
from ledger.gateway import simulated_tables as t
from ledger.gateway.interface import AnswerState, ChargeAnswer, GatewayConflict, GatewayTimeout
from ledger.gateway.settlement_file import Movement

MODES = ("succeed", "decline", "timeout", "late", "chargeback", "hold")
_FINAL: frozenset[str] = frozenset({"SUCCEEDED", "DECLINED", "CANCELLED", "CHARGED_BACK"})


@dataclass(frozen=True)
class _Course:
    """What becomes of a charge: its state now, and the state it takes by itself `after` that."""

    state: AnswerState
    reason: str = ""
    then: AnswerState | None = None
    after: timedelta = timedelta()
    told: bool = False  # whether the later state is told unasked
    answered: bool = True  # whether the caller of charge() hears anything


_COURSES = {
    "succeed": _Course("SUCCEEDED"),
    "decline": _Course("DECLINED", reason="insufficient_funds"),
    "timeout": _Course("PROCESSING", then="SUCCEEDED", after=timedelta(seconds=4), answered=False),
    "late": _Course("NOT_FOUND", answered=False),
    "chargeback": _Course("SUCCEEDED", then="CHARGED_BACK", after=timedelta(seconds=8), told=True),
    "hold": _Course("PROCESSING", answered=False),
}
_LATE_AFTER = timedelta(seconds=8)
_NEW = sqlite.insert(t.charges).on_conflict_do_nothing().returning(*t.charges.c)
_MOVED = sa.insert(t.movements)
#: What the settlement file calls it, and how the gateway's own references begin.
_MOVES = {"SUCCEEDED": ("capture", "GC"), "REFUNDED": ("refund", "GR"), "CHARGED_BACK": ("chargeback", "GB")}


class SimulatedGateway:
    """`ledger.gateway.interface.Gateway` on a SQLite file of its own; safe to use from several processes."""

    def __init__(
        self, path: Path | str, clock: Clock, *, silence_s: float = 1.0, tell_all: bool = False
    ) -> None:
        """`silence_s`: how long charge() stays silent before it raises `GatewayTimeout`.

        `tell_all`: every outcome becomes a notification too, also one that the caller was answered with.
        """
        self._clock = clock
        self._silence_s = silence_s
        self._tell_all = tell_all
        self._engine = t.open_engine(path)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    # -- the gateway's interface --------------------------------------------------------------------

    def charge(
        self, number: str, amount_fen: int, customer_id: str, expires_at: datetime, timeout_s: float
    ) -> ChargeAnswer:
        """See `Gateway.charge`."""
        with self._at_now() as conn:
            row = self._take(conn, number, amount_fen, customer_id, expires_at) or rows.find(conn, number)
            if row.state != "CANCELLED" and (row.amount_fen, row.customer_id) != (amount_fen, customer_id):
                raise GatewayConflict(f"charge {number} was made for something else")
        if row.state not in _FINAL and not _COURSES[row.mode].answered:
            time.sleep(min(self._silence_s, timeout_s))
            raise GatewayTimeout(number)
        return rows.answer_of(row)

    def query(self, number: str) -> ChargeAnswer:
        """See `Gateway.query`."""
        with self._at_now() as conn:
            row = rows.find(conn, number)
        return rows.answer_of(row) if row else ChargeAnswer(number, "NOT_FOUND")

    def cancel(self, number: str) -> ChargeAnswer:
        """See `Gateway.cancel`. A number never heard of is remembered as cancelled, so that a request still
        on its way finds it so."""
        with self._at_now() as conn:
            row = rows.find(conn, number)
            if row is None:
                self._insert(conn, number, 0, "", self._clock.now(), "succeed", _Course("CANCELLED"))
            elif row.state == "NOT_FOUND":
                late = self._clock.now() + _LATE_AFTER
                rows.change(
                    conn, number, state="CANCELLED", then_state="SUCCEEDED", then_at=late, then_told=True
                )
                self._became(conn, number, "CANCELLED")
            elif row.state == "PROCESSING":
                return rows.answer_of(row, "CANCEL_REFUSED")
            row = rows.find(conn, number)
        return rows.answer_of(row)

    def refund(self, number: str, refund_number: str, amount_fen: int) -> ChargeAnswer:
        """See `Gateway.refund`."""
        r = t.refunds.c
        with self._at_now() as conn:
            done = conn.execute(sa.select(t.refunds).where(r.refund_number == refund_number)).first()
            if done is None:
                why = rows.why_not_refund(conn, number, amount_fen)
                if why:
                    return ChargeAnswer(number, "DECLINED", reason=why, refund_number=refund_number)
                new = {"refund_number": refund_number, "number": number, "amount_fen": amount_fen}
                conn.execute(sa.insert(t.refunds).values(new))
                self._became(conn, number, "REFUNDED", refund_number=refund_number, amount_fen=amount_fen)
            elif (done.number, done.amount_fen) != (number, amount_fen):
                raise GatewayConflict(f"refund {refund_number} was made for something else")
        reference = f"GR-{refund_number}"
        return ChargeAnswer(number, "REFUNDED", reference, amount_fen, refund_number=refund_number)

    def notifications(self) -> list[ChargeAnswer]:
        """See `Gateway.notifications`."""
        with self._at_now() as conn:
            n, r = t.notifications.c, t.refunds.c
            untold = conn.execute(
                sa.select(
                    n.id, n.state.label("told"), n.refund_number, r.amount_fen.label("sent_fen"), t.charges
                )
                .join(t.charges, t.charges.c.number == n.number)
                .outerjoin(t.refunds, r.refund_number == n.refund_number)
                .where(~n.acknowledged)
                .order_by(n.id)
            ).all()
        return [rows.told(row) for row in untold]

    def acknowledge(self, notification_ids: list[int]) -> None:
        """See `Gateway.acknowledge`."""
        with self._engine.begin() as conn:
            these = t.notifications.c.id.in_(notification_ids)
            conn.execute(sa.update(t.notifications).where(these).values(acknowledged=True))

    def settlement_file(self, day: date) -> str:
        """All money that it moved on that day of its clock's; see `ledger.gateway.settlement_file`."""
        begins = datetime.combine(day, clock_time(), self._clock.now().tzinfo)
        m = t.movements.c
        shown = (m.kind, m.number, m.refund_number, m.reference, m.amount_fen, m.at)
        moved = sa.select(*shown).where(m.at >= begins, m.at < begins + timedelta(days=1)).order_by(m.id)
        with self._at_now() as conn:
            return settlement_file.write(day, [Movement(*row) for row in conn.execute(moved)])

    # -- the switches -------------------------------------------------------------------------------

    def set_mode(self, mode: str, customer_id: str | None = None) -> None:
        """From now on charges go as `mode` says, for `customer_id` or for everyone.

        For everyone also ends what was set for single customers, except holds. For a customer it also
        decides those charges that are held. Raises ValueError for a mode there is not.
        """
        if mode not in MODES:
            raise ValueError(f"unknown gateway mode {mode!r}")
        whose = customer_id or rows.EVERYONE
        with self._at_now() as conn:
            old = t.modes.c.customer_id == whose
            if customer_id is None:
                old = t.modes.c.mode != "hold"
            conn.execute(sa.delete(t.modes).where(old | (t.modes.c.customer_id == whose)))
            conn.execute(sa.insert(t.modes).values(customer_id=whose, mode=mode))
            if customer_id is not None and mode != "hold":
                self._release_held(conn, customer_id, mode)

    def mode_of(self, customer_id: str) -> str:
        """The mode in force for `customer_id`."""
        with self._engine.begin() as conn:
            return rows.mode_of(conn, customer_id)

    def _release_held(self, conn: sa.Connection, customer_id: str, mode: str) -> None:
        held = (t.charges.c.customer_id == customer_id) & (t.charges.c.mode == "hold")
        in_process = held & (t.charges.c.state == "PROCESSING")
        course = _COURSES[mode]
        for number in conn.scalars(sa.select(t.charges.c.number).where(in_process)).all():
            rows.change(conn, number, mode=mode, **self._plan(course))
            self._became(conn, number, course.state, told=course.state in _FINAL)

    # -- how charges go -----------------------------------------------------------------------------

    @contextmanager
    def _at_now(self) -> Iterator[sa.Connection]:
        """A transaction in which everything that is due by now has happened."""
        now = self._clock.now()
        with self._engine.begin() as conn:
            for row in rows.due(conn, now):
                rows.change(conn, row.number, state=row.then_state, reason="", then_state=None, then_at=None)
                self._became(conn, row.number, row.then_state, told=row.then_told, at=row.then_at)
            yield conn

    def _take(
        self, conn: sa.Connection, number: str, amount_fen: int, customer_id: str, expires_at: datetime
    ) -> sa.Row[Any] | None:
        """The charge as it is made now; None where the number is there already."""
        mode = rows.mode_of(conn, customer_id)
        course = _COURSES[mode]
        if self._clock.now() >= expires_at:
            course = _Course("DECLINED", reason="expired")
        return self._insert(conn, number, amount_fen, customer_id, expires_at, mode, course)

    def _insert(
        self,
        conn: sa.Connection,
        number: str,
        amount_fen: int,
        customer_id: str,
        expires_at: datetime,
        mode: str,
        course: _Course,
    ) -> sa.Row[Any] | None:
        new = {"number": number, "amount_fen": amount_fen, "customer_id": customer_id, "mode": mode}
        row = conn.execute(_NEW, {**new, "expires_at": expires_at, **self._plan(course)}).first()
        if row is not None:
            self._became(conn, number, course.state, amount_fen=amount_fen)
        return row

    def _became(
        self,
        conn: sa.Connection,
        number: str,
        state: str,
        *,
        told: bool = False,
        at: datetime | None = None,
        refund_number: str | None = None,
        amount_fen: int = 0,
    ) -> None:
        """Book what moved money, and tell of it where somebody is to be told."""
        if state in _MOVES:
            kind, mark = _MOVES[state]
            moved = {"kind": kind, "number": number, "refund_number": refund_number or ""}
            moved["reference"] = f"{mark}-{refund_number or number}"
            fen = amount_fen or rows.find(conn, number).amount_fen
            conn.execute(_MOVED, {**moved, "amount_fen": fen, "at": at or self._clock.now()})
        if told or (self._tell_all and state in (*_FINAL, "REFUNDED")):
            new = {"number": number, "state": state, "refund_number": refund_number, "acknowledged": False}
            conn.execute(sa.insert(t.notifications).values(new))

    def _plan(self, course: _Course) -> dict[str, Any]:
        return {
            "state": course.state,
            "reason": course.reason,
            "then_state": course.then,
            "then_at": self._clock.now() + course.after if course.then else None,
            "then_told": course.told,
        }
