"""The warning for those whom somebody calls, and silence for everybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import scam
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    "text",
    [
        "刚才有人打电话自称客服，叫我下载会议软件共享屏幕",
        "对方说我开了直播会员，不取消每月扣费800，让我转账",
        "接到电话说要注销学生贷，让我把钱转到安全账户",
        "平台客服让我把验证码发给他",
        "电话里说我开通了百万保障要扣钱",
        "有人说能帮我修复征信要先汇款",
        "有人打电话叫我把月付关掉，说不关每月要扣钱",
        "接到个电话说我开了月付，要教我注销",
        "陌生号码让我解除会员",
        "自称平台的，说不注销要影响征信",
        "来电说要帮我取消百万医疗服务",
    ],
)
def test_a_caller_who_asks_for_codes_screens_or_money_is_warned_of(text: str) -> None:
    assert scam.speaks_of_scam(text)


@pytest.mark.parametrize(
    "text",
    [
        "怎么关闭月付",
        "关闭的时候收不到验证码怎么办",
        "月付可以转账吗",
        "给我转人工客服",
        "客服电话是多少",
        "我想把月付里的钱转账给朋友",
        "输入验证码以后提示系统繁忙",
        "有人用我的月付买了东西",
        "客服让我在这里关闭月付",
        "怎么打电话让人工帮我关月付",
        "请来电帮我关闭月付",
        "接到电话催我还款",
        "收到短信说月付开通了，我要关闭",
        "不关会一直扣费吗",
    ],
)
def test_ordinary_questions_are_not(text: str) -> None:
    assert not scam.speaks_of_scam(text)


@pytest.mark.parametrize(
    "text",
    ["密码是Qwer2580", "验证码 204418", "我的支付密码：135790", "口令abc123", "密码为hunter", "密码****"],
)
def test_a_typed_secret_is_warned_of(chat: Begin, text: str) -> None:
    said = chat("c-clean").type("account_info", text)
    assert said[0].response == "utter_secret_typed" and "不要把密码、验证码发给任何人" in said[0].text
    assert len(said) == 2
    assert [each.response for each in chat("c-clean").type("nlu_fallback", text)] == ["utter_secret_typed"]


@pytest.mark.parametrize(
    "text", ["密码是什么", "验证码10分钟没收到", "忘了密码", "密码输错5次", "验证码是多少位"]
)
def test_speaking_of_one_is_not(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("account_info", text)[0].response != "utter_secret_typed"
