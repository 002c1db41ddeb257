"""Use by somebody else: a person looks into it, and what the customer does at once."""

from __future__ import annotations

import re

from actions import decisions, fraud_denied, handover, masking, own, scam_signs, words
from actions.turn import Turn
from ledger import tickets

# Doubts whether we are who we say, and tells of no harm: to be answered, and nothing to look into.
DOUBT = re.compile(
    r"(你们?|月付|抖音|客服|平台|官方|这个?|这里)[^，。！？,.!? ]{0,6}(骗子|骗人|骗钱|诈骗|骗局|假的)"
    r"|(骗子|骗人|骗钱|诈骗)的?(公司|平台|软件|机构|产品|APP|app)"
)
_OF_US = re.compile("你|月付|抖音|平台|官方")
HARM = re.compile(r"被骗|骗[了走我]|盗|[转刷划扣]走|冒用|冒名|不是我|验证码|[让叫]我|电话|来电|自称")
# Called names, with nothing reported: 骗子, 你们是骗子, 一群大骗子.
CALLED_NAMES = re.compile(
    "(?:(?>你们?|您|这|就|都|真|全|是|一(?:群|帮|个|家)|群|帮|个|大|死|臭|破|老|滚|妈的|[，,。.！!？?~ ])*"
    "(?:骗子|骗人|骗钱|诈骗犯?)(?>的|们|吧|啊|呀|吗|呢|[，,。.！!？?~ ])*)+"
)

# After advice on what somebody else's offer is, the last topic, until the customer asks something else.
ADVISED = "advised"
REPORT = re.compile("盗|冒|骗|不是我|不是本人|没[买用开借]|别人|他人|陌生|孩子|小孩|谁[用刷花买开借]|被")
# Not theirs, of something on the bill, in passing: 慢着，账单里有一笔我不认识的消费.
_NOT_MINE = re.compile(
    "(?:不认识|不认得|没[买下用花]过?|莫名其妙|来历不明|不是我[买下用花]|不知道(?:是)?谁[买下用花])的?"
    "[^，。,. ]{0,4}(?:消费|单|笔|东西|账|扣|交易)|(?:消费|单|笔|东西|账|扣款?|交易)[^，。,. ]{0,3}"
    "(?:我|根本|从来|都|完全|是|的)*(?:不认识|不认得|没买过|没下过|莫名其妙|来历不明|不是我[买下用花])"
)

# Wonders whether it is a swindle, or true: as far as is said nothing has happened that can be looked into.
_WONDERS = re.compile(
    "(?:骗[子人钱局]|骗术|诈骗|被骗|圈套|上当|假的|真的|可信|靠谱|可靠|能信|官方|正规)的?了?[吗么嘛吧不没？?]"
    "|(?:是不是|会不会|是否|算不算)[^，。,. ]{0,6}(?:骗|圈套|上当|真的|假的|官方|正规)"
    "|(?:真|假)的?(?:还是)?(?:是)?[真假]的?"
    "|(?:可不可|能不能|可以|敢|该不该)信|靠不靠谱|信得过"
)
# Money went, a secret was told, or something was bought, opened or used that is not theirs.
_HAPPENED = re.compile(
    "(?<!被)骗了|骗走|被骗(?:钱|了?[0-9一二三四五六七八九十几])|盗|冒[用名]|[转刷划扣打汇付借]走|不是(?:我|本人)"
    "|没有?[买用开借办]过?"
    "|[用刷花买开借扣转付打汇交充给说报发填输点下](?:过去|出去)?了(?![吗没才就])|告诉了|少了|没了|多了|跑路|失联|拉黑"
)
# Where such a thing comes from. What people say of 月付 is none, but what they offer to do is.
_FROM = re.compile(
    "(?:有人|有个|网上|网友|群里|朋友圈|外面|抖音上)[^，。,. ]{0,8}"
    "(?:帮|代|收费|花钱|教|带|强开|提现|套现|消|修复|洗|内部|渠道)"
    "|中介|陌生|短信|彩信|邮件|来电|电话|打来|自称|加我|广告|链接|二维码|代[还办关]|刷单|兼职|上门|有人发"
)
# A bank, a court or the police that calls to say that something is owed or wrong: 工行来电话说我欠款.
_CLAIMS = re.compile(
    "(?:银行|[建工农中招交]行|邮储|法院|公安|警察|派出所|检察院|律师|征信中心)[^，。,. ]{0,4}"
    "(?:来?电话?|打来|发来?(?:了|个|条)?(?:短信|信息))[^，。,. ]{0,6}[说称讲知诉][^，。,. ]{0,6}"
    "(?:逾期|欠|违约|冻结|涉嫌|征信|起诉|异常)"
)
# Somebody who says that something is owed: 有人打电话说我欠3000. Of whoever owes nothing.
_SAYS_OWED = re.compile(
    "(?:有人|对方|他们?|她|一?个(?:人|男的|女的|电话)|陌生人?|催收|来电|电话|短信)[^，。,. ]{0,8}[说称]"
    "[^，。,. ]{0,6}(?:欠|没还|逾期|未还)"
)
_HAS_PAID = re.compile("还[了过清完上]|已经?还|结清|交[了过]|扣[了走过]")
# Somebody who offers to mend a credit record or a debt: 有人说花钱能消逾期记录.
_SOMEBODY = "(?:有人|他们?|她|对方|中介|网上|网友|群里|朋友|人家|别人|公司|机构|律师|师傅|老师|那[个边人])"
_MENDS = (
    "(?:(?:销|消除?|洗白?|修复|修改|清除?|铲除?|撤销?|抹)掉?[^，。,. ]{0,4}(?:逾期|征信|记录|黑名单)"
    "|(?:逾期|征信|记录|黑名单)[^，。,. ]{0,4}(?:销|消|洗|修复|修改|清|铲|抹)[掉除白]?"
    "|停息|挂账|债务(?:优化|重组)|反催收)"
)
_OFFERED = re.compile(f"{_SOMEBODY}[^，。,.]{{0,8}}(?:帮|收|要|交|代|花|付)[^，。,. ]{{0,10}}{_MENDS}")
_HONEST = re.compile("帮我还|代[付还]|[还付结]清|还了|付了?账|学费")  # a debt that somebody pays
# Whose answer tells what a message says by the ledger.
_TOLD = frozenset({"repayment_status"})


def wondered(turn: Turn) -> bool:
    """Whether typed words asked if what somebody says, offers or sends is a swindle, and were told.

    A call in the name of a bank or a court that claims a debt is one such, without being asked of.

    Whatever else they are about gives way to it, as to the warning of a scam.
    """
    if turn.pressed:
        return False
    offered = _OFFERED.search(turn.text) and not _HONEST.search(turn.text)
    if not happened(turn.text) and (offered or _told_of_no_debt(turn)):
        advise(turn, "utter_fraud_fixers" if offered else "utter_fraud_no_debt")
        return True
    if turn.intent in _TOLD:
        return False
    asks = _FROM.search(turn.text) and wonders(turn.text)
    if not asks and not (_CLAIMS.search(turn.text) and not happened(turn.text)):
        return False
    advise(turn)
    return True


def _only_claimed(text: str) -> bool:
    """Whether somebody only said that something is owed."""
    return _SAYS_OWED.search(text) is not None and not happened(text)


def _told_of_no_debt(turn: Turn) -> bool:
    if not _SAYS_OWED.search(turn.text) or _HAS_PAID.search(turn.text) or _CLAIMS.search(turn.text):
        return False  # a bank's claim may be of a debt to the bank; who has paid hears of that payment
    facts = turn.facts
    return facts is not None and not facts.debts.total_fen and facts.open_charge is None


def wonders(text: str) -> bool:
    """Whether the words only ask if it is a swindle, or true, and tell of nothing that has happened."""
    return _WONDERS.search(text) is not None and not happened(text)


def happened(text: str) -> bool:
    return scam_signs.tell_of_harm(text) or _HAPPENED.search(text) is not None


def advise(turn: Turn, response: str = "utter_fraud_wondered") -> None:
    """What no honest caller asks for, and a button to report; an open decision is over as by a warning."""
    decided = (turn.decision or {}).get("kind") in decisions.KINDS
    turn.settle_question()
    turn.topic = ADVISED
    turn.say(response, today=words.day(turn.facts.today) if turn.facts else "")
    if decided:
        turn.say("utter_scam_dropped")


def found(turn: Turn) -> bool:
    """Whether typed words find, while a decision stands open, something on the bill that is not theirs.

    The decision is over then, for it may settle just that; they are told so, and how to report it.
    """
    decided = (turn.decision or {}).get("kind") in decisions.KINDS
    if turn.pressed or not decided or not _NOT_MINE.search(turn.text):
        return False
    turn.settle_question()
    turn.say("utter_fraud_found")
    return True


def report_unauthorised(turn: Turn) -> None:
    """A ticket for whoever reports harm: a visitor may be somebody who cannot log in any more.

    Whoever only asks whether it is a swindle is told, and may report it.
    """
    if not turn.pressed and fraud_denied.denied(turn.text):
        _believe(turn)
    elif not turn.pressed and doubted(turn.text):
        if wonders(turn.text) and not _OF_US.search(turn.text):
            turn.topic = ADVISED
        turn.say("utter_fraud_doubt", hotline=turn.ledger.terms.hotline)
    elif not turn.pressed and (wonders(turn.text) or _only_claimed(turn.text)):
        advise(turn)
    elif handover.guessed(turn, REPORT) or handover.feared(turn):
        turn.say("utter_fraud_ask")
    else:
        register(turn)


def _believe(turn: Turn) -> None:
    """Nothing is filed: what stood open still does, and whoever looks into a report reads these words."""
    kind, ticket = str((turn.decision or {}).get("kind")), turn.ticket
    if kind in decisions.KINDS:
        decisions.show(turn, kind, how="again")
    elif ticket is not None and ticket.kind == "fraud":
        tickets.append(turn.ledger, ticket.id, masking.masked(turn.text), key=f"{turn.key}:denied")
        handover.say_ticket(turn, ticket, "utter_fraud_denied")
    else:
        turn.say("utter_affirm")


def taken_back(turn: Turn) -> bool:
    """Whether typed words take back a report that is still looked into, and have been written into it.

    It stays open: who presses a customer to take it back gains nothing, and whoever works on it decides.
    """
    if turn.pressed or not fraud_denied.takes_back(turn.text, just_told=True):
        return False
    report = open_report(turn)  # looked for only now: few words are of one
    if report is None:
        return False
    if not fraud_denied.takes_back(turn.text, just_told=handover.spoke_of(turn, report)):
        return False
    tickets.append(turn.ledger, report.id, masking.masked(turn.text), key=f"{turn.key}:denied")
    handover.say_ticket(turn, report, "utter_fraud_denied")
    return True


def open_report(turn: Turn) -> tickets.Ticket | None:
    """The sender's report that is not closed, or the customer's, whichever way it was filed."""
    if turn.ticket is not None and turn.ticket.kind == "fraud":
        return turn.ticket
    filed = [each for each in tickets.open_for(turn.ledger, turn.sender) if each.kind == "fraud"]
    if filed or turn.customer_id is None:
        return filed[-1] if filed else None
    return tickets.latest_of(turn.ledger, turn.customer_id, "fraud")


def doubted(text: str) -> bool:
    """Whether the words call us swindlers, or ask whether we are, and tell of no harm."""
    if CALLED_NAMES.fullmatch(text.strip()):
        return True
    return DOUBT.search(text) is not None and not HARM.search(text)


def to_answer(text: str) -> bool:
    """Whether a report is answered beside a warning: something has happened, or we are called names."""
    return happened(text) or doubted(text)


def register(turn: Turn) -> None:
    """The ticket, and what there is to do at once for the account as it stands.

    A decision that stands open is over: it was shown before anything was known to be wrong.
    """
    turn.settle_question()
    facts, late = turn.facts, "utter_fraud_late"
    if facts is None:
        handover.open_ticket(turn, "fraud", "utter_fraud_anonymous", late)
    elif facts.state == "CLOSED" and facts.closed_at is not None:
        closed_on = words.day(facts.closed_at, today=facts.today)
        handover.open_ticket(turn, "fraud", "utter_fraud_closed", late, closed_on=closed_on)
    elif facts.freezes:
        handover.open_ticket(turn, "fraud", "utter_fraud_frozen", late, **own.freeze_words(facts))
    else:
        handover.open_ticket(turn, "fraud", "utter_fraud_own", late)


REPLIES = {"report_unauthorised": report_unauthorised}
