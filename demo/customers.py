"""The demo's customers. Each is made by months of ledger commands; none by writing rows.

Shops and goods are invented. Amounts are in fen. The day of the demo is the 3rd of a month: the bill of the
month before came out on the 1st and is due on the 6th. Every day used is one that each month has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.story import Story


@dataclass(frozen=True)
class DemoCustomer:
    """A customer one can choose in the demo."""

    customer_id: str
    title: str  # what the demo's page says of them, in Chinese
    tell: Callable[[Story], None]
    questions: tuple[str, str, str]  # what to ask as them: the page's tour


def clean(s: Story) -> None:
    """Used it, repaid it, owes nothing."""
    s.opens(s.on(4, 12), "20:11", limit_fen=500_000, card_last4="6688")
    s.buys(s.on(3, 8), "21:05", "小满零食铺", "每日坚果礼盒", 12_900)
    s.buys(s.on(3, 19), "12:40", "木石咖啡", "挂耳咖啡 30 包", 8_900)
    s.repays_bills(s.on(2, 5), "19:30")


def owing(s: Story) -> None:
    """All four kinds of debt, nothing overdue."""
    s.opens(s.on(5, 6), "09:20", limit_fen=2_000_000, card_last4="1024")
    s.buys(s.on(3, 16), "20:45", "云栖数码专营店", "轻薄平板电脑 11 英寸", 299_900, periods=6)
    s.repays_bills(s.on(2, 5), "20:02")
    s.buys(s.on(2, 10), "15:30", "青禾家居旗舰店", "实木餐桌", 168_000)
    s.buys(s.on(2, 21), "11:12", "青禾家居旗舰店", "餐椅四把", 72_000)
    s.instals_bill(s.on(1, 3), "10:15", 6)
    s.repays_bills(s.on(1, 5), "20:08")
    s.buys(s.on(1, 9), "18:26", "南风服饰店", "羊毛针织开衫", 35_900)
    s.buys(s.on(1, 22), "13:50", "小满零食铺", "手工糕点礼盒", 16_800)
    s.buys(s.on(0, 1), "21:33", "拾光图书店", "儿童绘本套装", 12_600)
    s.buys(s.on(0, 2), "19:47", "山野户外店", "折叠露营椅", 19_900)


def overdue(s: Story) -> None:
    """No automatic debit, and the bill due last month unpaid: penalty, frozen, a purchase refused for it."""
    s.opens(s.on(4, 18), "14:00", limit_fen=600_000, card_last4="7301", auto_debit=False)
    s.buys(s.on(3, 11), "20:19", "南风服饰店", "男士衬衫两件", 29_800)
    s.repays_bills(s.on(2, 4), "21:10")
    s.buys(s.on(2, 9), "22:05", "云栖数码专营店", "降噪耳机", 89_900)
    s.buys(s.on(2, 23), "12:31", "山野户外店", "登山鞋", 56_900)
    s.buys(s.on(1, 3), "17:45", "小满零食铺", "牛肉干大礼包", 9_900)
    s.is_refused(s.on(0, 1), "20:22", "青禾家居旗舰店", "床上四件套", 39_900, "freeze")


def lowered(s: Story) -> None:
    """Automatic debits declined for lack of money, eight days late, paid; the limit cut for it, and a
    purchase above the new limit refused."""
    s.opens(s.on(5, 9), "16:30", limit_fen=800_000, card_last4="5520")
    s.buys(s.on(3, 14), "19:00", "拾光图书店", "中学教辅一套", 21_500)
    s.repays_bills(s.on(2, 5), "18:00")
    s.buys(s.on(2, 17), "21:48", "云栖数码专营店", "智能手表", 129_900)
    s.has_too_little_on_the_card(s.on(1, 6))
    s.repays_bills(s.on(1, 14), "10:05")
    evidence = {"bill": f"{s.on(2, 1):%Y-%m}", "days_late": 8}
    s.limit_is_cut(s.on(1, 15), "09:00", 300_000, evidence)
    s.buys(s.on(1, 20), "20:20", "山野户外店", "双人帐篷", 88_000)
    s.repays_bills(s.on(0, 2), "08:40")
    s.is_refused(s.on(0, 2), "20:54", "云栖数码专营店", "学习投影仪", 359_900, "limit")


def risk(s: Story) -> None:
    """Logins from three cities on three devices in an evening: frozen, and a purchase refused for it."""
    s.opens(s.on(4, 3), "11:25", limit_fen=700_000, card_last4="9046")
    s.buys(s.on(2, 12), "20:38", "青禾家居旗舰店", "空气炸锅", 32_900)
    s.repays_bills(s.on(1, 5), "12:12")
    day = s.on(0, 2)
    logins = [
        {"at": f"{day}T19:02:11+08:00", "city": "杭州", "device": "安卓手机 A"},
        {"at": f"{day}T19:41:50+08:00", "city": "成都", "device": "安卓手机 B"},
        {"at": f"{day}T20:07:33+08:00", "city": "沈阳", "device": "平板电脑 C"},
        {"at": f"{day}T20:15:06+08:00", "city": "杭州", "device": "安卓手机 A"},
    ]
    s.is_frozen(day, "20:16", "risk", {"logins": logins})
    s.is_refused(day, "20:31", "南风服饰店", "女士风衣", 45_900, "freeze")


def overlimit(s: Story) -> None:
    """A purchase above what was left of the limit was refused."""
    s.opens(s.on(3, 20), "13:13", limit_fen=300_000, card_last4="3377")
    s.buys(s.on(1, 8), "20:15", "青禾家居旗舰店", "人体工学椅", 159_900)
    s.buys(s.on(1, 25), "22:21", "小满零食铺", "牛奶两箱", 13_600)
    s.buys(s.on(0, 1), "12:06", "木石咖啡", "手冲咖啡壶套装", 46_500)
    s.is_refused(s.on(0, 2), "21:18", "云栖数码专营店", "游戏手柄与底座", 129_900, "limit")


def unsupported(s: Story) -> None:
    """One shop and one item that do not take it."""
    s.opens(s.on(3, 5), "10:40", limit_fen=500_000, card_last4="8812")
    s.buys(s.on(2, 18), "19:19", "拾光图书店", "科幻小说套装", 15_800)
    s.repays_bills(s.on(1, 4), "20:00")
    s.is_refused(s.on(0, 1), "18:05", "老街修表铺", "机械表保养", 38_000, "shop")
    s.is_refused(s.on(0, 2), "12:44", "云栖数码专营店", "数码店购物卡 500 元", 50_000, "item")


def bureau(s: Story) -> None:
    """Restricted: overdue elsewhere, and much debt."""
    s.opens(s.on(5, 15), "17:55", limit_fen=600_000, card_last4="2469")
    s.buys(s.on(3, 7), "20:00", "山野户外店", "速干衣裤", 26_800)
    s.repays_bills(s.on(2, 3), "09:30")
    checked = s.on(1, 26)
    evidence = {"checked_on": checked.isoformat(), "overdue_elsewhere": 2, "debt_ratio": "high"}
    s.is_frozen(checked, "03:00", "bureau", evidence)
    s.is_refused(s.on(0, 2), "20:42", "南风服饰店", "羽绒背心", 49_900, "freeze")


def cured(s: Story) -> None:
    """No automatic debit; weeks late earlier, all paid 61 days ago; the freeze stays until they apply."""
    s.opens(s.on(7, 10), "15:15", limit_fen=600_000, card_last4="4158", auto_debit=False)
    s.buys(s.on(5, 13), "21:27", "云栖数码专营店", "扫地机器人", 149_900)
    s.repays_bills(s.days_ago(61), "11:36")
    s.is_refused(s.on(0, 1), "19:08", "拾光图书店", "硬壳笔记本", 5_900, "freeze")


def refunding(s: Story) -> None:
    """An order that was repaid is being refunded."""
    s.opens(s.on(3, 9), "18:08", limit_fen=500_000, card_last4="6015")
    order_no = s.buys(s.on(1, 12), "20:58", "南风服饰店", "羊绒围巾", 39_900)
    s.repays_bills(s.on(0, 1), "20:10")
    s.asks_refund(s.on(0, 2), "09:26", order_no, 39_900)


def unknown(s: Story) -> None:
    """Settled everything a moment ago, and nobody knows yet whether the money was taken."""
    s.opens(s.on(4, 22), "12:34", limit_fen=800_000, card_last4="7790")
    s.buys(s.on(1, 7), "19:55", "青禾家居旗舰店", "破壁料理机", 69_900)
    s.buys(s.on(1, 18), "21:01", "小满零食铺", "儿童零食组合", 11_800)
    s.buys(s.on(0, 2), "13:27", "拾光图书店", "书法字帖", 6_900)
    s.is_held_by_gateway(s.today, "09:49")
    s.settles(s.today, "09:50", close_after=False, ends="UNKNOWN")


def closed(s: Story) -> None:
    """Settled and closed last month."""
    s.opens(s.on(5, 2), "10:02", limit_fen=500_000, card_last4="3208")
    s.buys(s.on(3, 20), "20:35", "山野户外店", "公路自行车头盔", 59_900, periods=3)
    s.repays_bills(s.on(2, 5), "20:00")
    s.repays_bills(s.on(1, 5), "20:00")
    s.settles(s.on(1, 15), "14:20", close_after=True, ends="SETTLED")


#: What somebody may ask who is not logged in.
VISITOR_QUESTIONS = ("月付是什么", "怎么关闭月付", "逾期了会怎么样")

ALL = (
    DemoCustomer("c-clean", "什么都不欠", clean, ("我现在欠钱吗", "不用了，帮我关掉月付", "月付收手续费吗")),
    DemoCustomer(
        "c-owing", "四种欠款都有，未逾期", owing,
        ("不小心开了月付，怎么关掉", "这个月要还多少钱", "提前还清分期要手续费吗"),
    ),
    DemoCustomer(
        "c-overdue", "已逾期，被暂停使用", overdue,
        ("我想把欠的一次还完", "逾期了会有什么影响", "买床上四件套为什么付不了"),
    ),
    DemoCustomer(
        "c-lowered", "曾短期逾期，额度被调低", lowered,
        ("我的额度为什么变少了", "买投影仪怎么付不了", "我现在欠钱吗"),
    ),
    DemoCustomer(
        "c-risk", "异地多设备登录，被暂停使用", risk,
        ("我的月付怎么突然不能用了", "暂停期间还要还款吗", "这些登录不是我本人"),
    ),
    DemoCustomer(
        "c-overlimit", "商品价格超过可用额度", overlimit,
        ("买手柄为什么付不了", "我还剩多少额度", "额度能提高吗"),
    ),
    DemoCustomer(
        "c-unsupported", "店铺或商品不支持月付", unsupported,
        ("老街修表铺为什么用不了月付", "购物卡能用月付买吗", "我还剩多少额度"),
    ),
    DemoCustomer(
        "c-bureau", "其他信贷逾期、负债高，被限制", bureau,
        ("为什么不让我用月付", "关掉月付，征信记录会消失吗", "帮我找人工客服"),
    ),
    DemoCustomer(
        "c-cured", "逾期还清满 61 天，可申请解冻", cured,
        ("都还清了怎么还不能用", "我要申请解冻", "现在能关闭月付吗"),
    ),
    DemoCustomer(
        "c-refunding", "有一笔退款在途", refunding,
        ("我的退款到哪了", "我现在欠钱吗", "现在能关闭月付吗"),
    ),
    DemoCustomer(
        "c-unknown", "有一笔还款结果未知", unknown,
        ("刚才那笔钱扣了没有", "我再付一次行吗", "帮我找人工客服"),
    ),
    DemoCustomer(
        "c-closed", "上月已结清并关闭", closed,
        ("我的月付关掉了吗", "我要结清证明", "怎么重新开通"),
    ),
)  # fmt: skip
