"""Harm told of after a warning: 转了怎么办, 我交了, 密码也输了. By then few words say that it has happened.

What is the customer's own elsewhere (to pay, to enter, to download) is not once a swindle is spoken of. In
doubt it counts: a ticket too many costs a look, one too few somebody's money.
"""

from __future__ import annotations

from actions.scam_signs import DONE, compiled, plain
from actions.scam_words import MANY, SECRET, THEM

_GAVE = (
    "(?:转(?!人工|接|成|正)|汇|(?<!月)付(?!清)|交(?!易)|充(?!电)|存|填(?!申请)|输|投屏|给(?!力)|发(?!现|货|票|生|布)"
    "|告诉|报(?!警|案|名|错)|念|扫|借|刷(?!脸|新)|打(?=[钱款了过给到完0-9])|下载|安装|装|共享)"
)
_WHAT = (
    f"(?>{SECRET}|给?{THEM}|账户?|[钱款卡]|(?:{MANY}|[千百万])+[块元多]*|屏幕?|软件|app|会议"
    "|保证金|押金|定金|手续费|进去|出去|过去|上去)"
)
# As soon as it is over: a word of that behind it, or before it.
_OVER = f"{_GAVE}{_WHAT}*+(?:完?[了过走](?![吗没么吧])|好了|(?<=[进出过上]去)(?!不|吗))"
_ALREADY = "(?:已经|刚刚|刚才|刚|都)(?:把|将|就|也|又|全|[给跟向])*+"
_ALREADY_OVER = f"{_ALREADY}{_WHAT}*+{_GAVE}(?![^ ]{{0,8}}[吗没]$)"
# An amount, at the end of it: 我还转给他200.
_SUM = (
    f"(?:我|又|还|也|一共|总共|前后){_GAVE}账?[过给了]*(?:{THEM})?[过给了]*"
    f"{MANY}(?:{MANY}|[百千万])+[块元多钱]*$"
)
_TOLD = f"(?<![你您们他她方服员])说(?:给{THEM}|出去|过去|了)(?![^ ]{{0,2}}[算不要我多半几让是])"
_LOOKED_IN = "(?:屏幕?|会议|共享|远程|权限)[^ ]{0,3}(?:开|进|连|加)了"
_LINK, _OPENED = "(?:链接|网址|二维码)", "(?:点|打开|扫|进)(?:开|进去?)?"
_PRESSED = f"{_OPENED}[了过][^ ]{{0,8}}{_LINK}|{_LINK}[^ ]{{0,5}}{_OPENED}[了过]"
_GONE = "(?:钱|存款|余额|卡[里上])[^ ]{0,5}(?:没了|少了|不见了|空了|[转划刷扣]走)|追[不得]回|追回|要不回"
_HARM = "|".join((_OVER, _ALREADY_OVER, _SUM, _TOLD, _LOOKED_IN, _PRESSED, _GONE, DONE))

# Refused, feared, only asked for, or done by them; the words themselves, since 没注意就转了 refuses nothing.
_REFUSED = (
    "(?:还没有?|没有?|未|别|不(?:会|要|想|敢|能|肯|该|用)?|差一?点|险些|拒绝|没敢|怎么可能)"
    f"(?:再|继续|先|往|把|给|敢|有|就|{SECRET}|{THEM}|钱)*+(?:{_GAVE}|说)"
)
_OF_THEM = (
    f"(?<![被给向跟把])(?:{THEM}|那边)(?:已经|刚刚|刚才|刚|都|就|也|又|还|[给跟向]我)*+(?:{_GAVE}|说)(?!走)"
)
_ONLY_ASKED = (
    f"(?:如果|要是|万一|假如|怎么|想(?![到都就也])|(?<![不只])能|可以"
    f"|要不要|能不能|该不该|是不是要|需要)[^ ]{{0,8}}(?:{_GAVE}|说)"
    f"|[让叫要催]我[^ ]{{0,8}}(?:{_GAVE}|说)(?:(?!{_WHAT}*+[了过])|{_WHAT}*+了[^ ]{{0,5}}[才就])"
)
# What the warning says to do: to call the police and the bank, to change what was told.
_AS_ADVISED = (
    "110|12378|报[警案]|警察|派出所|挂失|冻结[^ ]{0,4}卡|卡[^ ]{0,4}冻结|改[^ ]{0,3}密码|密码[^ ]{0,4}改"
    "|把(?!我)[^ ]{0,4}拉黑"
    "|(?:给|跟|找|联系)银行(?!卡)|打[^ ]{0,4}电话(?![^ ]{0,2}[说让叫要])|电话[^ ]{0,2}打"
)
# The customer's own, with nothing else in it: an application, a certificate, a bill that is paid, a reminder.
_PAPER = "(?:账单|证明|合同|凭证|申请|截图|投诉|工单)"
_OWN = f"(?:下载|填|交|发)[^ ]{{0,3}}{_PAPER}|{_PAPER}[^ ]{{0,3}}(?:下载|填|交|发)"
_PAID = "[本当这上几期一二三四五六]期|账单|全款|欠款|还款|还月付|一次|剩|本金|提前|催收"
_DOUBTED = "(?:是不是|会不会|是否|怕|担心|万一|没有?|不会)(?:真的?)?被?[^ ]{0,2}(?:骗|上当|中招)"
_NOT_HARM = "|".join((_REFUSED, _OF_THEM, _ONLY_ASKED, _AS_ADVISED, _OWN, _PAID, _DOUBTED))


def tell_of_harm_to_warned(text: str) -> bool:
    """Whether, after a warning, one of the clauses says that money, a secret or the screen was given away."""
    harm, no_harm = compiled(_HARM), compiled(_NOT_HARM)
    return any(harm.search(clause) and not no_harm.search(clause) for clause in plain(text).split())
