"""The signs of a pretended customer service, and which of them together make a scam.

No sign says much by itself: customers speak of calls, codes and transfers for a hundred good reasons. What
makes the pattern is who asks (a caller, somebody's 客服, 对方), that it is asked of the customer, and a thing
that the real service never asks for. So a sentence is read twice: each sign in it becomes one letter and
every other character or Latin word a dot; the stories are told in these letters.
"""

from __future__ import annotations

import re
from functools import cache

from actions.scam_words import MANY, SECRET, SIGNS, THEM
from nlu.text import normalise

# Of the traditional characters those that the classifier's own table has no need of.
_SIMPLER = str.maketrans(
    "騙載視監軟簡鏈國學徵頻匯遠裝辦專員緊罰稱銀錄幫檔頁稅誰邊續進連結師執螢責潤陸觸擊數趕傳",
    "骗载视监软简链国学征频汇远装办专员紧罚称银录帮档页税谁边续进连结师执荧责润陆触击数赶传",
)
# Words of Taiwan and Hong Kong for the same things.
_ELSEWHERE = {"荧幕": "屏幕", "视讯": "视频", "软体": "软件", "简讯": "短信", "网路": "网络", "连结": "链接"}


def _word(letter: str, chinese: str, english: str, pinyin: str) -> str:
    return f"(?P<{letter}>{chinese}|(?<![a-z])(?:{english})(?![a-z])|{pinyin})"


_READ = "|".join(_word(letter, *words) for letter, words in SIGNS.items()) + "|[a-z]+|."

_STORIES = "|".join(
    (
        # somebody asks the customer for it, or says that it takes it
        "[CPI].{0,24}A.{0,18}[SOKMFW]|C.*A.{0,18}[SOKMFW]|[CPI].{0,18}E.{0,10}[SOKFW]",
        "[SOKMFW].{0,10}P.?Z|C.{0,4}S|C.{0,8}K|K.{0,4}C|[CP].{0,16}F",
        # it is asked for, and then it is told by whom, or that the money comes back
        "[AE].{0,12}[SOKMFW].{0,18}(?:C|P.{0,3}[AE]|P.{0,4}[QR])|A.{0,6}O.*[PC]",
        "[EL].{0,8}[MW].{0,8}C|A.{0,4}[MW].{0,14}R|[CP].{0,16}[MWSO].{0,12}[QR]",
        # nobody is named, but only a fraudster asks so
        "A.{0,20}F|A.{0,8}S|A.{0,4}G.{0,10}K|A.{0,6}W.{0,20}L|A.{0,10}M.{0,14}[LQ]",
        # the digits of a message are read out, the phone is put out of reach
        "[AN].{0,8}G.{0,3}N|N.{0,10}A.{0,10}G|P.{0,3}A.{0,8}N.{0,2}G|A.{0,18}J",
        "[CPI].{0,18}E.{0,10}J|P.?Z.{0,4}J|E.{0,10}J.{0,6}[QL]|A.{0,10}K.{0,3}G",
        # money has been moved at the word of somebody, so that it is closed or comes back
        "M.{0,8}X.{0,12}[PCI].{0,10}[LQa]|[PCI].{0,16}[LQa].{0,8}M.{0,8}X|C.{0,14}M.{0,6}X",
        "a.{0,8}A.{0,4}[MW]|A.{0,6}[MW].{0,14}a|M.{0,10}P.*g|P.{0,10}M.*g|a.{0,4}T.?M|F.{0,10}M",
        "[PCI].{0,3}E?M.{0,8}[La]|E.{0,4}[MF].{0,8}[LUa]|E.{0,2}M.{0,3}U",
        # they saw the screen or the secret, and the money is gone
        "[SFOK].{0,14}g|t",
        # it goes to them
        "A.{0,12}M.{0,3}P|A.{0,10}T.?M|A.{0,4}P.{0,4}[OM]|K.{0,6}[TG]+T|[KN].{0,6}T|T.{0,6}[KN]|D",
        # called, and hurried to close, or led by the hand
        "C.*U|U.*C|C.*[AE].{0,6}L|C.*L.*Y|C.{0,8}V.{0,10}L|N.{0,10}U|U.{0,6}A.{0,8}[SOKMLW]|AU|H|I",
        # a link in a text message, a stranger in the messenger, an app to close with
        "N.{0,14}O|N.*AO|C.{0,2}O.{0,4}A|P.{0,8}[SO]+.{0,3}A|A.{0,10}O.{0,14}L|L.{0,12}A.{0,8}O",
        # called, and hurried to press; done for money; threatened, and in doubt
        "C.*A.{0,16}p|f|U.{0,24}Y|L.{0,10}A.{0,6}W",
        # cheated, or in fear of it
        "B.{0,20}[SOKMFUL]|[CSOKMFW].*B",
    )
)

# It has happened: a secret was told to them, or money went to them. A fear or a refusal is neither.
_TELL = "(?:发|给|告诉|报|念|说)(?:给|了|过)*"
_SEND = "(?:转|打|汇|存|(?<!月)付|充|交)"
DONE = (
    f"{SECRET}[^ ]{{0,8}}{_TELL}(?:{THEM}[听看]?(?:了|过)|[出过]去了)"
    f"|{_TELL}{THEM}了[^ ]{{0,4}}{SECRET}|{SECRET}[^ ]{{0,3}}告诉了|已经[^ ]{{0,4}}{_TELL}{THEM}"
    f"|(?:填|输|写)(?:了|过|好|进去)[^ ]{{0,4}}(?:{SECRET}|银行卡)|(?:{SECRET}|银行卡)[^ ]{{0,6}}(?:填|输)了"
    "|(?:已经|刚刚?|刚才|都|也)[^ ]{0,3}(?:共享|投屏|下载|安装|装)[^ ]{0,4}[了过](?![吗没才就])"
    "|(?:钱|存款|零钱|余额)[^ ]{0,5}(?:没了|不见了|空了)"
    f"|{_SEND}(?:账|钱|款)?给[^ ]{{1,8}}了"
    f"|{_SEND}(?:了(?![吗没才就])|过去了|出去了|走了|[到进][^ ]{{1,12}}了)"
    f"|{_SEND}[了去]?{MANY}+[^ ]{{0,3}}(?:过去|给|到)[^ ]{{0,8}}了"
    f"|[少没]了(?=[^ ]{{0,3}}{MANY}|$)|被[^ ]{{0,4}}[转划刷扣]走|[转划刷扣]走了|被[^ ]{{0,3}}骗|骗了"
    f"|上当了|中招了|联系不上|(?:我|了)拉黑|拉黑了|刚[^ ]{{0,2}}{_SEND}过去|收了我"
    "|(?<![a-z])(?:i|we|already) ?(?:have |already )*(?:gave|told|sent|shared|transferred|paid"
    "|wired)(?![a-z])"
    "|(?:zhuan|fa|gei|gao ?su)(?: ?gei)?(?: ?ta)? ?le(?![a-z])"
)
_NOT_DONE = (
    "(?:没有?|还没|未|别|不要|不能|差点|没敢|不敢)[^ ]{0,8}(?:转|打|汇|存|付|发|给|告诉|报|念|说|骗|上当)"
    f"|如果|要是|万一|怕|[让叫要]我[^ ]{{0,12}}{_SEND}了?[^ ]{{0,5}}(?:才|就)|是不是被?骗|会不会"
)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when the first message is read: by far the slowest thing that importing this would do."""
    return re.compile(pattern)


def plain(text: str) -> str:
    said = normalise(text).translate(_SIMPLER)
    for word, ours in _ELSEWHERE.items():
        said = said.replace(word, ours)
    return said


def signs(text: str) -> str:
    """The letters of the signs in it, with a dot for whatever is none."""
    return "".join(
        found.lastgroup or "." * (found[0] != " ") for found in compiled(_READ).finditer(plain(text))
    )


def tell_of_scam(text: str) -> bool:
    return compiled(_STORIES).search(signs(text)) is not None


def tell_of_harm(text: str) -> bool:
    """Whether, of a scam, the words also say that a secret or money has already gone to a stranger."""
    said = plain(text)
    return compiled(DONE).search(said) is not None and compiled(_NOT_DONE).search(said) is None
