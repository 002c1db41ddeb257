"""Amounts of money, months, days and numbers of periods in a sentence, in digits and as they are spoken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import cn2an

MONEY, MONTH, DAY, PERIODS = "money", "month", "day", "periods"

_HAN: Final = "零〇一二两俩三四五六七八九十百千万"
_MORE: Final = f"(?![{_HAN}\\dwk.])"  # a number is taken whole or not at all
_START: Final = r"(?<![\d.,a-z])"
_ARABIC: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_NUMBER: Final = rf"{_START}(?:{_ARABIC}(?:\.\d+)?|[{_HAN[:-2]}])[{_HAN}\dwk]*"
_LARGE: Final = rf"{_START}(?:{_ARABIC}(?:\.\d+|(?<=\d\d)|[wk{_HAN}])|[{_HAN[:-2]}][{_HAN}])[{_HAN}\dwk]*"
_CENTS: Final = rf"{_START}(?:{_ARABIC}\.\d{{2}}|\d{{1,3}}(?:,\d{{3}})+)"
_MOST_YUAN: Final = 1_000_000
_MOST_PERIODS: Final = 60

# 一百多, 几百块 and 一块儿 are no amounts; 3期, 2次 and 6号 count something else; 尾号6688 is a name.
_COUNTED: Final = r"(?!\s*(?:[多几来期个天月号日次遍年岁点笔%:时小人家条版楼折倍张度-]|分[之钟]|的?订?单))"
_NAMED: Final = r"(?<![号第卡单码])(?<!尾号是)"
_SPENT: Final = "(?:还|付|扣|欠|差|少|花|买|借|刷|存|转|有|剩|拿|凑)(?:我|你们|了|掉|过|上|先|个|款|钱)*"
_AMOUNTS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[¥$]\s*(?P<yuan>{_NUMBER}){_MORE}",
        rf"(?P<yuan>{_NUMBER})\s*(?:块(?:钱|(?=[{_HAN}\d])|(?<!一块)(?!儿))|元钱?|圆|rmb|人民币)(?![几多])"
        rf"(?:(?P<jiao>[一二两三四五六七八九\d])(?:毛|角|(?![{_HAN}\d期个])))?",
        rf"{_SPENT}(?P<yuan>{_LARGE}){_MORE}{_COUNTED}",
        rf"{_NAMED}(?P<yuan>{_LARGE})(?=分|(?:的?[那这][笔个]|的?是[啥什]))",
        rf"{_NAMED}(?P<yuan>{_LARGE})(?=够|呢|[能可](?:不[能可])?以?(?:一次|全部?|都)*(?:还清|结清|还完|还上))",
        rf"{_NAMED}(?P<yuan>{_CENTS}){_MORE}{_COUNTED}",
    )
)
# 十月付 is a customer's 月付; 11月6号 is a day; 一月 may be every month.
_NO_MONTH: Final = r"(?!付(?!款)|供|底|初|\d|[一二三四五六七八九十]+[日号])"
_MONTH_NUMBER: Final = rf"(?<!\d)1[0-2]|(?<!\d)0?[1-9]|(?<![{_HAN}])十?[一二三四五六七八九十]"
_OF_YEAR: Final = re.compile(
    rf"(?:(?P<year>20\d\d)年|(?P<last>去年)|今年)?的?(?P<month>{_MONTH_NUMBER})月"
    rf"(?:份|(?<!一月)|(?=的?账单)){_NO_MONTH}"
)
_AGO: Final = re.compile(rf"(?P<way>上上|上|下下|下)个?月{_NO_MONTH}")
#: 每月6号 is every month's, 6号前 and 6号楼 are no day on which something was done.
_DAY_OF: Final = re.compile(
    rf"(?<![每个]月)(?<!每个月的)(?:(?P<way>上上|上|这|本)个?月|(?P<month>{_MONTH_NUMBER})月)?的?(?:份的?)?"
    rf"(?P<day>(?<!\d)(?:[12]\d|3[01]|0?[1-9])|(?<![{_HAN}])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]))"
    r"[号日](?![前后楼线店卡码]|之[前后]|以[前后]|期)"
)
_DAYS_AGO: Final = re.compile("(?P<ago>大前|前|昨)[天日]")
#: And how many periods each that is counted has: a month one, a year twelve.
_COUNTS: Final = (
    (re.compile(rf"(?<![第上下前后近])(?P<count>{_NUMBER})\s*期(?![限间待权望货])"), 1),
    (re.compile(rf"分(?:成|期|为)?(?P<count>{_NUMBER})个?月"), 1),
    (re.compile(rf"分(?:成|期|为)?(?P<count>{_NUMBER}|半)年"), 12),
)


@dataclass(frozen=True)
class Spoken:
    """One thing said, from `start` to `end` of the text.

    `value`: of MONEY the fen; of PERIODS their number; of a MONTH {"months_ago": 1} (-1: the next), or
    {"month": 10} with a "year", with "years_ago", or with neither; of a DAY {"days_ago": 1}, or {"day": 6}
    with "months_ago", with a "month", or with neither.
    """

    kind: str
    value: Any
    start: int
    end: int


def find(text: str) -> list[Spoken]:
    """All that is said of the four, in the order of the text."""
    same = _one_form(text)
    found: list[Spoken] = []
    for each in (*_periods(same), *_days(same), *_months(same), *_amounts(same)):
        if all(each.end <= other.start or each.start >= other.end for other in found):
            found.append(each)
    return sorted(found, key=lambda each: each.start)


def _one_form(text: str) -> str:
    """Half-width and small letters, character by character, so that places in the text stay the same.

    ，stays, which parts words and not the thousands of a number.
    """
    forms = ((char, unicodedata.normalize("NFKC", char).lower()) for char in text)
    return "".join(form if len(form) == 1 and char != "，" else char for char, form in forms)


def _number(said: str) -> Decimal | None:
    """两百五 is 250, 1.5w 15000, 3千2 3200; None for what is no number (百百)."""
    plain = said.replace(",", "").replace("俩", "两").replace("w", "万").replace("k", "千")
    try:
        return Decimal(str(cn2an.cn2an(plain, "smart")))
    except (LookupError, ValueError):  # what the library says of 百百 and of 十一百一
        return None


def _amounts(text: str) -> Iterator[Spoken]:
    for pattern in _AMOUNTS:
        for match in pattern.finditer(text):
            yuan, jiao = _number(match["yuan"]), match.groupdict().get("jiao")
            if yuan is not None:
                fen = int(yuan * 100) + (int(_number(jiao) or 0) * 10 if jiao else 0)
                if 0 < fen <= _MOST_YUAN * 100:
                    yield Spoken(MONEY, fen, match.start("yuan"), match.end())


def _months(text: str) -> Iterator[Spoken]:
    for match in _OF_YEAR.finditer(text):
        number = _number(match["month"])
        if number is not None and 1 <= number <= 12:
            value = {"month": int(number)}
            if match["year"]:
                value["year"] = int(match["year"])
            elif match["last"]:
                value["years_ago"] = 1
            yield Spoken(MONTH, value, match.start(), match.end())
    for match in _AGO.finditer(text):
        months = len(match["way"]) * (1 if match["way"][0] == "上" else -1)
        yield Spoken(MONTH, {"months_ago": months}, match.start(), match.end())


def _days(text: str) -> Iterator[Spoken]:
    for match in _DAY_OF.finditer(text):
        value = {"day": int(_number(match["day"]) or 0)}
        if match["way"]:
            value["months_ago"] = match["way"].count("上")
        elif match["month"]:
            value["month"] = int(_number(match["month"]) or 0)
        yield Spoken(DAY, value, match.start(), match.end())
    for match in _DAYS_AGO.finditer(text):
        yield Spoken(
            DAY, {"days_ago": {"昨": 1, "前": 2, "大前": 3}[match["ago"]]}, match.start(), match.end()
        )


def _periods(text: str) -> Iterator[Spoken]:
    for pattern, months in _COUNTS:
        for match in pattern.finditer(text):
            count = Decimal("0.5") if match["count"] == "半" else _number(match["count"])
            periods = (count or 0) * months
            if 2 <= periods <= _MOST_PERIODS and periods == int(periods):
                yield Spoken(PERIODS, int(periods), match.start(), match.end())
