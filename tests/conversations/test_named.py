"""Amounts, months, periods and things that a question names, over the real channel."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told, yuan
from tests.live import LiveDemo, cards_of, titles_of, words_of

NAMED = [
    # Customer, the question, what its answer names, what it leaves out.
    ("c-owing", "账单分12期每期要多少钱", "12期：每期", "6期：每期"),
    ("c-owing", "我想分二十四期可以吗", "不能分24期，可分3、6、12期", ""),
    ("c-clean", "四千块的东西分六期手续费多少", "¥4,000.00办商品分期", "12期：每期"),
    ("anon", "买个3000的东西分12个月要收多少手续费", "¥3,000.00办商品分期", "6期：每期"),
    ("c-owing", "这个月账单我先还一百块行不行", "可以先还¥100.00", ""),
    ("c-overdue", "能不能先还五十块", "可以先还¥50.00，先抵逾期", ""),
    ("c-owing", "下个月账单大概要还多少", "{next_bill}出账，{next_due}到期", ""),
    ("c-owing", "查一下去年五月份的账单", "没有{last_year}年5月的账单", ""),
    ("c-owing", "查五百还是八百的账单", "{bill}", ""),
]

ASKS_OF_PURCHASES = [
    # Customer, the question, what its answer names, what it leaves out.
    ("c-owing", "餐桌现在还到第几期了", "实木餐桌 ¥1,680.00 {bill_before} 6期 ¥2,400.00", "平板"),
    ("c-owing", "云栖数码那单还欠多少", "轻薄平板电脑 6期 已出3期 ¥1,999.34", "餐桌"),
    ("c-owing", "羊毛开衫那件还了没有", "羊毛针织开衫 ¥359.00 {bill_of} {due}到期", "平板"),
    ("c-owing", "露营椅要什么时候还", "折叠露营椅 ¥199.00 还没出账 {next_due}到期", "平板"),
    ("c-owing", "青禾家居那里的还剩多少没还", "找到2笔 实木餐桌 餐椅四把 {bill_before}分期", "平板"),
    ("c-lowered", "智能手表的钱还清了吗", "智能手表 ¥1,299.00 已还清", "没有欠款"),
    ("c-refunding", "羊绒围巾那笔怎么样了", "羊绒围巾 ¥399.00 2到3个工作日", "已还清"),
    ("c-overlimit", "游戏手柄怎么没买成", "¥1,299.00 游戏手柄与底座 {available}", "还款记录"),
    # What is named is nothing of the customer's: the general answer.
    ("c-owing", "钢琴那笔还欠多少", "{bill} {due}到期", "找到"),
    ("c-clean", "钢琴还剩几期", "没有进行中的分期", "找到"),
]


@pytest.mark.parametrize(("customer", "question", "names", "leaves_out"), ASKS_OF_PURCHASES)
def test_the_answer_is_about_the_purchase_that_is_named(
    demo: LiveDemo, customer: str, question: str, names: str, leaves_out: str
) -> None:
    watch = Watch(demo)
    said = words_of(demo.say(customer, text=question))
    for name in names.split():
        assert name.format(**told(demo.ledger(customer))) in said, name
    assert leaves_out not in said and watch.changed() == {}


def test_an_order_by_its_number(demo: LiveDemo) -> None:
    watch = Watch(demo)
    refund = demo.ledger("c-refunding")["refunds"][0]
    said = words_of(demo.say("c-refunding", text=f"订单{refund['order_no']}现在什么情况"))
    assert refund["item"] in said and "隐去" not in said and watch.changed() == {}


REFUSED = [
    # Customer, the question, what its answer names.
    ("c-overlimit", "昨天那笔怎么没成", "¥1,299.00 超过当时的可用额度"),
    ("c-lowered", "昨天那单是怎么回事啊", "¥3,599.00 晚还了8天 ¥3,000.00"),
    ("c-unsupported", "昨天那笔为什么失败", "数码店购物卡 不支持月付"),
    ("c-unsupported", "前天那笔呢", "老街修表铺 不支持月付"),
    ("c-risk", "昨天晚上买东西怎么付不出去", "¥459.00 女士风衣 登录环境异常"),
    ("c-overdue", "前天那单什么情况", "¥399.00 床上四件套 {overdue}"),
]


@pytest.mark.parametrize(("customer", "question", "names"), REFUSED)
def test_a_refused_order_by_its_day(demo: LiveDemo, customer: str, question: str, names: str) -> None:
    watch = Watch(demo)
    said = words_of(demo.say(customer, text=question))
    for name in names.split():
        assert name.format(**told(demo.ledger(customer))) in said, name
    assert watch.changed() == {}


def test_a_repayment_of_that_day_is_no_refused_order(demo: LiveDemo) -> None:
    said = words_of(demo.say("c-lowered", text="昨天还款怎么回事"))
    assert told(demo.ledger("c-lowered"))["repaid"] in said and "投影仪" not in said


ENOUGH = [
    # Customer, the question, what the answer begins with, and how much over or short.
    ("c-owing", "五千四百块够不够结清", "够：", 540_000),
    ("c-owing", "我卡里只有5300，够一次还完吗", "结清不够，还差", 530_000),
    ("c-owing", "两百块能结清吗", "不够，还差", 20_000),
    ("c-overdue", "一千五够还清吗", "结清不够，还差", 150_000),
]


@pytest.mark.parametrize(("customer", "question", "begins", "fen"), ENOUGH)
def test_whether_an_amount_is_enough_and_by_how_much(
    demo: LiveDemo, customer: str, question: str, begins: str, fen: int
) -> None:
    watch = Watch(demo)
    said = demo.say(customer, text=question)
    quote = cards_of(demo.say(customer, text="我要全部提前还清"), "quote")[0]
    assert begins in said[0]["text"] and yuan(quote["total_fen"]) in said[0]["text"]
    assert yuan(abs(fen - quote["total_fen"])) in said[0]["text"] and watch.changed() == {}


def test_whether_it_is_enough_for_the_quote_shown(demo: LiveDemo) -> None:
    watch = Watch(demo)
    quote = demo.say("c-owing", text="我要全部提前还清")
    total_fen = cards_of(quote, "quote")[0]["total_fen"]
    said = demo.say("c-owing", text="五千四够不够")
    assert said[0]["text"].startswith("够：") and yuan(540_000 - total_fen) in said[0]["text"]
    assert titles_of(said) == titles_of(quote) and cards_of(said[1:], "quote") and watch.changed() == {}


@pytest.mark.parametrize(
    ("question", "names"),
    [("1500够还这个月账单吗", "够还 {bill} 还多"), ("800够还这期账单吗", "可以先还¥800.00 {minimum_left}")],
)
def test_whether_it_is_enough_for_the_bill(demo: LiveDemo, question: str, names: str) -> None:
    held = demo.ledger("c-owing")
    left = {"minimum_left": yuan(held["bill"]["minimum_fen"] - 80_000)}
    said = words_of(demo.say("c-owing", text=question))
    assert all(name.format(**told(held), **left) in said for name in names.split()), said


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
