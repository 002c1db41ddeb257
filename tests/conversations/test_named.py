"""Amounts, months, periods and things that a question names, over the real channel."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told
from tests.live import LiveDemo, titles_of, words_of

NAMED = [
    # Customer, the question, what its answer names, what it leaves out.
    ("c-owing", "账单分12期每期要多少钱", "12期：每期", "6期：每期"),
    ("c-owing", "我想分二十四期可以吗", "不能分24期，可分3、6、12期", ""),
    ("c-clean", "四千块的东西分六期手续费多少", "¥4,000.00办商品分期", "12期：每期"),
    ("anon", "买个3000的东西分12个月要收多少手续费", "¥3,000.00办商品分期", "6期：每期"),
    ("c-owing", "这个月账单我先还一百块行不行", "可以先还¥100.00", ""),
    ("c-overdue", "能不能先还五十块", "可以先还¥50.00，先抵逾期", ""),
    ("c-owing", "下个月账单大概要还多少", "{next_bill}出账，{next_due}到期", ""),
    ("c-owing", "查一下去年五月份的账单", "没有2025年5月的账单", ""),
    ("c-owing", "查五百还是八百的账单", "{bill}", ""),
]


@pytest.mark.parametrize(("customer", "question", "names", "leaves_out"), NAMED)
def test_the_answer_is_about_what_was_named(
    demo: LiveDemo, customer: str, question: str, names: str, leaves_out: str
) -> None:
    watch = Watch(demo)
    answer = demo.say(customer, text=question)
    said = words_of(answer)
    figures = told(demo.ledger(customer)) if customer != "anon" else {}
    assert names.format(**figures) in said and titles_of(answer)
    assert not leaves_out or leaves_out not in said
    assert watch.changed() == {}


def test_a_line_of_the_bill_by_its_amount(demo: LiveDemo) -> None:
    bill = demo.ledger("c-owing")["bill"]
    fens = [item["amount_fen"] for item in bill["items"]]
    line = next(item for item in bill["items"] if fens.count(item["amount_fen"]) == 1 and item["merchant"])
    watch = Watch(demo)
    said = demo.say("c-owing", text=f"账单里{line['amount_fen'] / 100:.2f}元这笔是什么")
    assert line["merchant"] in words_of(said) and "的，在" in words_of(said)
    assert titles_of(said) == ["全部一次结清", "怎么还款"] and watch.changed() == {}
