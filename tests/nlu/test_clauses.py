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
        ("利息怎么算还有什么时候出账", ["利息怎么算", "什么时候出账"]),
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
        "忘了哪个号 怎么还",
        "",
        "🙂",
    ],
)
def test_one_question_or_none(text: str) -> None:
    assert questions(normalise(text)) == []
