"""What the ledger asks of a payment gateway.

Every call is idempotent by the ledger's own charge number. A call either answers or raises `GatewayTimeout`;
a time-out says nothing about what happened to the money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

AnswerState = Literal[
    "SUCCEEDED",
    "DECLINED",
    "PROCESSING",
    "NOT_FOUND",
    "CANCELLED",
    "CANCEL_REFUSED",
    "REFUNDED",
    "CHARGED_BACK",
]

#: Answers after which a charge can never take money any more.
FINAL_FAILURES: frozenset[AnswerState] = frozenset({"DECLINED", "CANCELLED"})


@dataclass(frozen=True)
class ChargeAnswer:
    """The gateway's word on one charge, the same shape for an answer, a query and a notification."""

    number: str  # the ledger's charge number; of a REFUNDED answer the charge refunded
    state: AnswerState
    reference: str = ""  # the gateway's own, unique per charge or refund
    amount_fen: int = 0
    reason: str = ""  # a stable code: "insufficient_funds", "expired", …
    notification_id: int | None = None  # of a notification: what `acknowledge` takes
    refund_number: str = ""  # of a REFUNDED answer: the ledger's number of the refund


class GatewayError(Exception):
    """Base of what a call can raise. No message holds a secret, so each is safe to log."""


class GatewayTimeout(GatewayError):
    """No answer in time. Whether the money moved is not known."""


class GatewayConflict(GatewayError):
    """A number was used again for something else; a programming error, never the customer's."""


class GatewayRefused(GatewayError):
    """The gateway did not take the call itself (its key, its form); says nothing about the money."""


class GatewayGarbled(GatewayError):
    """What the gateway said cannot be understood; says nothing about the money."""


class GatewayMisconfigured(GatewayError):
    """The gateway's settings do not do; the message is one sentence."""


class Gateway(Protocol):
    """A payment gateway. Any call may raise `GatewayTimeout`, one over a network every `GatewayError`."""

    def charge(
        self, number: str, amount_fen: int, customer_id: str, expires_at: datetime, timeout_s: float
    ) -> ChargeAnswer:
        """Take `amount_fen` from the customer's bank card, once per `number`.

        The same number and amount answer with the same charge; another amount raises `GatewayConflict`.
        After `expires_at` (aware) no money is taken for `number` any more: DECLINED, reason "expired".
        SUCCEEDED, DECLINED or PROCESSING; raises `GatewayTimeout` after at most `timeout_s` seconds.
        """
        ...

    def query(self, number: str) -> ChargeAnswer:
        """What is known of the charge.

        NOT_FOUND is not failure: the charge may still be on its way. Cancel it first.
        """
        ...

    def cancel(self, number: str) -> ChargeAnswer:
        """Stop a charge that has not taken money: CANCELLED, or CANCEL_REFUSED while it is being processed,
        or the final answer it already had."""
        ...

    def refund(self, number: str, refund_number: str, amount_fen: int) -> ChargeAnswer:
        """Send money of a succeeded charge back, once per `refund_number`: REFUNDED.

        DECLINED (reason "more_than_charged", "not_charged") when the charge does not cover it.
        """
        ...

    def notifications(self) -> list[ChargeAnswer]:
        """What happened to charges unasked (a late success, a charge-back), oldest first.

        Each is told again until `acknowledge`: the same one may come twice.
        """
        ...

    def acknowledge(self, notification_ids: list[int]) -> None:
        """These notifications are dealt with and need not be told again."""
        ...
