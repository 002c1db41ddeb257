"""Which parts of a message may each be a question."""

from __future__ import annotations

import pytest

from nlu.clauses import questions
from nlu.text import normalise


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("怎么还款？怎么关闭", ["怎么还款", "怎么关闭"]),
        ("我要注销月付，另外自动扣款会不会继续", ["我要注销月付", "自动扣款会不会继续"]),
        ("最低还多少和怎么还", ["最低还多少", "怎么还"]),
        ("账单日能换吗，早上几点扣钱", ["账单日能换吗", "早上几点扣钱"]),
        ("能提额吗为什么付不了", ["能提额吗", "为什么付不了"]),
        ("帮我查下欠款 顺便看看额度", ["帮我查下欠款", "看看额度"]),
        ("利息怎么算还有什么时候出账", ["利息怎么算", "什么时候出账"]),
        ("账单是多少，另外转人工", ["账单是多少", "转人工"]),
        ("能提额吗 不行就转人工", ["能提额吗", "不行就转人工"]),
        ("退款到哪了，人工", ["退款到哪了", "人工"]),
        ("先跟我说额度多少再告诉我怎么还款", ["先跟我说额度多少", "告诉我怎么还款"]),
        ("先说利息怎么算然后说怎么还", ["先说利息怎么算", "说怎么还"]),
    ],
)
def test_each_question_by_itself(text: str, found: list[str]) -> None:
    assert questions(normalise(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "怎么关闭月付",
        "你好，怎么关闭月付？谢谢",
        "昨天还了，怎么还显示欠着",
        "还有多少没还",
        "前几次都扣了 怎么还显示欠着",
        "逾期了会上征信吗？急",
        "忘了哪个号 怎么还",
        "能提额吗，不要转人工",
        "别转人工，怎么还款",
        "利息和人工费怎么算",
        "还清了再说怎么样",
        "过几天再告诉我可以吗",
        "",
        "🙂",
    ],
)
def test_one_question_or_none(text: str) -> None:
    assert questions(normalise(text)) == []
