"""What the service writes to its log: masked, as JSON or as text, with the id of the request that it is for.

The bot sends the id as W3C trace context; lines of actions and ledger carry it alike, for a context follows
its work into threads.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Mapping
from typing import Any, Final

from structlog import contextvars, dev, processors, stdlib
from structlog.typing import EventDict, Processor

from actions.masking import impersonal
from profiles.environment import LogForm

_OURS: Final = ("request_id", "timestamp", "level", "logger")  # never a customer's words
_REFERENCE: Final = re.compile(r"\[(E-[0-9A-F]+)\]")  # as lines begin that somebody was told the id of
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def set_up(form: LogForm) -> None:
    """The log goes to stderr in this form. Libraries that log every call of theirs are told to be quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(form == "json")
    for name in ("rasa_sdk", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def formatter(form: LogForm) -> logging.Formatter:
    """What makes a line of a record."""
    return stdlib.ProcessorFormatter(processors=_chain(form))


def begin(headers: Mapping[str, str]) -> None:
    """From now on the lines of this task carry the id that came with the request, or a new one."""
    known = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    contextvars.bind_contextvars(request_id=known[1] if known else secrets.token_hex(16))


def _chain(form: LogForm) -> list[Processor]:
    told: list[Processor] = [
        contextvars.merge_contextvars,
        stdlib.add_log_level,
        stdlib.add_logger_name,
        processors.TimeStamper(fmt="iso"),
        _referred_to,
        processors.format_exc_info,
        stdlib.ProcessorFormatter.remove_processors_meta,
        _masked,
    ]
    if form == "json":
        return [*told, processors.JSONRenderer(ensure_ascii=False)]
    return [*told, dev.ConsoleRenderer(colors=False, exception_formatter=dev.plain_traceback)]


def _referred_to(_logger: Any, _method: str, event: EventDict) -> EventDict:
    found = _REFERENCE.match(str(event.get("event")))
    return {**event, "reference": found[1]} if found else event


def _masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: value if key in _OURS else impersonal(str(value)) for key, value in event.items()}
