"""Words that deny a fraud: 不是别人操作的，是我自己关的, 我没有被骗. They hold its words, and report none.

Believed only where nothing else in them is a sign: whoever is told by a swindler what to say denies, too.
"""

from __future__ import annotations

import re

from actions import scam_signs

_SOMEBODY = "(?:别人|他人|其他人|人家|有人|谁)"
_SWINDLE = "(?:诈骗|骗局|骗子|骗|盗刷|盗用|盗|冒用|受骗|上当)"
_LED = "(?:让|叫|骗|教|逼|催|劝|要求|指使|指挥|用|盗用|盗刷|冒用)"
_DONE = (
    "(?>我|的|操作|转账|转钱|转|付款|付|关闭|关掉|关|还款|还|结清|买|做|弄|开通|开|点|办|刷|用|月付"
    "|账[户号]|这么|这样|来)*"
)
_DENIES = re.compile(
    f"(?:不是|并非|不存在)(?:被|受)?(?:{_SOMEBODY}{_LED}?{_DONE}|{_SOMEBODY}?{_SWINDLE}[我的了]*)"
    f"|(?:没有?|未)(?:被|受)?(?:{_SOMEBODY}|人)?{_SWINDLE}[我的]*了?(?!多少|几)"
    f"|没有?(?:任何|别的?|其他)?人{_LED}{_DONE}"
)
_ASKS = re.compile("[?？]|[吗嘛呢么吧](?: |$)|难道|是不是|什么|怎么|还能|会不会|如果|要是")
_OTHERS = re.compile(
    "人(?!工)(?<!本人)|盗|骗|冒|诈|假|陌生|谁|孩|儿子|女儿|[爸妈爷奶弟哥姐妹]|老公|老婆|朋友|同[事学]"
    "|[他她]|对方|客服|电话|短信|验证码|密码|警|不是我|没[买用开借]|被|[让叫教逼催]我"
)
_OWN = re.compile("[LMx.]*")  # signs that are of one's own business, where nobody is named


def denied(text: str) -> bool:
    """Whether the words deny that anybody else had a hand in it, and hold no sign beside that."""
    said = scam_signs.plain(text)
    if _ASKS.search(text) or _ASKS.search(said):
        return False
    beside, times = _DENIES.subn(" ", said)
    return times > 0 and not _OTHERS.search(beside) and _OWN.fullmatch(scam_signs.signs(beside)) is not None
