"""Signatures on what ledger and gateway send each other: HMAC-SHA256 over the time and the content.

A message carries `Yuefu-Timestamp` (seconds since 1970) and `Yuefu-Signature` (hexadecimal). Whoever
receives it refuses a wrong signature, and a right one that is older or newer than the replay window.
Several secrets may be good at once, so that one can be changed without a pause.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

TIMESTAMP = "Yuefu-Timestamp"
SIGNATURE = "Yuefu-Signature"
#: How far the two clocks may differ, and for how long a message that was seen on its way can be sent again.
REPLAY_WINDOW_S = 300
_TIMESTAMP = re.compile("[0-9]{1,12}")


class BadSignature(Exception):
    """Not signed, or not with a secret of ours."""


class Stale(Exception):
    """Rightly signed, at a moment too far from now."""


def of_call(method: str, path: str, body: bytes) -> bytes:
    """The content signed of a call of the gateway: a body alone would do for another call as well."""
    return f"{method} {path}\n".encode() + body


def headers(secret: str, content: bytes, now_s: float) -> dict[str, str]:
    """The two headers for `content` sent at `now_s`, in seconds since 1970."""
    timestamp = str(int(now_s))
    return {TIMESTAMP: timestamp, SIGNATURE: _signature(secret, timestamp, content)}


def check(secrets: Sequence[str], received: Mapping[str, str], content: bytes, now_s: float) -> None:
    """Raises BadSignature, or Stale for a right signature outside of the replay window."""
    timestamp = received.get(TIMESTAMP, "")
    given = received.get(SIGNATURE, "").encode("utf-8", "replace")
    # Every secret is tried, so that the time taken tells nothing.
    right = [hmac.compare_digest(given, _signature(each, timestamp, content).encode()) for each in secrets]
    if not any(right):
        raise BadSignature
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now_s - int(timestamp)) > REPLAY_WINDOW_S:
        raise Stale


def _signature(secret: str, timestamp: str, content: bytes) -> str:
    message = timestamp.encode("utf-8", "replace") + b"." + content
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
