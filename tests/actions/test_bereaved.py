"""A relative who has died, is missing or cannot act: sympathy and a person, and nothing of any debt."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ledger import Ledger, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]
OF_ACCOUNTS = re.compile(r"¥|没有欠款|已于|可以关闭|可用额度|不用还|要还清")
DEAD = [
    "我妈走了 她的月付咋办", "我爸去世了 他的月付欠款要我还吗", "我爸去世了 月付还用还吗",
    "我老公上个月车祸走了，月付怎么关", "我爷爷今年不在了 他名下的月付谁还", "我老婆病逝了，账单怎么处理",
    "父亲过世 月付怎么注销", "我妈没了", "我老公死了 他欠的钱我不还", "我朋友死了 月付欠的钱怎么办",
    "我们家老人走了", "外公昨天突发脑梗没了 手机里还有月付欠款", "我爸没救过来 月付怎么处理",
    "我奶奶没挺过去 她的月付咋办", "我爸去年走的，他手机里的月付还在扣", "我老伴过身了",
    "爷爷不在了 账单谁来还",
]  # fmt: skip
UNABLE = [
    "我哥失踪了 他欠的钱要我还", "我女儿失踪了 她的月付还在扣", "我弟坐牢了 他的月付逾期了怎么办",
    "我爸植物人了 月付欠款怎么办", "我老公跑了 他的月付账单寄给我了",
    "我弟被刑拘了 月付谁还", "我妈变成植物人 月付怎么处理", "我老公进看守所了 月付逾期怎么处理",
    "我爸脑出血住进重症 他的月付要逾期了", "我哥中风了 他的月付怎么办", "我奶奶老年痴呆，用我的手机乱买",
]  # fmt: skip
SUPPOSED = ["人死了还要还吗", "用户去世了月付怎么处理", "如果我爸去世了 他的月付谁还"]
OTHERS = [
    "我老公气死我了", "我先走了", "我妈的额度没了", "去世界杯的票能用月付吗", "急死了", "我的额度没了",
    "我妈去世花了不少 这个月还不上", "奶奶走了 办后事没钱 缓几天还", "我老公走了 我的账单还不上",
    "我朋友联系不上了 他用我的月付买手机没还", "商家失联了 我的钱呢", "我老婆走了没带手机 我怎么登录",
    "有人用我去世的爷爷的月付", "手机死机了怎么办", "给我爸买的东西没了",
    "我外公去世，我在老家忘了还，算不算逾期", "我奶奶过世没来得及还款 能免违约金吗",
    "我爷爷去世之后我没心思，本期的账单是多少", "我妈走了没回来，我想还款怎么操作",
    "我室友走了搬家了，他的账号我能用吗", "老公不在了家里 月付怎么关", "我姐死了心 要关月付",
    "客服你们都死了吗",
    "你们的人死光了吗", "我弟没了额度咋办", "遗产税可以用月付交吗", "我哥在身故险公司，能用月付吗",
    "我同学跑路了，欠了我的钱，我怎么还款", "我妈在icu，我的账单能分期吗", "我爷爷去世买花圈能用月付吗",
    "我老公走了 上班去了 月付怎么还",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "response"),
    [
        *((text, "utter_bereaved") for text in DEAD),
        *((text, "utter_relative_unable") for text in UNABLE),
        *((text, "utter_bereaved_supposed") for text in SUPPOSED),
    ],
)
@pytest.mark.parametrize("customer", ["c-owing", None])
def test_a_person_is_offered_and_no_debt_is_spoken_of(
    chat: Begin, ledger: Ledger, customer: str | None, text: str, response: str
) -> None:
    for intent in ("how_to_close", "report_unauthorised"):
        (said,) = chat(customer).type(intent, text, enters="close")
        assert said.response == response and not OF_ACCOUNTS.search(said.text)
        assert [each["intent"] for each in said.buttons] == ["talk_to_human"]
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_sounds_like_it_is_answered_as_ever(chat: Begin, text: str) -> None:
    said = chat("c-overdue").type("overdue", text)
    assert not any(each.response.startswith(("utter_bereaved", "utter_relative")) for each in said)


@pytest.mark.parametrize("text", ["那要我还吗", "需要什么材料", "他欠多少", "那怎么关", "要死亡证明吗"])
def test_what_is_asked_next_is_still_of_them(chat: Begin, text: str) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", "我妈走了 她的月付咋办")
    (said,) = talk.type("query_bill", text)
    assert said.response == "utter_bereaved_again"
    assert "utter_bereaved" not in talk.type("query_bill", "我的账单")[0].response
    assert talk.type("how_to_repay", text)[0].response != "utter_bereaved_again"


def test_the_person_who_is_called_reads_what_was_said(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-lowered")
    talk.press(talk.type("how_to_close", DEAD[0]), "人工客服")
    (ticket,) = tickets.list_tickets(ledger)
    assert DEAD[0] in [each["text"] for each in ticket.packet["turns"]]


def test_what_stood_open_of_the_own_account_is_over(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.type("prepay_all", enters="settle")
    assert len(talk.type("prepay_all", DEAD[1])) == 1 and talk.slots["decision"] is None
