"""`why unusable` for every demo customer, over the real channel: the cause in the ledger, not a list."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

QUESTION = "为什么我的月付用不了？"


@pytest.mark.parametrize(
    ("customer", "cause", "evidence", "remedy"),
    [
        ("c-overdue", "overdue", "逾期违约金|违约金", "现在全部结清"),
        ("c-lowered", "lowered", "¥3,000.00", "怎么还款"),
        ("c-risk", "risk", "3台设备", "已改密码，申请解冻"),
        ("c-overlimit", "over_limit", "¥1,299.00", "怎么还款"),
        ("c-unsupported", "item", "数码店购物卡", "哪里能用月付"),
        ("c-bureau", "bureau", "其他机构", "人工客服"),
        ("c-cured", "cured", "申请解冻", "申请解冻"),
    ],
)
def test_the_actual_cause_and_its_remedy(
    demo: LiveDemo, customer: str, cause: str, evidence: str, remedy: str
) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=QUESTION)
    assert [card["cause"] for card in cards_of(said, "diagnosis")] == [cause]
    assert any(word in words_of(said) for word in evidence.split("|"))
    assert remedy in titles_of(said) and watch.changed() == {}


def test_cured_files_an_application_with_a_number(demo: LiveDemo) -> None:
    watch = Watch(demo)
    offer = demo.say("c-cured", text=QUESTION)
    assert titles_of(offer) == ["申请解冻", "先不申请"]
    filed = demo.say("c-cured", button=button(offer, "申请解冻"))
    assert "申请编号" in words_of(filed) and "以系统评估为准" in words_of(filed)
    assert demo.ledger("c-cured")["freezes"], "an application lifts nothing by itself"
    assert watch.changed() == {"c-cured": {"applications"}}


@pytest.mark.parametrize("customer", ["c-clean", "anon"])
def test_without_a_cause_the_four_and_a_question(demo: LiveDemo, customer: str) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=QUESTION)
    assert all(word in words_of(said) for word in ("逾期", "登录环境", "额度", "店铺或商品"))
    assert len(said[-1]["buttons"]) == 4 and watch.changed() == {}


@pytest.mark.parametrize(
    ("customer", "words", "leads_to"),
    [("c-closed", "已于", "怎么重新开通"), ("c-unknown", "不要重复付款", "人工客服")],
)
def test_closed_and_being_checked(demo: LiveDemo, customer: str, words: str, leads_to: str) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=QUESTION)
    assert words in words_of(said) and titles_of(said) == [leads_to] and watch.changed() == {}
