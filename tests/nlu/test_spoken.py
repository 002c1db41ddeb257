"""Amounts, months, days and numbers of periods, as customers say them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from nlu import spoken


def values(text: str, kind: str) -> list[Any]:
    return [each.value for each in spoken.find(text) if each.kind == kind]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("先打算还五百块", 50_000),
        ("这次就还800", 80_000),
        ("我付了一千二", 120_000),
        ("还1.5w", 1_500_000),
        ("欠了3k", 300_000),
        ("扣走３９.９０元", 3_990),
        ("扣走￥39.90", 3_990),
        ("那个 2,450.00 没看懂", 245_000),
        ("两百五那笔是谁买的", 25_000),
        ("二十块五是什么费", 2_050),
        ("一块二毛也要收", 120),
        ("一块钱", 100),
        ("四千八分6期", 480_000),
        ("68.5是啥", 6_850),
        ("先还600，剩下300下次", 60_000),
        ("四千六够不够", 460_000),
        ("手里只有2300了", 230_000),
        ("1800能还清吗", 180_000),
    ],
)
def test_an_amount_is_read_as_fen(text: str, fen: int) -> None:
    assert values(text, spoken.MONEY) == [fen]


@pytest.mark.parametrize(
    "text",
    [
        *("一次还清", "还一下看看", "扣了2次", "还3个月", "6号还行不行", "还百分之十", "年化18.25%"),
        *("一百多块", "几百块钱", "十二块几", "一块儿还了", "尾号7321的卡", "打12345投诉", "工单88231"),
        *("有12期没还", "还有18天", "有几百", "11月能还清吗", "3期能还完吗", "够不够"),
        *("2026年", "13900001111", "百百块", "还了又还", "11月6日", "好的886", "订单100200300400"),
    ],
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert values(text, spoken.MONEY) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十月账单", {"month": 10}),
        ("9月份我买了啥", {"month": 9}),
        ("十二月的明细", {"month": 12}),
        ("2025年3月账单", {"month": 3, "year": 2025}),
        ("去年11月那期", {"month": 11, "years_ago": 1}),
        ("上个月花了多少", {"months_ago": 1}),
        ("上上个月的账单", {"months_ago": 2}),
        ("下月要交多少", {"months_ago": -1}),
        ("一月份账单", {"month": 1}),
    ],
)
def test_a_month_is_read_with_its_year_or_from_today(text: str, value: dict[str, int]) -> None:
    assert values(text, spoken.MONTH) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "十月付关掉",
        "点了下月付",
        "上月付的当",
        "11月6号到期",
        "每月1日",
        "6个月",
        "一月多少钱",
        "13月账单",
        "月月还",
    ],
)
def test_what_is_no_month_is_none(text: str) -> None:
    assert values(text, spoken.MONTH) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6号那笔是什么", {"day": 6}),
        ("上个月六号买了啥", {"day": 6, "months_ago": 1}),
        ("上上月二十六号扣的", {"day": 26, "months_ago": 2}),
        ("这个月3日的消费", {"day": 3, "months_ago": 0}),
        ("11月6日花了多少", {"day": 6, "month": 11}),
        ("十月三十一号下的单", {"day": 31, "month": 10}),
        ("昨天那笔", {"days_ago": 1}),
        ("大前天买的", {"days_ago": 3}),
    ],
)
def test_a_day_is_read(text: str, value: dict[str, int]) -> None:
    assert values(text, spoken.DAY) == [value]


@pytest.mark.parametrize(
    "text",
    ["每月6号还", "每个月6号扣", "6号之前还清", "6号楼", "32号", "尾号6688", "106号", "二三十号人", "6号线"],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert values(text, spoken.DAY) == []


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("分12期", [12]),
        ("三期和六期哪个省", [3, 6]),
        ("分成24个月", [24]),
        ("分一年还", [12]),
        ("分半年", [6]),
        ("分期两年", [24]),
        ("第3期扣了没", []),
        ("下一期多少", []),
        ("上两期", []),
        ("1期", []),
        ("三期限时", []),
        ("分一百年", []),
    ],
)
def test_a_number_of_periods_is_read(text: str, periods: list[int]) -> None:
    assert values(text, spoken.PERIODS) == periods


def test_each_says_where_it_stands() -> None:
    text = "四千八分６期，从上个月算"
    assert [(each.kind, text[each.start : each.end]) for each in spoken.find(text)] == [
        (spoken.MONEY, "四千八"),
        (spoken.PERIODS, "６期"),
        (spoken.MONTH, "上个月"),
    ]


def test_no_writing_of_numbers_breaks_it() -> None:
    alphabet = (
        "零〇一二两三四五六七八九十百千万0123456789.,块元毛期月年分还付扣¥多几个wkW１，。上下去那笔是啥半"
    )
    rng = random.Random(20261124)
    for _ in range(3_000):
        text = "".join(rng.choices(alphabet, k=rng.randint(1, 30)))
        for each in spoken.find(text):
            assert 0 <= each.start < each.end <= len(text)
            assert each.kind == spoken.MONTH or each.value > 0
