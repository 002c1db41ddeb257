"""Words that end as lenders' names do, and those of our own sentences that only look so."""

from __future__ import annotations

import pytest

from nlu.lender_ending import endings, lender
from nlu.products import is_about_other_product, names_our_product
from nlu.text import normalise

FOLDS = 3
OURS_TAKEN_AT_MOST = 0.001  # of the sentences that do not name 月付; measured 0.006 %


@pytest.fixture(scope="module")
def ours(sentences: list[tuple[str, str]]) -> list[str]:
    """What is asked of 月付."""
    return [normalise(text) for text, intent in sentences if intent != "out_of_scope"]


@pytest.fixture(scope="module")
def known(ours: list[str]) -> frozenset[str]:
    """The words with such an ending in what is asked of 月付."""
    return endings(ours)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("甜橙花怎么关", "甜橙花"),
        ("那个暖阳借扣我钱", "暖阳借"),
        ("我在麦穗易卡里买的电视退了", "麦穗易卡"),
        ("青松优品会员自动扣费", "青松优品"),
        ("金豆有钱还不进去", "金豆有钱"),
        ("春雷小贷在哪还", "春雷小贷"),
        ("注销枫叶钱包", "枫叶钱包"),
        ("不想要了 把海星金融关了", "海星金融"),
        ("我的银杏先享全部结清", "银杏先享"),
        ("竹叶后付上征信不上", "竹叶后付"),
        ("蓝鲸周转金 提前还", "蓝鲸周转金"),
        ("沃尔玛优鲜花给我注销", "沃尔玛优鲜花"),
        ("樱桃花这个东西怎么关掉", "樱桃花"),
    ],
)
def test_a_lenders_ending(text: str, name: str, known: frozenset[str]) -> None:
    assert lender(normalise(text), known).endswith(name)


@pytest.mark.parametrize(
    "text",
    [
        "额度怎么花",
        "我的钱包里没有月付",
        "卡里有钱怎么没扣",
        "刚还完能再借吗",
        "房贷被拒跟这个有没有关系",
        "还没花怎么有账单",
        "取消我的电饭煲分期",
        "找亲戚借钱还上了",
        "下一期能先付吗",
        "先买后付是什么意思",
        "",
    ],
)
def test_what_only_ends_alike(text: str, known: frozenset[str]) -> None:
    assert lender(normalise(text), known) == ""


def test_a_word_of_ours_is_no_name() -> None:
    assert lender("双十一花怎么还", endings([])) == ""  # 一 is in no name
    assert lender("立减花怎么还", endings([])) == "立减花"
    assert lender("立减花怎么还", endings(["立减花在哪看"])) == ""


def test_few_of_our_own_sentences_are_taken_for_anothers(ours: list[str]) -> None:
    taken, asked = [], 0
    for fold in range(FOLDS):
        known = endings(text for i, text in enumerate(ours) if i % FOLDS != fold)
        kept = [
            text
            for text in ours[fold::FOLDS]
            if not names_our_product(text) and not is_about_other_product(text)
        ]
        asked += len(kept)
        taken += [text for text in kept if lender(text, known)]
    assert len(taken) <= asked * OURS_TAKEN_AT_MOST, taken
