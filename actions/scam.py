"""Whoever writes of a caller that wants codes, screens or money is warned before anything else.

Pretended customer-service calls ("you opened a membership, close it or you are charged") lead to meeting
apps, screen sharing, codes and transfers; the real service never asks for any of them. The detector stands
beside the intents: it needs somebody who asks and something only a fraudster asks for, and changes no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from actions import masking
from actions.turn import Turn

WHO = re.compile(
    r"(自称|冒充|有人|对方|陌生|来电|电话[里中]|(接|打)(到|了|来)?.{0,6}电话|给我打|加我|联系我|短信说|(客服|平台|工作人员|人)(说|让|叫|要))"
)
WHAT = re.compile(
    r"(屏幕共享|共享屏幕|共享.{0,2}屏|投屏|远程(控制|协助|操作)|会议(软件|号|app)|腾讯会议|下载.{0,8}(软件|会议|app)|安全账户|"
    r"验证码|转账|转钱|汇款|打款|刷流水|百万保障|注销.{0,6}贷|消除.{0,6}征信|征信修复|修复征信|"
    r"(直播|会员).{0,12}(扣费|扣钱|每月扣|自动扣))",
    re.IGNORECASE,
)
# Nobody calls to have 月付 closed either: whoever is called, and not who calls, is told so.
CALLED = re.compile(
    r"自称|冒充|陌生|来电(说|让|叫|要)|(接到|接了|打来|打给我|给我打|有人.{0,4}打).{0,8}(电话|语音)|电话[里中]"
)
URGED = re.compile(
    r"(让|叫|要|帮|教|说).{0,10}(关闭?|注销|取消|停用|解除)[掉了]?.{0,4}(月付|会员|服务|业务|功能|额度|账户)"
    r"|(帮|教)我(们)?(关闭?|注销|取消|解除)|不(关|注销|取消).{0,8}(扣|影响|收费)"
)
OWN_CODE = re.compile(
    r"(收不到|没收到|接收不到|没有收到|不发).{0,4}验证码|验证码.{0,4}(收不到|没收到|没有收到)"
)


def suspected(turn: Turn) -> bool:
    """Whether the customer's own words speak of such a caller; pressed buttons never do."""
    return not turn.pressed and speaks_of_scam(turn.text)


def hinted(reply: Callable[[Turn], None]) -> Callable[[Turn], None]:
    """The same reply; whoever typed a password or a code is told first never to send one.

    Where nothing else was understood of the message, that is the whole answer.
    """

    def answer(turn: Turn) -> None:
        if not turn.pressed and masking.SECRET.search(turn.text):
            turn.say("utter_secret_typed")
            if turn.intent in ("nlu_fallback", "out_of_scope"):
                return
        reply(turn)

    return answer


def speaks_of_scam(text: str) -> bool:
    rest = OWN_CODE.sub("", text)
    return bool(WHO.search(rest) and WHAT.search(rest)) or bool(CALLED.search(text) and URGED.search(text))
