"""What each demo customer asks first, over the real channel: their own figures, one next step, no row moved.

Closing, paying everything off and being unable to pay have files of their own: test_happy_closing.py,
test_happy_settling.py, test_happy_unable.py.
"""

from __future__ import annotations

import pytest

from tests.conversations.watch import SETTLING, Watch, told
from tests.live import LiveDemo, button, cards_of, titles_of, words_of

# Customer, question, what the answer names (figures of the ledger in braces), and its buttons.
ANSWERS = [
    (
        "c-owing",
        "帮我看下这个月账单要还多少",
        "{bill} {due}到期 共6笔 {owed}",
        "全部一次结清 怎么还款 最低还款",
    ),
    ("c-owing", "我要怎么还款", "{bill} {due}到期 立即还款 银行卡", "最低还款 全部一次结清"),
    ("c-owing", "最低还款是多少", "{minimum} {bill} {due} 18.25%", "怎么还款 账单分期"),
    (
        "c-owing",
        "我现在有哪些分期",
        "2个分期 平板电脑 ¥1,999.34 ¥2,400.00",
        "提前结清要多少钱 分期订单退款",
    ),
    ("c-owing", "还有多少额度可以用", "{available} {limit} {used}", "额度为什么是这么多 哪里能用"),
    ("c-owing", "分期手续费怎么收的", "15.27% 18.28% ¥22.49 ¥21.60", "查账单 提前结清要多少钱"),
    ("c-owing", "下个月几号出账", "{next_bill}出账 {next_due}到期", "怎么还款"),
    ("c-owing", "自动扣款开着吗", "{due} 尾号{card} {bill}", "不等自动扣，现在怎么还"),
    ("c-owing", "这期账单能不能分期还", "¥527.00 16.13% 18.28% 19.37%", "不分期，怎么还款"),
    ("c-owing", "还款日能改到15号吗", "不能改 {bill} {due}到期", "自动还款 最低还款 还不上，想延期"),
    ("c-clean", "我现在欠多少", "{today}您没有欠款 没有任何费用", "查看额度 关闭月付"),
    ("c-clean", "我上一笔还款成功了吗", "{repaid} 已到账 尾号{card}", "查账单 银行已扣款，找人工"),
    ("c-clean", "我的额度是多少", "{available} {limit}", "额度为什么是这么多 哪里能用"),
    ("c-clean", "逾期一天会怎么样", "没有逾期 每日0.05% 18.25%", "出账日和还款日 被催收打扰，要投诉"),
    ("c-clean", "换了手机号月付怎么办", "{opened}开通 尾号{card}", "关闭这个账号的月付 人工核实身份"),
    ("c-clean", "有什么优惠券可以领", "优惠券 不能发放", "券没生效，找人工"),
    ("c-clean", "我是商家，怎么接入月付收款", "商家后台 收全款", "人工客服"),
    ("c-clean", "怎么把月付设成默认付款方式", "付款顺序 {available}", "还是想关闭月付"),
    (
        "c-overdue",
        "我逾期了要交多少违约金",
        "{overdue} {penalty} 每日0.05% 今天还清",
        "现在还清 还不上怎么办 被催收打扰，要投诉",
    ),
    ("c-overdue", "逾期会上征信吗", "会上征信 {overdue} 不能消除", "现在还清 记录有误，找人工"),
    ("c-overdue", "月付什么时候能恢复使用", "{overdue} 先还清逾期", "现在全部结清 只还逾期的怎么还"),
    ("c-lowered", "我的额度为什么变低了", "¥8,000.00 ¥3,000.00 晚还了8天 不能调高", "查额度 怎么还款"),
    ("c-lowered", "我上次还款成功了吗", "{repaid} 已到账", "查账单 银行已扣款，找人工"),
    ("c-risk", "我的月付被冻结了怎么解冻", "先改密码 3台设备 杭州", "已改密码，申请解冻 不是我登录的"),
    ("c-overlimit", "我还能用多少额度", "{available} {limit} {used}", "额度为什么是这么多 哪里能用"),
    ("c-overlimit", "怎么只还一部分", "{bill} 可先还一部分", "最低还款 全部一次结清"),
    ("c-unsupported", "老街修表铺能用月付吗", "老街修表铺 不支持月付 {available}", "查看那笔订单"),
    ("c-unsupported", "数码店的购物卡为什么买不了", "数码店购物卡 不支持月付", "查看那笔订单"),
    ("c-bureau", "征信不好影响月付吗", "2笔逾期 暂停使用 诈骗", "记录有误，找人工"),
    ("c-bureau", "解冻要多久", "其他机构 以评估为准", "月付和征信的关系 人工客服"),
    ("c-cured", "怎么申请解冻月付", "已还清 以系统评估为准", "申请解冻 先不申请"),
    ("c-cured", "额度还有多少", "{limit} 不能用", "怎么恢复"),
    ("c-refunding", "我退的围巾钱退到哪里了", "¥399.00 羊绒围巾 付款账户 2到3个工作日", "查账单 人工客服"),
    ("c-unknown", "我刚才那笔还款扣成功了吗", "¥886.00 正在核实 不要重复付款", "人工客服"),
    ("c-closed", "我想重新开通月付", "{closed} 重新评估 不通过", "月付是什么"),
    ("c-closed", "我的额度还在吗", "{closed} 额度已取消", "怎么重新开通"),
    ("c-closed", "把结清凭证号发我一下", "{close_receipt} {repaid}", "看看还能办什么"),
]
VISITOR = [
    ("月付是什么", "先消费、后付款 36天免息", "怎么开通 手续费和利息"),
    ("月付要收利息吗", "年化（单利） 15.27% 提前结清", "查账单 提前结清要多少钱"),
    ("我要还多少钱", "登录后 我的账单", "登录后查账单"),
]


@pytest.mark.parametrize(("customer", "question", "names", "buttons"), ANSWERS)
def test_a_first_question_is_answered_from_the_ledger(
    demo: LiveDemo, customer: str, question: str, names: str, buttons: str
) -> None:
    watch = Watch(demo)
    figures = told(demo.ledger(customer))
    said = demo.say(customer, text=question)
    for name in names.split():
        assert name.format(**figures) in words_of(said), name
    assert titles_of(said) == buttons.split()
    assert 1 <= len(said) <= 2 and all("\n\n" not in each["text"] for each in said)
    assert watch.changed() == {}


@pytest.mark.parametrize(("question", "names", "buttons"), VISITOR)
def test_a_visitor_is_answered_in_general(demo: LiveDemo, question: str, names: str, buttons: str) -> None:
    watch = Watch(demo)
    said = demo.say("anon", text=question)
    assert all(name in words_of(said) for name in names.split())
    assert titles_of(said) == buttons.split()
    assert "¥" not in words_of(said) and watch.changed() == {}


def test_who_cannot_pay_in_time_is_registered_once(demo: LiveDemo) -> None:
    watch = Watch(demo)
    overdue = told(demo.ledger("c-overdue"))["overdue"]
    possible = demo.say("c-overdue", text="实在还不上能不能晚几天")
    assert overdue in words_of(possible) and watch.changed() == {}
    said = demo.say("c-overdue", button=button(possible, "登记还款困难"))
    number = cards_of(said, "ticket")[0]["number"]
    assert overdue in words_of(said) and number in words_of(said) and titles_of(said) == ["怎么还款"]
    assert watch.changed() == {"c-overdue": {"tickets"}}
    assert [each["kind"] for each in demo.ledger("c-overdue")["tickets"]] == ["hardship"]


def test_the_whole_way_from_the_bill_to_the_receipt(demo: LiveDemo) -> None:
    watch = Watch(demo)
    bill = demo.say("c-overlimit", text="我这个月要还多少")
    quote = demo.say("c-overlimit", button=button(bill, "全部一次结清"))
    total = cards_of(quote, "quote")[0]["total_fen"]
    assert titles_of(quote)[0].startswith("确认结清") and watch.changed() == {}
    done = demo.say("c-overlimit", button=button(quote, "确认结清"), acr="payment")
    after = demo.ledger("c-overlimit")
    assert cards_of(done, "receipt")[0]["amount_fen"] == total == after["charges"][-1]["amount_fen"]
    assert told(after)["limit"] in words_of(done) and titles_of(done) == ["关闭月付"]
    assert watch.changed() == {"c-overlimit": SETTLING}
    assert watch.posted("c-overlimit") == ["settlement"]
    asked = demo.say("c-overlimit", text="结清凭证号是多少")
    assert cards_of(done, "receipt")[0]["receipt"] in words_of(asked)
