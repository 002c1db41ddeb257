"""One spelling of what was typed."""

from __future__ import annotations

import pytest

from nlu.text import content, normalise, whole


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("抖音月付怎么关", "月付怎么关"),
        ("抖月付 关闭", "月付 关闭"),
        ("ＤＯＵ分期在哪", "月付在哪"),
        ("dou 分期在哪", "月付在哪"),
        ("放心花不用了", "月付不用了"),
        ("抖音月付怎麼關閉", "月付怎么关闭"),
        ("月付帳單", "月付账单"),
        ("月付😭怎么关！！！", "月付 怎么关"),
        ("怎么还啊啊啊啊啊", "怎么还啊啊"),
        ("欠了1000000元", "欠了1000000元"),
        ("１２期", "12期"),
        ("额度-50", "额度负50"),
        ("2026-11月", "2026 11月"),
        ("😭😭。。。？", ""),
        ("", ""),
    ],
)
def test_one_spelling(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("悦付怎么注消", "月付怎么注销"),
        ("月付以冻洁", "月付已冻结"),
        ("零时额度利西", "临时额度利息"),
        ("怎末提钱还请", "怎么提前还清"),
        ("手续废分其", "手续费分期"),
        ("月付可以体现吗", "月付可以提现吗"),
    ],
)
def test_words_typed_by_their_sound_are_put_right(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "剩余期数",
        "自动结清",
        "直接清掉",
        "分其他的",
        "零时扣款",
        "在次月还",
        "还宽限几天",
        "红包没体现",
        "我以前开的",
        "怎么调整信用额度",
        "还请月付客服查账单",
        "还请账单发我",
        "可以经常用",
        "所以经常逾期",
        "现在次数",
        "有关比如收入",
        "出现问题前",
        "象征性收费",
    ],
)
def test_a_word_that_only_holds_the_same_characters_stays(typed: str) -> None:
    assert normalise(typed) == typed


def test_another_companys_product_is_not_renamed() -> None:
    assert normalise("美团月付怎么关") == "美团月付怎么关"
    assert normalise("放心借怎么关") == "放心借怎么关"


@pytest.mark.parametrize(
    ("normalised", "expected"),
    [
        ("请问月付怎么关呢", "怎么关"),
        ("月付怎么关 谢谢", "怎么关"),
        ("谢谢", "谢谢"),
        ("你好 请问", "你好请问"),
        ("月付", "月付"),
        ("", ""),
    ],
)
def test_politeness_and_the_product_carry_no_intent_unless_they_are_all(
    normalised: str, expected: str
) -> None:
    assert content(normalised) == expected


def test_normalising_twice_changes_nothing() -> None:
    for typed in ("抖音 月付！！怎麼關閉", "ＤＯＵ分期 12期", "哈哈哈哈哈哈"):
        once = normalise(typed)
        assert normalise(once) == once


def test_the_whole_keeps_particles_and_where_the_product_is_named() -> None:
    assert whole(normalise("抖音月付 关了吗？")) == "#关了吗"
