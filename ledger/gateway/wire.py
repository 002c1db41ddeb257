"""The gateway's word on a charge as JSON, in answers and in webhooks alike.

{"number": "S12-1", "state": "SUCCEEDED", "reference": "…", "amount_fen": 410800, "reason": "",
"refund_number": "", "id": 7}; `id` (of a webhook) and everything after `state` may be left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any, get_args

from ledger.gateway.interface import AnswerState, ChargeAnswer, GatewayGarbled

#: No control characters: databases and logs choke on them.
_TEXT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{0,128}")
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST_FEN = 10**12
#: States that take or give money, and so cannot do without an amount.
_OF_MONEY = ("SUCCEEDED", "REFUNDED", "CHARGED_BACK")


def to_json(answer: ChargeAnswer) -> dict[str, Any]:
    """What is sent for `answer`."""
    fields = asdict(answer)
    fields["id"] = fields.pop("notification_id")
    return fields


def read(body: bytes) -> ChargeAnswer:
    """Raises GatewayGarbled for anything that is not exactly what `to_json` makes."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GatewayGarbled("not JSON") from error
    if not isinstance(sent, dict):
        raise GatewayGarbled("not an object")
    answer = ChargeAnswer(
        number=_text(sent, "number", _NUMBER),
        state=_state(sent),
        reference=_text(sent, "reference"),
        amount_fen=_whole(sent, "amount_fen"),
        reason=_text(sent, "reason"),
        notification_id=_whole(sent, "id") if sent.get("id") is not None else None,
        refund_number=_text(sent, "refund_number"),
    )
    if answer.state in _OF_MONEY and not answer.amount_fen:
        raise GatewayGarbled("no amount_fen")
    return answer


def _state(sent: dict[str, Any]) -> AnswerState:
    state: Any = sent.get("state")
    if state not in get_args(AnswerState):
        raise GatewayGarbled("unknown state")
    answered: AnswerState = state
    return answered


def _text(sent: dict[str, Any], name: str, pattern: re.Pattern[str] = _TEXT) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise GatewayGarbled(f"bad {name}")
    return value


def _whole(sent: dict[str, Any], name: str) -> int:
    value = sent.get(name, 0)
    if type(value) is not int or not 0 <= value <= _LARGEST_FEN:
        raise GatewayGarbled(f"bad {name}")
    return value
