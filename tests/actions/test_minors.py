"""Minors: a person, no invitation to open or use anything, and no report against a parent's own child."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]
INVITING = {"open_account", "where_usable", "why_unusable", "query_limit", "how_to_close"}
SELF = [
    "我16岁 用我妈的号开的", "我还没成年，不该给我开吧", "我16 用我妈的号开的 欠了3000",
    "我是高中生 欠了钱怎么办",
    "我没满十八 这个合同无效吧", "我今年17 月付逾期了", "我15岁 怎么关掉",
]  # fmt: skip
OPEN = [
    "未成年能开月付吗", "我16岁能开吗", "我儿子十五岁想买球鞋，能不能给他开一个", "高中生可以申请不",
    "还没满18什么时候能办",
]  # fmt: skip
SPENT = [
    "孩子玩游戏充了2000 用的月付", "未成年消费能退不", "儿子玩游戏用我月付充了三千", "小孩把额度花光了",
    "我家娃拿手机打赏主播五千块能追回吗", "孩子用我的月付买了东西", "八岁的女儿下单了一堆盲盒",
    "我9岁的女儿在平板游戏里充了328", "我没成年的弟弟用我手机打赏了一千", "孩子知道我密码 刷了六百",
    "孩子打赏主播两万 还不上 能退吗",
]  # fmt: skip
UNKNOWN = [
    "女儿上小学 偷偷用我手机下单", "熊孩子拍了三台平板，我不知情，月付怎么办",
    "孩子趁我睡着用我的月付充游戏了",
    "小朋友趁我做饭偷着下单了三件 怎么取消订单",
]  # fmt: skip
OTHERS = [
    "给孩子买了玩具 怎么还", "孩子能用我的月付吗", "我20岁 能开吗", "我38岁 想关", "我15号还款", "我住6楼",
    "我儿子用我的月付买了手机", "60岁可以开吗", "我才18岁 会影响征信吗", "孩子动手术钱全花了 这期往后推推",
    "小孩拿我手机乱点开通了月付，怎么取消掉", "给孩子交学费能用月付吗", "孩子被主播骗 用我的月付刷火箭",
    "孩子偷偷买东西 月付怎么加密码", "说我未成年，可我都三十了", "我是中学老师", "我只有12期",
    "孩子的卡被扣了",
    "骗子冒充客服说我孩子充了值",
    "我14岁就玩抖音了 现在想关月付", "我上高二那年家里穷 月付怎么提额", "我是初中生家长 怎么还款",
    "孩子要上课，我买了平板，月付怎么付不了", "孩子出生花了不少，月付还不上", "孩子花掉了额度 怎么提额",
    "孩子上兴趣班刷了月付，提前结清有手续费吗", "孩子选的衣服用月付买了 怎么退货",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "response"),
    [
        *((text, "utter_minor_self") for text in SELF),
        *((text, "utter_minor_open") for text in OPEN),
        *((text, "utter_minor_spent") for text in SPENT),
        *((text, "utter_minor_spent_unknown") for text in UNKNOWN),
    ],
)
@pytest.mark.parametrize("customer", ["c-clean", None])
def test_a_person_is_offered_nothing_is_filed_and_nobody_invited(
    chat: Begin, ledger: Ledger, customer: str | None, text: str, response: str
) -> None:
    for intent in ("report_unauthorised", "open_account", "refund", "nlu_fallback"):
        (said,) = chat(customer).type(intent, text)
        assert said.response == response and said.buttons[0]["intent"] == "talk_to_human"
        assert not INVITING & {each["intent"] for each in said.buttons}
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_sounds_like_it_is_answered_as_ever(chat: Begin, text: str) -> None:
    said = chat("c-clean").type("why_unusable", text)
    assert not any(each.response.startswith("utter_minor") for each in said)


def test_only_who_did_not_know_of_it_may_report_it(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    known = talk.type("report_unauthorised", SPENT[0])
    assert "report_unauthorised" not in [each["intent"] for each in known[0].buttons]
    said = talk.type("report_unauthorised", UNKNOWN[0])
    assert talk.press(said, "我不知情")[0].response == "utter_fraud_own"
    assert [each.kind for each in tickets.list_tickets(ledger)] == ["fraud"]


def test_what_stood_open_is_over(chat: Begin) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", enters="close")
    assert len(talk.type("how_to_close", SELF[0])) == 1 and talk.slots["decision"] is None
