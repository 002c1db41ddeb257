"""No full phone or card number in a log, and no full card number in a conversation."""

from __future__ import annotations

import logging
import re

PHONE = re.compile(r"(?<!\d)(1[3-9]\d)([ -]?)\d{4}\2(\d{4})(?!\d)")
CARD = re.compile(r"(?<!\d)(?:\d{4}[ -]?){3}\d{1,4}(?:[ -]?\d{1,3})?(?!\d)")


def mask_cards(text: str) -> str:
    """Runs of 13 to 19 digits, plain or in groups of four, keep only their last four digits."""
    return CARD.sub(lambda found: "****" + re.sub(r"\D", "", found[0])[-4:], text)


def mask(text: str) -> str:
    """As `mask_cards`; mainland mobile numbers (11 digits) keep their first three and last four."""
    return PHONE.sub(r"\1****\3", mask_cards(text))


class MaskingFormatter(logging.Formatter):
    """Masks the finished line of another formatter: message, arguments and traceback alike."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return mask(self.inner.format(record))


def mask_all_logs() -> None:
    """Wraps the formatter of every log handler that exists now. Calling it twice changes nothing."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        if not isinstance(handler.formatter, MaskingFormatter):
            handler.setFormatter(MaskingFormatter(handler.formatter or logging.Formatter()))
