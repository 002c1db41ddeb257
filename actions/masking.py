"""What the service keeps of words: no full number of a person, no password.

The channel has masked precisely what customers typed; here goes whatever may still be one.
"""

from __future__ import annotations

import re
from typing import Final

# Neither the number of an order or a receipt (after a letter, or with its day first) nor the rest of one.
_DAY_FIRST: Final = r"(?!20\d\d-?[01]\d-?[0-3]\d)"
LONG_NUMBER = re.compile(rf"(?<![A-Za-z\d\-]){_DAY_FIRST}\d[\d \-]{{5,}}\d")
_PERSONAL: Final = re.compile(
    rf"(?<![A-Za-z\d]){_DAY_FIRST}(?:1[ \-]?[3-9](?:[ \-]?\d){{9}}|\d(?:[ \-]?\d){{12,17}}[\dXx]?)(?![\dXx])"
)
# A password or a code, typed out (密码是…, 验证码 883921) or as a channel leaves it (密码****).
SECRET = re.compile(
    r"(密码|口令|验证码|校验码|动态码)(\*{4}|\s*[是为:：]+\s*[A-Za-z0-9][!-~]{3,}|\s*(?=[!-~]*\d)[A-Za-z0-9][!-~]{3,})"
)
_LOGIN: Final = re.compile(r"(?<![\w-])eyJ[\w-]{6,}(?:\.[\w-]*)*")  # a JWT


def masked(text: str) -> str:
    """A customer's words for a ticket: numbers as long as a phone's, a card's or an identity's keep only
    their last four digits.

    Numbers of orders and receipts, which begin with a letter or with their day, stay. Of a password or a
    code nothing stays.
    """
    return LONG_NUMBER.sub(_last_four, SECRET.sub(r"\1****", text))


def impersonal(text: str) -> str:
    """Words of the staff or of a log: mobile numbers (11 digits), cards and identities (13 to 19) keep only
    their last four characters, of a login nothing stays. Shorter numbers, a hotline's too, are needed.
    """
    return _PERSONAL.sub(_last_four, _LOGIN.sub("eyJ****", text))


def _last_four(found: re.Match[str]) -> str:
    return "****" + re.sub(r"[^\dXx]", "", found[0])[-4:]
