"""No password and no full phone, card or identity number in a log or a conversation; order numbers stay."""

from __future__ import annotations

import logging
import re

PHONE = re.compile(r"(?<!\d)(1[3-9]\d)([ -]?)\d{4}\2(\d{4})(?!\d)")
CARD = re.compile(r"(?<!\d)(?:\d{4}[ -]?){3}\d{1,4}(?:[ -]?\d{1,3})?(?!\d)")
# Region, birthday, sequence and check character: the check may be an X, which ends a run of digits.
IDENTITY = re.compile(
    r"(?<!\d)[1-8]\d{5}[ -]?(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?(\d{3}[\dXx])(?!\d)"
)
# An order's number begins with its day, which no card does, or is called one.
DAY_FIRST = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
CALLED_ORDER = re.compile(r"(?:订单|单号|凭证号?|编号|order)[号是为：:# ]*$", re.IGNORECASE)
# A password or a code, typed out: 密码是…, 验证码 883921.
SECRET = re.compile(
    r"(密码|口令|验证码|校验码|动态码)(\s*[是为:：]+\s*[A-Za-z0-9][!-~]{3,}|\s*(?=[!-~]*\d)[A-Za-z0-9][!-~]{3,})"
)


def mask(text: str) -> str:
    """Nothing of a password or a code (密码**** is left), and of numbers what `mask_numbers` keeps."""
    return mask_numbers(SECRET.sub(r"\1****", text))


def mask_numbers(text: str) -> str:
    """Keeps of the numbers that name a person or a card only the digits one recognises them by.

    Identity numbers and cards (13 to 19 digits, plain or in groups of four) keep their last four characters,
    mainland mobile numbers (11 digits) their first three and last four. Numbers of orders and receipts stay.
    """
    return PHONE.sub(r"\1****\3", CARD.sub(_mask_card, IDENTITY.sub(r"****\1", text)))


def _mask_card(found: re.Match[str]) -> str:
    if DAY_FIRST.match(found[0]) or CALLED_ORDER.search(found.string[: found.start()]):
        return found[0]
    return "****" + re.sub(r"\D", "", found[0])[-4:]


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
