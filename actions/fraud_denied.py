"""Words that deny a fraud: 不是别人操作的，是我自己关的, 我没有被骗. They hold its words, and report none.

Believed only where nothing else in them is a sign: whoever is told by a swindler what to say denies, too.

Of a report that is looked into, less is needed: 是我老公登的, 不用查了, 撤掉工单. They are only written
into it, and whoever works on it decides.
"""

from __future__ import annotations

import re

from actions import scam_signs
from actions.others_account import KIN

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

# To take a report back, said outright; it may be asked whether that can be.
_REPORT = "(?:调查|工单|登记|报案|盗用)"
_ENDS = re.compile(
    "(?:不用|不要|不必|别|甭|无需|不需要|不)(?:再|继续|你们?|帮我|给我|麻烦)*(?:追?查|调查|核查|处理)(?:[了啦吧]|下去|$)"
    f"|(?<![别没])(?<!不要)(?<!(?<!能)不能)(?:撤|取消|作废|结束|停止)[销回掉了]?[^ ]{{0,6}}{_REPORT}"
    f"|{_REPORT}.{{0,6}}(?<![别没])(?<!不要)(?:撤|取消|不用|作废|结束|算了|关掉)"
)
_ENDED = re.compile("[了成好掉]吗|没有?$|什么时候|会不会|谁|为什么|为啥|怎么(?:就|被|没)")
# It was a mistake, or somebody known, oneself too.
_DID = "(?:买|登录?|登陆|弄|用|点|操作|下单?|刷|开通?|付款?|关|充|借|拍|花)"
_RELATIVE = f"(?:{KIN}|自己人|[他她](?!们))"
_WAS = "(?<![不可但于还要只就能])是"
_KNOWN = re.compile(
    "误会|[搞弄记看认]错了?(?! *[分期账数])|想起来了|虚惊"
    f"|{_WAS}我?(?:的|家)?{_RELATIVE}[^ ]{{0,8}}{_DID}的"
    f"|(?:^| |哦|啊|原来|应该|其实)是我(?:的|家)?{KIN}(?: |$|啊|了)"
    f"|(?:^| )我?家?{_RELATIVE}[^ ]{{0,3}}{_DID}的|{_WAS}(?:我|自己|本人)+{_DID}的?|我自己{_DID}的"
)
# The same only right after the report was spoken of: said of anything else it is a goodbye, or a yes.
_THEN = re.compile(f"没事了|{_WAS}(?:我|自己|本人)+(?: |$|啊|呀|了)|我忘了")
_NOT_TAKEN_BACK = re.compile(
    f"盗(?!用?{_REPORT})|骗|冒|偷|陌生|前[夫妻任]|没经|不认识|[让叫教逼要]我[说讲撤]|还没|不(?:承|太)认|你们?"
)
_ELSE = re.compile(
    "哪|几|多少|咋|退款|还款|分期|密码|期数|限制|限|要关|想关|不想|号|影响|征信|账单|还是|单独|代[还付]|手续费"
)
_NOT_SOMEBODY = re.compile(f"不是(?:什么)?(?:{_SOMEBODY}|外人|盗[刷用号]?|被盗[刷用]?|骗子?|坏人)")
_POLITE = re.compile("(?:不用|别|麻烦)你们?")
_MAX_CHARS = 24


def takes_back(text: str, *, just_told: bool) -> bool:
    """Whether the words take back a report that is looked into: it was theirs, a relative's, or a mistake.

    `just_told`: the last answer was of that report.
    """
    if denied(text):
        return _ELSE.search(text) is None
    said = _POLITE.sub("不用", _NOT_SOMEBODY.sub(" ", scam_signs.plain(text)))
    if _NOT_TAKEN_BACK.search(said):
        return False
    if _ENDS.search(said):
        return _ENDED.search(said) is None
    told = _KNOWN.search(said) or (just_told and _THEN.search(said))
    asks = _ASKS.search(text) or _ASKS.search(said) or _ELSE.search(said)
    return bool(told and not asks and "不是" not in said and len(said) <= _MAX_CHARS)


def denied(text: str) -> bool:
    """Whether the words deny that anybody else had a hand in it, and hold no sign beside that."""
    said = scam_signs.plain(text)
    if _ASKS.search(text) or _ASKS.search(said):
        return False
    beside, times = _DENIES.subn(" ", said)
    return times > 0 and not _OTHERS.search(beside) and _OWN.fullmatch(scam_signs.signs(beside)) is not None
