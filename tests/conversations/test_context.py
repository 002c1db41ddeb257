"""Words that lean on what was said before, and two questions at once: over the real channel, no row moved."""

from __future__ import annotations

import pytest

from tests.conversations.watch import Watch, told, yuan
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

# Customer, the question before, the short words after its answer, what these are answered with, the buttons.
SHORT = [
    ("c-refunding", "我的退款到哪了", "能加急吗", "¥399.00 没法加急", "查账单 人工客服"),
    ("c-refunding", "我的退款到哪了", "那什么时候到", "¥399.00 约2到3个工作日", "查账单 人工客服"),
    ("c-refunding", "我的退款到哪了", "退到哪张卡", "¥399.00 退回您的付款账户", "查账单 人工客服"),
    ("c-refunding", "我的退款到哪了", "究竟几号能到账", "¥399.00 约2到3个工作日", "查账单 人工客服"),
    ("c-closed", "有人打来说我月付欠了两千没还", "那要不要转给他", "不要照对方说的做 诈骗", "登记盗用调查"),
    ("c-lowered", "怎么关闭月付，关了影响征信吗", "那手续费呢", "不收费", "现在关闭月付 自己怎么操作 先不关"),
    ("c-clean", "关了以后会怎么样", "还能再开吗", "可以再申请 不一定通过", "关闭月付"),
    ("c-owing", "我欠多少钱", "这个月呢", "{bill} {due}到期", "全部一次结清 怎么还款 最低还款"),
    ("c-owing", "我欠多少钱", "还有吗", "里有 {bill}", "全部一次结清 怎么还款"),
    ("c-owing", "我欠多少钱", "那手续费呢", "15.27%", "查账单 提前结清要多少钱"),
    ("c-unsupported", "哪里能用月付", "还有吗", "{available} 抖音月付", "为什么付不了"),
    ("c-risk", "为什么用不了", "然后呢", "先改密码", "已改密码，申请解冻 不是我登录的"),
    ("c-owing", "这个月还不上了", "有别的办法吗", "登记还款困难", "登记还款困难 怎么还款 人工客服"),
    ("c-overdue", "违约金多少", "每天涨多少", "每天涨{a_day} {overdue}", "现在还清 还不上怎么办"),
    ("c-lowered", "为什么额度降了", "能给我恢复吗", "系统评估 没有固定时间", "查额度 怎么还款"),
    ("c-overdue", "违约金多少", "能不能免了", "{overdue} 不能减免", "现在还清 还不上怎么办 人工客服"),
    ("c-owing", "自动还款什么时候扣", "几点", "{due}08:00", "不等自动扣，现在怎么还"),
    ("c-refunding", "我要关月付", "为什么不行", "¥399.00 退款", "查看退款"),
    ("c-overlimit", "手柄怎么买不了", "牛奶呢", "牛奶两箱 ¥136.00", "全部一次结清 怎么还款"),
    ("c-unsupported", "购物卡为什么买不了", "修表那家呢", "老街修表铺 不支持月付", "哪里能用月付"),
    ("c-overdue", "1600够还清吗", "1500呢", "还差{short_of_1500}", "怎么还款"),
    ("c-risk", "为什么用不了", "多久能好", "先改密码", "已改密码，申请解冻 不是我登录的"),
    ("c-cured", "哪里能用月付", "我要申请", "以系统评估为准", "申请解冻 先不申请"),
]


@pytest.mark.parametrize(("customer", "before", "words", "names", "buttons"), SHORT)
def test_short_words_are_about_the_last_answer(
    demo: LiveDemo, customer: str, before: str, words: str, names: str, buttons: str
) -> None:
    watch = Watch(demo)
    demo.say(customer, text=before)
    said = demo.say(customer, text=words)
    for name in names.split():
        assert name.format(**told(demo.ledger(customer))) in words_of(said), name
    assert titles_of(said) == buttons.split() and watch.changed() == {}


BESIDE_A_QUOTE = [
    ("你先说清楚 为啥是这么多钱", "手续费 {fees}"),
    ("多出来的{fees}是什么钱", "手续费 {fees}"),
    ("那我先还500", "还差 {total}"),
]


@pytest.mark.parametrize(("words", "names"), BESIDE_A_QUOTE)
def test_what_is_said_of_the_amounts_beside_a_quote_is_of_the_quote(
    demo: LiveDemo, words: str, names: str
) -> None:
    watch = Watch(demo)
    [shown] = cards_of(demo.say("c-owing", text="我要提前还清全部月付"), "quote")
    fees_fen = sum(line["amount_fen"] for line in shown["lines"] if "手续费" in line["label"])
    amounts = {"total": yuan(shown["total_fen"]), "fees": yuan(fees_fen)}
    said = demo.say("c-owing", text=words.format(**amounts))
    for name in names.split():
        assert name.format(**amounts) in words_of(said), name
    assert f"确认结清 {amounts['total']}" in titles_of(said) and watch.changed() == {}


def test_a_question_about_the_open_quote_keeps_it_open(demo: LiveDemo) -> None:
    watch = Watch(demo)
    first = demo.say("c-owing", text="我要提前还清全部月付")
    asked = demo.say("c-owing", text="要手续费吗")
    assert cards_of(asked, "quote") and "没有扣款" in words_of(asked)
    assert titles_of(asked) == titles_of(first) and watch.changed() == {}


@pytest.mark.parametrize("question", ["那手续费呢", "怎么这么多手续费", "里面都有什么钱"])
@pytest.mark.parametrize("close_after", [False, True])
def test_the_fees_of_the_quote_shown_are_told_and_it_is_offered_again(
    demo: LiveDemo, question: str, close_after: bool
) -> None:
    watch = Watch(demo)
    first = demo.say("c-owing", text="怎么关闭月付" if close_after else "我要提前还清全部月付")
    quote = demo.say("c-owing", button=button(first, "一次结清并关闭")) if close_after else first
    lines = cards_of(quote, "quote")[0]["lines"]
    said = demo.say("c-owing", text=question)
    fees = [line for line in lines if "手续费" in line["label"]]
    assert len(said) == 2 and fees and yuan(sum(line["amount_fen"] for line in fees)) in said[0]["text"]
    assert all(name in said[0]["text"] for name in ("下一期分期手续费", "提前结清手续费", "不再收"))
    again = cards_of(said[1:], "quote")[0]
    assert again["quote_id"] == cards_of(quote, "quote")[0]["quote_id"] and "没有扣款" in said[1]["text"]
    assert titles_of(said[1:]) == titles_of(quote)[-2:] and watch.changed() == {}


def test_the_fees_before_anything_is_shown_are_told_beside_what_is_owed(demo: LiveDemo) -> None:
    watch = Watch(demo)
    owed = demo.say("c-owing", text="怎么关闭月付")
    said = demo.say("c-owing", text="那手续费呢")
    assert "提前结清手续费¥" in said[0]["text"] and "没有扣款" in said[1]["text"]
    assert titles_of(said) == titles_of(owed) and watch.changed() == {}


def test_the_changed_day_is_answered_and_the_hour_of_the_debit_offered(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-owing", text="还款日可以挪到15号吗，自动扣款一般几点扣")
    assert "不能改" in said[0]["text"] and "您还问了：自动还款" in titles_of(said)
    other = demo.say("c-owing", button=button(said, "您还问了"))
    assert "08:00" in words_of(other) and watch.changed() == {}


def test_of_two_questions_one_is_answered_and_one_offered(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-clean", text="额度是多少 怎么才能提高额度")
    assert any(title.startswith("您还问了") for title in titles_of(said))
    other = demo.say("c-clean", button=button(said, "您还问了"))
    assert words_of(other) and words_of(other) != words_of(said) and watch.changed() == {}


def test_of_three_questions_one_is_answered_and_two_are_offered_until_all_are_answered(
    demo: LiveDemo,
) -> None:
    watch = Watch(demo)
    said = demo.say("c-clean", text="额度是多少，怎么提额，怎么开通自动还款")
    offered = [title for title in titles_of(said) if title.startswith("您还问了")]
    assert sorted(offered) == ["您还问了：自动还款", "您还问了：额度变化"]
    other = demo.say("c-clean", button=button(said, "您还问了：额度变化"))
    assert "您还问了：自动还款" in titles_of(other)
    last = demo.say("c-clean", button=button(other, "您还问了：自动还款"))
    assert "自动扣" in words_of(last) and watch.changed() == {}


def test_of_two_products_it_speaks_of_one_and_says_so(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-clean", text="月付和花呗哪个好")
    assert "另一个产品我不清楚" in said[1]["text"] and titles_of(said) == ["查账单", "手续费和利息"]
    assert watch.changed() == {}


def test_the_way_to_close_it_alone_ends_the_decision(demo: LiveDemo) -> None:
    watch = Watch(demo)
    decision = demo.say("c-clean", text="怎么关闭月付")
    said = demo.say("c-clean", text="我自己关，告诉我步骤就行")
    assert "账户管理" in words_of(said) and titles_of(said) == ["在这里帮我办"]
    stale = demo.say("c-clean", button=button(decision, "确认关闭"), acr="payment")
    assert cards_of(stale, "close_decision") and watch.changed() == {}


def test_calls_to_the_family_are_answered_as_what_they_are(demo: LiveDemo) -> None:
    watch = Watch(demo)
    said = demo.say("c-overdue", text="你们会不会打电话给我家人")
    assert "不得打扰家人" in words_of(said) and told(demo.ledger("c-overdue"))["overdue"] in words_of(said)
    assert titles_of(said)[0] == "被催收打扰，要投诉" and watch.changed() == {}
