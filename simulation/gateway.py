"""A payment gateway in memory that fails in every way its interface allows, as somebody decides.

Requests are lost, late or in process for days; answers are lost, cancels forgotten, queries out of date;
notifications come twice and out of order; the customer's bank takes money back, all or a part of it. What it
never does: take money twice for one number, or after `expires_at` for a request that arrives later than that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from ledger.clock import Clock
from ledger.gateway.interface import AnswerState, ChargeAnswer, GatewayConflict, GatewayTimeout
from simulation.control import Control

Question = Literal["charge", "query", "cancel", "refund", "outcome", "delay", "cancel_kept", "told"]
#: Asks somebody which of the options happens. The first one is always the gateway without a fault.
Decide = Callable[[Question, Sequence[str]], str]

DELAYS = {"2s": 2, "20s": 20, "5min": 300, "25min": 1_500, "45min": 2_700, "7h": 25_200, "2d": 172_800}
CHARGE = ("taken", "declined", "answer_lost", "broken", "request_lost", "request_late", "in_process")
_INVISIBLE = ("lost", "late")


@dataclass
class Record:
    """What the gateway knows of a charge; "lost" and "late" are requests that it has not seen (yet)."""

    number: str
    amount_fen: int
    customer_id: str
    expires_at: datetime
    state: AnswerState | Literal["lost", "late"]
    reason: str = ""
    changes_at: datetime | None = None  # a late one arrives, one in process ends
    cancel_answered: bool = False  # but a request still on its way was not told
    charged_back_fen: int = 0
    sends_nothing_back: bool = False  # the card that it came from is gone
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def taken_fen(self) -> int:
        """What of this charge is with the gateway now."""
        if self.state != "SUCCEEDED":
            return 0
        return self.amount_fen - self.charged_back_fen - sum(self.refunds.values())


@dataclass(frozen=True)
class Movement:
    """Money that the gateway moved, as its settlement file of that day has it."""

    kind: Literal["capture", "refund", "chargeback"]
    number: str
    refund_number: str
    reference: str
    fen: int
    at: datetime

    @property
    def event(self) -> str:
        """What the books call it."""
        return f"{self.kind}:{self.refund_number or self.number}"


class FaultyGateway:
    """`ledger.gateway.interface.Gateway`, decided upon call by call."""

    def __init__(self, clock: Clock, decide: Decide, control: Control) -> None:
        self.records: dict[str, Record] = {}
        self.said: list[ChargeAnswer] = []  # everything, so that it can be said again
        self._clock, self._decide, self._control = clock, decide, control
        self._moved: list[Movement] = []
        self._untold: dict[int, ChargeAnswer] = {}
        self._last_notification = 0

    # -- the interface --------------------------------------------------------------------------------

    def charge(
        self, number: str, amount_fen: int, customer_id: str, expires_at: datetime, timeout_s: float
    ) -> ChargeAnswer:
        """See `Gateway.charge`."""
        self._control.reach("call")
        self._pass_time()
        record = self.records.get(number)
        if record is None or (record.state == "CANCELLED" and record.amount_fen == 0):
            how = self._decide("charge", CHARGE)
            if record is None:
                record = Record(number, amount_fen, customer_id, expires_at, "lost")
                self.records[number] = record
                self._receive(record, how)
            # Else it was cancelled before it came: it stays cancelled, however it comes.
        elif (record.amount_fen, record.customer_id) != (amount_fen, customer_id):
            raise GatewayConflict(number)
        else:
            how = "taken"
        self._control.reach("called")
        if how == "broken":
            raise ConnectionResetError(number)
        if how not in ("taken", "declined"):
            raise GatewayTimeout(number)
        return self._say(self._answer(record))

    def query(self, number: str) -> ChargeAnswer:
        """See `Gateway.query`."""
        self._control.reach("call")
        self._pass_time()
        how = self._decide("query", ("answered", "lost", "out_of_date"))
        self._control.reach("called")
        if how == "lost":
            raise GatewayTimeout(number)
        record = self.records.get(number)
        if how == "out_of_date" or record is None or record.state in _INVISIBLE:
            return self._say(ChargeAnswer(number, "NOT_FOUND"))
        return self._say(self._answer(record))

    def cancel(self, number: str) -> ChargeAnswer:
        """See `Gateway.cancel`."""
        self._control.reach("call")
        self._pass_time()
        how = self._decide("cancel", ("answered", "request_lost", "answer_lost"))
        if how == "request_lost":
            raise GatewayTimeout(number)
        answer = self._cancel(number)
        self._control.reach("called")
        if how == "answer_lost":
            raise GatewayTimeout(number)
        return self._say(answer)

    def refund(self, number: str, refund_number: str, amount_fen: int) -> ChargeAnswer:
        """See `Gateway.refund`."""
        self._control.reach("call")
        self._pass_time()
        how = self._decide("refund", ("answered", "request_lost", "answer_lost", "broken", "refused"))
        if how == "request_lost":
            raise GatewayTimeout(number)
        if how == "refused" and number in self.records:
            self._close_card(self.records[number].customer_id)
        answer = self._refund(number, refund_number, amount_fen)
        self._control.reach("called")
        if how == "broken":
            raise ConnectionResetError(number)
        if how == "answer_lost":
            raise GatewayTimeout(number)
        return self._say(answer)

    def notifications(self) -> list[ChargeAnswer]:
        """See `Gateway.notifications`: each may be among them twice, in any order."""
        self._pass_time()
        told: list[ChargeAnswer] = []
        for answer in self._untold.values():
            how = self._decide("told", ("once", "twice", "before_the_others"))
            if how == "before_the_others":
                told.insert(0, answer)
            else:
                told += [answer] * (2 if how == "twice" else 1)
        self.said += told
        return told

    def acknowledge(self, notification_ids: list[int]) -> None:
        """See `Gateway.acknowledge`."""
        for notification_id in notification_ids:
            self._untold.pop(notification_id, None)

    def movements(self) -> list[Movement]:
        """All that it ever moved, in the order in which it did."""
        self._pass_time()
        return self._moved

    # -- what happens to money --------------------------------------------------------------------------

    def take_back(self, number: str, fen: int) -> bool:
        """The customer's bank takes `fen` of a charge back, once; false where there is not that much."""
        self._pass_time()
        record = self.records.get(number)
        if record is None or record.charged_back_fen or not 0 < fen <= record.taken_fen:
            return False
        record.charged_back_fen = fen
        self._moved.append(Movement("chargeback", number, "", f"GC-{number}", fen, self._clock.now()))
        self._notify(ChargeAnswer(number, "CHARGED_BACK", f"GC-{number}", fen))
        return True

    def _receive(self, record: Record, how: str) -> None:
        if how in ("taken", "answer_lost", "broken"):
            self._process(record, "SUCCEEDED")
        elif how == "declined":
            self._process(record, "DECLINED")
        elif how in ("request_late", "in_process"):
            record.state = "late" if how == "request_late" else "PROCESSING"
            seconds = DELAYS[self._decide("delay", tuple(DELAYS))]
            record.changes_at = self._clock.now() + timedelta(seconds=seconds)

    def _process(self, record: Record, state: Literal["SUCCEEDED", "DECLINED"]) -> None:
        """It reaches the bank now."""
        arrives = record.changes_at or self._clock.now()
        if record.state != "PROCESSING" and arrives >= record.expires_at:
            record.state, record.reason = "DECLINED", "expired"
        else:
            record.state = state
            record.reason = "" if state == "SUCCEEDED" else "insufficient_funds"
        if record.state == "SUCCEEDED":
            reference = f"GC-{record.number}"
            self._moved.append(Movement("capture", record.number, "", reference, record.amount_fen, arrives))
        record.changes_at = None

    def _pass_time(self) -> None:
        """All that is due by now happens, each at its own time."""
        now = self._clock.now()
        due = [r for r in self.records.values() if r.changes_at is not None and r.changes_at <= now]
        for record in sorted(due, key=lambda record: (record.changes_at, record.number)):
            outcome = self._decide("outcome", ("SUCCEEDED", "DECLINED"))
            self._process(record, "SUCCEEDED" if outcome == "SUCCEEDED" else "DECLINED")
            told = self._decide("told", ("once", "never")) == "once"
            # A success after a cancel was answered is always told: nobody asks again.
            if told or (record.cancel_answered and record.state == "SUCCEEDED"):
                self._notify(self._answer(record))

    def _cancel(self, number: str) -> ChargeAnswer:
        record = self.records.get(number)
        if record is None:
            self.records[number] = Record(number, 0, "", self._clock.now(), "CANCELLED")
        elif record.state == "PROCESSING":
            return ChargeAnswer(number, "CANCEL_REFUSED")
        elif record.state == "late" and self._decide("cancel_kept", ("kept", "forgotten")) == "forgotten":
            record.cancel_answered = True
            return ChargeAnswer(number, "CANCELLED")
        elif record.state in _INVISIBLE:
            record.state, record.changes_at = "CANCELLED", None
        return self._answer(self.records[number])

    def _refund(self, number: str, refund_number: str, amount_fen: int) -> ChargeAnswer:
        record = self.records.get(number)
        done = record.refunds.get(refund_number) if record else None
        if done is not None and done != amount_fen:
            raise GatewayConflict(refund_number)
        if record is not None and record.sends_nothing_back and done is None:
            return ChargeAnswer(number, "DECLINED", reason="card_closed", refund_number=refund_number)
        if record is None or (done is None and amount_fen > record.taken_fen):
            why = "more_than_charged" if record and record.taken_fen else "not_charged"
            return ChargeAnswer(number, "DECLINED", reason=why, refund_number=refund_number)
        record.refunds[refund_number] = amount_fen
        reference = f"GR-{refund_number}"
        if done is None:
            now = self._clock.now()
            self._moved.append(Movement("refund", number, refund_number, reference, amount_fen, now))
        return ChargeAnswer(number, "REFUNDED", reference, amount_fen, refund_number=refund_number)

    def _close_card(self, customer_id: str) -> None:
        """Nothing that came from it can be sent back any more; later charges are of another card."""
        for record in self.records.values():
            record.sends_nothing_back |= record.customer_id == customer_id

    # -- what is said -------------------------------------------------------------------------------------

    def _answer(self, record: Record) -> ChargeAnswer:
        state, fen = record.state, record.amount_fen
        if state in ("lost", "late"):
            state = "NOT_FOUND"
        elif record.charged_back_fen == fen > 0:
            state = "CHARGED_BACK"
        reference = f"GC-{record.number}" if state in ("SUCCEEDED", "CHARGED_BACK") else ""
        return ChargeAnswer(record.number, state, reference, fen, record.reason)  # type: ignore[arg-type]

    def _say(self, answer: ChargeAnswer) -> ChargeAnswer:
        self.said.append(answer)
        return answer

    def _notify(self, answer: ChargeAnswer) -> None:
        self._last_notification += 1
        told = ChargeAnswer(
            answer.number,
            answer.state,
            answer.reference,
            answer.amount_fen,
            answer.reason,
            self._last_notification,
        )
        self._untold[self._last_notification] = told
