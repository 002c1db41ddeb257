"""What the bot and Rasa write to the log: masked, as JSON or as text, with the id of the request.

A request is one message of a customer, or one notice told to them. Its id goes to the service with every
action (as W3C trace context), where the lines of actions and ledger carry it too.
"""

from __future__ import annotations

import hashlib
import logging
import re
from typing import Any, Final

import structlog
from structlog import contextvars, dev, processors, stdlib
from structlog.typing import EventDict, Processor

from channels.masking import mask
from profiles.environment import LogForm

_OURS: Final = ("request_id", "timestamp", "level", "logger")  # never a customer's words
_REFERENCE: Final = re.compile(r"\[(E-[0-9A-F]+)\]")  # as lines begin that a customer was told the id of


def set_up(form: LogForm) -> None:
    """Every log handler that exists now writes in this form. Calling it again reaches the new ones."""
    formatter = stdlib.ProcessorFormatter(processors=_chain(form))
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        handler.setFormatter(formatter)
    logging.captureWarnings(form == "json")
    if structlog.is_configured():  # by Rasa: its loggers, those already in use too, hand over to the handlers
        chain: list[Processor] = structlog.get_config()["processors"]
        # Without Rasa's last ones: they write down the local variables of a failure.
        chain[:] = [stdlib.filter_by_level, dev.set_exc_info, stdlib.ProcessorFormatter.wrap_for_formatter]


def begin(sender: str, turn_id: str) -> None:
    """From now on the lines of this task carry the request's id: the same for the same message, always."""
    digest = hashlib.sha256(f"{sender}\0{turn_id}".encode()).hexdigest()
    contextvars.bind_contextvars(request_id=digest[:32])


def end() -> None:
    """What this task does from now on belongs to no request."""
    contextvars.unbind_contextvars("request_id")


def request_headers() -> dict[str, str]:
    """What tells the service the id of this task's request; empty outside of one."""
    request_id = contextvars.get_contextvars().get("request_id")
    return {"traceparent": f"00-{request_id}-{request_id[:16]}-01"} if request_id else {}


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
    return [*told, dev.ConsoleRenderer(colors=False, pad_event=0, exception_formatter=dev.plain_traceback)]


def _referred_to(_logger: Any, _method: str, event: EventDict) -> EventDict:
    found = _REFERENCE.match(str(event.get("event")))
    return {**event, "reference": found[1]} if found else event


def _masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: value if key in _OURS else _masked_value(value) for key, value in event.items()}


def _masked_value(value: Any) -> Any:
    """Whole numbers can be a phone's too; what JSON does not know is told by its `repr`."""
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        text = str(value)
        return value if mask(text) == text else mask(text)
    if isinstance(value, dict):
        return {mask(str(key)): _masked_value(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked_value(each) for each in value]
    return mask(repr(value))
