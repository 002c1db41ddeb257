"""No password, token or full phone, card or identity number in a log or a conversation; order numbers stay.

Numbers are found in whatever digits they are written, full width and Chinese ones too, whole or in groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_DIGITS: Final = "０１２３４５６７８９", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "①②③④⑤⑥⑦⑧⑨"
_UNSEEN: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
#: Each character by one, so that what is found here is at the same place in the text.
_PLAIN: Final = {
    **{ord(char): str(value) for digits in _DIGITS[:3] for value, char in enumerate(digits)},
    **{ord(char): str(value) for value, char in enumerate(_DIGITS[3], 1)},
    **dict.fromkeys(map(ord, "\u3000\xa0\t"), " "),
    **dict.fromkeys(map(ord, "－–—‐‑‒―﹣_~～"), "-"),
    **dict.fromkeys(map(ord, "．·•・"), "."),
    ord("幺"): "1",
    ord("Ｘ"): "X",
    ord("ｘ"): "x",
}
_ANY_DIGIT: Final = rf"[{''.join(_DIGITS)}幺\d]"
_HIDDEN: Final = re.compile(f"(?<={_ANY_DIGIT})[{_UNSEEN}]+(?={_ANY_DIGIT})")
_GAP: Final = "[ .-]{0,3}"
_LONG_ENOUGH: Final = re.compile(rf"(?:\d{_GAP}){{10}}\d")  # what all of the patterns have in common
_PHONE: Final = re.compile(
    rf"(?<!\d)(1[3-9]\d){_GAP}(?:\d{{4}}{_GAP}|\d\d[ -]\d\d{_GAP}|\d{{3}}[ -]\d)(\d\d{_GAP}\d\d)(?!\d)"
)
_CARD: Final = re.compile(rf"(?<!\d)(?:\d{{4}}{_GAP}){{3}}\d{{1,4}}(?:{_GAP}\d{{1,3}})?(?!\d)")
_IN_ANY_GROUPS: Final = re.compile(r"(?<!\d)(?:\d[ -]{0,3}){12,18}\d(?!\d)")
_ONE_BY_ONE: Final = re.compile(r"(?<!\d)\d(?:[ .-]{1,3}\d){10,18}(?:[ .-]{1,3}[Xx])?(?![\dXx])")
# Region, birthday, sequence and check character: the check may be an X, which ends a run of digits.
_IDENTITY: Final = re.compile(
    rf"(?<!\d)[1-8]\d{{5}}{_GAP}(?:19|20)\d\d{_GAP}(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12]\d|3[01]){_GAP}"
    rf"\d{{3}}{_GAP}[\dXx](?![\dXx])"
)
# An order's number begins with its day, which no card does, or is called one.
_DAY_FIRST: Final = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CALLED_ORDER: Final = re.compile(r"(?:订单|单号|凭证号?|编号|order)[号是为：:# ]*$", re.IGNORECASE)
# A password or a code, typed out: 密码是…, 验证码 883921.
_SECRET: Final = re.compile(
    r"(密码|口令|验证码|校验码|动态码)(\s*[是为:：]+\s*[A-Za-z0-9][!-~]{3,}|\s*(?=[!-~]*\d)[A-Za-z0-9][!-~]{3,})"
)
# A login (JWT), a visitor's pass, or what is called a token.
_TOKEN: Final = re.compile(
    r"(?<![\w-])(eyJ|visitor\.)[\w-]{6,}(?:\.[\w-]*)*|((?:token|bearer|令牌)[\"']?\s*[是为:：=]?\s*)[\w.~+/-]{16,}",
    re.IGNORECASE,
)
# A one-time link's token, 32 bytes as base64url, as it is pasted: whoever has it links an app to an account.
LINK_TOKEN: Final = re.compile(
    r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{43}(?![\w-])", re.ASCII
)


def mask(text: str) -> str:
    """Nothing is left of a password, a code or a token (密码****); of numbers what `mask_numbers` keeps."""
    text = LINK_TOKEN.sub("****", text)
    text = _TOKEN.sub(lambda found: (found[1] or found[2]) + "****", text)
    return mask_numbers(_SECRET.sub(r"\1****", text))


def mask_numbers(text: str) -> str:
    """Keeps of the numbers that name a person or a card only the digits one recognises them by.

    Identity numbers and cards (13 to 19 digits) keep their last four characters, mainland mobile numbers
    (11 digits) their first three and last four. Numbers of orders and receipts stay.
    """
    seen = masked = _HIDDEN.sub("", text)
    if _LONG_ENOUGH.search(seen.translate(_PLAIN)):
        for pattern, kept in _KEPT:
            masked = _replaced(masked, pattern, kept)
    return text if masked == seen else masked


def _replaced(text: str, pattern: re.Pattern[str], kept: Callable[[re.Match[str]], str | None]) -> str:
    parts, end = [], 0
    for found in pattern.finditer(text.translate(_PLAIN)):
        left = kept(found)
        if left is not None:
            parts += [text[end : found.start()], left]
            end = found.end()
    return "".join([*parts, text[end:]])


def _last_four(found: re.Match[str]) -> str:
    return "****" + re.sub(r"[^\dXx]", "", found[0])[-4:]


def _of_card(found: re.Match[str]) -> str | None:
    """None where it is an order's number; a bank card that is called one is still a card."""
    if _DAY_FIRST.match(found[0]):
        return None
    digits = re.sub(r"\D", "", found[0])
    if _CALLED_ORDER.search(found.string[: found.start()]) and not (digits[:2] == "62" and _is_luhn(digits)):
        return None
    return _last_four(found)


def _of_any_groups(found: re.Match[str]) -> str | None:
    """Amounts stand beside each other too: only what the check digit says is a card's number."""
    return _of_card(found) if _is_luhn(re.sub(r"\D", "", found[0])) else None


def _of_phone(found: re.Match[str]) -> str:
    return f"{found[1]}****{re.sub(r'[^0-9]', '', found[2])}"


def _is_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


_KEPT: Final = (
    (_IDENTITY, _last_four),
    (_ONE_BY_ONE, _last_four),
    (_PHONE, _of_phone),
    (_IN_ANY_GROUPS, _of_any_groups),
    (_CARD, _of_card),
)
