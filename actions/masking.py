"""What the staff's ticket keeps of a customer's words: no full number of a person, no password."""

from __future__ import annotations

import re

LONG_NUMBER = re.compile(r"(?<![A-Za-z\d\-])(?!20\d\d-?[01]\d-?[0-3]\d)\d[\d \-]{5,}\d")
# A password or a code, typed out (密码是…, 验证码 883921) or as a channel leaves it (密码****).
SECRET = re.compile(
    r"(密码|口令|验证码|校验码|动态码)(\*{4}|\s*[是为:：]+\s*[A-Za-z0-9][!-~]{3,}|\s*(?=[!-~]*\d)[A-Za-z0-9][!-~]{3,})"
)


def masked(text: str) -> str:
    """Numbers as long as a phone's, a card's or an identity's keep only their last four digits.

    Numbers of orders and receipts, which begin with a letter or with their day, stay. Of a password or a
    code nothing stays.
    """
    text = SECRET.sub(r"\1****", text)
    return LONG_NUMBER.sub(lambda found: "*" * 4 + re.sub(r"\D", "", found[0])[-4:], text)
