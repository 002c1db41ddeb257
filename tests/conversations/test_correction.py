"""'No, I asked about …', over the real channel: the other question is answered, and nothing moves."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

# Customer, what was asked, how it is put right, what the new answer names, and its buttons.
CORRECTIONS = [
    ("c-owing", "我要怎么还款", "不对，我是问最低还款是多少", "{minimum} {due}", "怎么还款 账单分期"),
    (
        "c-owing",
        "最低还款多少",
        "不是这个，我问的是怎么关闭月付",
        "{owed} 就可以关闭",
        "一次结清并关闭 只看怎么操作 先不关",
    ),
    ("c-owing", "下期几号出账", "说错了，我是想查一下额度", "{available}", "额度为什么是这么多 哪里能用"),
    ("c-clean", "我要开通月付", "打错了，是关闭月付", "没有欠款 可以关闭", "确认关闭 先不关"),
    ("c-clean", "额度是多少", "你理解错了，我问的是怎么提高额度", "{limit} 不能承诺", "查额度 怎么还款"),
    (
        "c-refunding",
        "账单什么时候出",
        "不对我问的是退款什么时候到账",
        "¥399.00 2到3个工作日",
        "查账单 人工客服",
    ),
    (
        "c-refunding",
        "额度是多少",
        "我不是问额度，我问退款的钱去哪了",
        "¥399.00 付款账户",
        "查账单 人工客服",
    ),
    ("c-lowered", "为什么用不了", "搞错了，我是问哪些店能用", "{available} 抖音商城", "为什么付不了"),
    (
        "c-lowered",
        "额度为什么降了",
        "不对，我是想问账单日是几号",
        "{next_bill}出账 {next_due}到期",
        "查账单",
    ),
    ("c-overlimit", "怎么还款", "不对我是问为什么付款失败", "¥1,299.00 {available}", "怎么还款 查看额度"),
    (
        "c-cured",
        "账单多少",
        "不是问账单，我问什么时候能解冻",
        "可以申请解冻 以系统评估为准",
        "申请解冻 先不申请",
    ),
    ("c-unknown", "额度多少", "不是，我是问那笔钱扣了没有", "¥886.00 正在核实 不要重复付款", "人工客服"),
    ("anon", "怎么开通月付", "不对，我是问怎么关闭", "账户管理 登录后", "登录后办理 关闭有什么影响"),
]


@pytest.mark.parametrize(("customer", "question", "correction", "names", "buttons"), CORRECTIONS)
def test_the_other_question_is_answered(
    demo: LiveDemo, customer: str, question: str, correction: str, names: str, buttons: str
) -> None:
    watch = Watch(demo)
    figures = {} if customer == "anon" else told(demo.ledger(customer))
    first = demo.say(customer, text=question)
    said = demo.say(customer, text=correction)
    for name in names.split():
        assert name.format(**figures) in words_of(said), name
    assert titles_of(said) == buttons.split() != titles_of(first)
    assert watch.changed() == {}


@pytest.mark.parametrize(
    ("correction", "card", "names"),
    [("不对，我是问这个月账单", "bill", "{bill} {due}到期"), ("不对，是要关闭月付", "debts", "{owed}")],
)
def test_corrected_after_a_quote_nothing_is_charged(
    demo: LiveDemo, correction: str, card: str, names: str
) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="我要全部提前还清")
    said = demo.say("c-owing", text=correction)
    assert cards_of(said, card)
    assert all(name.format(**told(demo.ledger("c-owing"))) in words_of(said) for name in names.split())
    assert watch.changed() == {}


def test_only_this_months_bill_then_not_everything(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="我要全部提前还清")
    demo.say("c-owing", text="算了")
    said = demo.say("c-owing", text="不对，我只还这个月的")
    assert told(demo.ledger("c-owing"))["bill"] in words_of(said) and not cards_of(said, "quote")
    assert titles_of(said) == ["最低还款", "全部一次结清"] and watch.changed() == {}


def test_settling_meant_not_closing(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="怎么关闭月付")
    said = demo.say("c-owing", text="不是关闭，我要一次还清全部")
    assert "看明细" in words_of(said)
    quote = demo.say("c-owing", button=button(said, "查看结清明细"))
    assert not cards_of(quote, "quote")[0]["close_after"] and "并关闭" not in words_of(quote)
    assert watch.changed() == {}


def test_closing_meant_not_settling_alone(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-overdue", text="我要全部提前还清")
    owed = demo.say("c-overdue", text="说错了，我要关闭月付")
    quote = demo.say("c-overdue", button=button(owed, "一次结清并关闭"))
    assert cards_of(quote, "quote")[0]["close_after"] and watch.changed() == {}
    demo.say("c-overdue", button=button(quote, "确认结清并关闭"), acr="payment")
    assert demo.ledger("c-overdue")["state"] == "CLOSED" and set(watch.changed()) == {"c-overdue"}


def test_another_product_was_meant(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-owing", text="怎么还款")
    said = demo.say("c-owing", text="不是月付，我问的是放心借怎么还")
    assert "只负责月付" in words_of(said) and "¥" not in words_of(said)
    assert titles_of(said) == ["看看能办什么", "人工客服"] and watch.changed() == {}


def test_corrected_twice(demo: LiveDemo) -> None:
    watch = Watch(demo)
    demo.say("c-lowered", text="额度为什么降了")
    demo.say("c-lowered", text="不对，我是想问账单日是几号")
    said = demo.say("c-lowered", text="也不是，我是要关闭月付")
    assert titles_of(said) == ["确认关闭", "先不关"] and cards_of(said, "close_decision")
    assert watch.changed() == {}
