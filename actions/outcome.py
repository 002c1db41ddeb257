"""Short words about a payment or a closing that was just confirmed: what became of it.

They charge and close nothing: 再试一次 shows the decision anew.
"""

from __future__ import annotations

import re
from datetime import timedelta

from actions import close, decisions, follow_up, repay, settle, unusable, words
from actions.turn import Turn
from ledger.model import AccountFacts, Repayment, Settlement
from ledger.numbers import charge_of

# Whether to pay once more: 我能再付一次吗, 要不要重新付款.
_PAY_AGAIN = re.compile(
    "^(?!.*买).*(?:(?:再|重新|重复|又|多)(?:付|支付|还|结清?|交|转)(?:款|钱|账)?(?:上?[一1两]?[次遍笔回]|款|钱)"
    "|(?:重新|重复)(?:付|支付|还款|结清)"
    "|(?:要不要|用不用|需不需要|能不能|可不可以|能|可以|可|要|用|需要)(?:再|重新)(?:付|支付|结清))"
)
_GIVE_BACK = re.compile(
    "(?:钱|款|[0-9]+)[^，。 ]{0,4}退(?:给|回)?我|退(?:给|回)?我[^，。 ]{0,3}(?:钱|[0-9]+)"
    "|^[请快都]*退(?:给|回)我"
)
# The same where no payment is under way, and with nothing else in it.
_ONCE_MORE = re.compile(
    "(?>那么?|我|现在|这样|是不是|还|就|[，, ])*(?:能不能|可不可以|要不要|用不用|能|可以|要|需要|得)*"
    "(?:再|重新)(?:付|支付|还|结清?|扣)(?:款|钱)?(?:[一1两]?[次遍笔回])?"
    "(?>行|可以|好)?[吗呢么嘛](?>[？?。！! ])*"
)
_TAKE_BACK = re.compile("取消|撤[回销]|不[想要]?[关付还]|别[关付扣还]")
_RETRY = re.compile(
    "(?>那|我|就|[，, ])*再来一?[次遍回](?>吧|呗|看|[。！!])*"
    "|(?>那|我|就|再|重新|来|一次|一下|吧|呗|[，, ])*"
    "(?>试试|再试|重试|试|重新付|再付|再扣)(?>一次|一下|试|吧|呗|看|[。！!])*"
)
# A try again after the reason why it will go now: 卡里有钱了，再扣一次.
_RETRY_NOW = re.compile(
    r"(?!.*(?:别|不|又|怎么|为什么|为啥)).*(?:再|重新)(?:扣|试|付)(?:一?次|一下|试)?[吧了呗。！! ]*"
)
# Whether it is closed, or why it is not, after settling and closing in one.
_CLOSED = re.compile(
    "(?>那|我|我的|抖音|现在|到底|已经|[，, ])*(?:月付)?(?>到底|已经|现在)*"
    "(?:关|注销)(?:闭|掉|了|好|成功|上)*(?:吗|没有?|嘛|么)[？?。 ]*"
    "|(?:月付)?(?:(?:为什么|为啥|怎么|咋)(?:月付)?(?:还|就)?不|(?:为什么|为啥|怎么|咋)?(?:月付)?(?:还|就)?没有?)(?:能|给我|帮我)?"
    "(?:关|注销)[闭掉了成上好]*[啊呢呀？?。 ]*"
)
_FAILED = re.compile("失败|没成功|[没不]能?扣成|扣不了|余额不[够足]")
# Said right after a payment: whether, when and how much.
_OUTCOME = re.compile(
    "(?>那|钱|款|现在|到底|我的?|已经|这笔|[，, ])*"
    "(?:扣款?|付款?|还款?|结清|还清|付清|成功|到账|入账|办好|弄好|好)"
    "(?>成功|成|到账|好|完|上)?了?(?:吗|没有?|嘛|么|多少钱?|几块)[？?。！! ]*"
    "|(?>那|钱|款|这笔)*(?:多久|什么时候|啥时候|几时|几天)(?:能|才|会)?(?:到账?|入账)(?>的|啊|呢|呀|[？? ])*"
    "|(?>那|现在|后来)*(?:怎么样|咋样|结果)(?>了|呢|怎么样|如何|[？? ])*"
)
# Whether money was taken: of the newest payment, whatever else was spoken of since.
_CHARGED = re.compile(
    "(?>那|钱|款|现在|到底|究竟|我的?|已经|这笔|刚才|刚刚|银行|你们|是不是|[，, ])*"
    "(?:扣(?:款|钱)?没扣(?:款|钱|成功|成|走|掉)*|有没有[扣付](?:款|钱|成功|成|走|掉)*"
    "|[扣付](?:款|钱)?(?:成功|成|走|掉)?了?(?:吗|没有?|嘛|么))(?>我?的?钱|款|了|啊|呀|呢|[？?。！!，, ])*"
)
# To have a payment back that is done; 取消 alone may mean so too.
_WITHDRAWS = re.compile("撤[回销]|取消.{0,8}(?:付|还款|扣|结清)|^取消|不[想要]?[付还]了|别[付扣还]")
_OF_PAYMENT = re.compile("付|扣|结清|还款")
_NOT_CLOSING = re.compile("不是(?:要|想|说)?(?:关闭?|注销)|不关")
_RESULT = re.compile(
    "(?>那|现在|后来|事情|[，, ])*(?:(?:怎么|咋)样|结果|进度|办到哪)(?>了|呢|如何|一步|[？?。 ])*"
)
_OF_PAYMENTS = frozenset({"prepay_all", "repayment_status"})  # topics after which they are said of it
_OF_DEBITS_OR_ORDERS = frozenset({"auto_debit", "why_unusable", "where_usable", "refund"})
_OF_ORDERS = frozenset({"", "why_unusable", "where_usable", "query_limit", "limit_change"})
_OF_CLOSING = frozenset({"", "how_to_close", "close_impact"})
_WAITING = re.compile("好了[没吗嘛么]|结果|等着|等多久|多久|这么久|这么慢|还没好|还要等|到底|核实")
# Intents that say little by themselves.
_VAGUE = frozenset({"affirm", "deny", "thanks", "goodbye", "greet", "nlu_fallback", "out_of_scope"})
_JUST_NOW = timedelta(hours=1)  # how long words may mean a payment without naming it
OF_OTHERS = re.compile("开通|关|注销|额度|分期|退款|订单|自动")
_NOT_OF_PAYMENT = re.compile(f"{OF_OTHERS.pattern}|月付|申请|投诉|工单|怎|[吗？?]")


def asked(turn: Turn, text: str) -> bool:
    """Whether the typed words ask so, and have been answered."""
    facts = turn.facts
    if facts is None:
        return False
    if facts.open_charge is not None:
        return _while_checked(turn, facts, text)
    if _CHARGED.fullmatch(text) and _tells_whether_charged(turn, facts):
        return True
    if facts.state == "CLOSED" and turn.topic in _OF_CLOSING and _OUTCOME.fullmatch(text):
        decisions.say_closed(turn, facts)
        return True
    if _after(turn, facts, text):
        return True
    if not _RESULT.fullmatch(text) or follow_up.asked(turn):
        return False
    turn.say("utter_progress_which")
    return True


def just_ended(facts: AccountFacts) -> Settlement | None:
    """The settlement that was confirmed less than an hour ago."""
    last = facts.last_settlement
    return last if last is not None and facts.now - last.created_at <= _JUST_NOW else None


def _while_checked(turn: Turn, facts: AccountFacts, text: str) -> bool:
    """Of a payment that the bank has: it is too late to take it back, and too early to say more."""
    if _CLOSED.fullmatch(text):
        close.say_closing(turn)
        return True
    asks = any(words.fullmatch(text) for words in (_RETRY, _OUTCOME, _CHARGED))
    if _TAKE_BACK.search(text) and not OF_OTHERS.search(text.replace("不关", "")):
        decisions.decline(turn)
    elif _PAY_AGAIN.search(text) and not OF_OTHERS.search(text):
        decisions.say_not_again(turn, facts)
    elif asks or _GIVE_BACK.search(text) or (turn.intent in _VAGUE and _WAITING.search(text)):
        decisions.say_under_way(turn, facts)
    else:
        return False
    return True


def _tells_whether_charged(turn: Turn, facts: AccountFacts) -> bool:
    """Of the payment of the last hour; of an older one where nothing else that takes money was spoken of.

    A decision that was opened since stays open.
    """
    newest, last, decision = facts.last_repayment, just_ended(facts), turn.decision
    if last is not None and (newest is None or newest.at <= last.created_at or _is_of(newest, last)):
        settle.say_settlement(turn, facts, last)
    elif newest is not None and facts.now - newest.at <= _JUST_NOW:
        repay.say_status(turn, facts, newest)
    elif decisions.again(turn, "settle", "settle_close"):
        return True
    elif decision is not None or facts.state == "CLOSED" or turn.topic in _OF_DEBITS_OR_ORDERS:
        return False
    elif newest is not None:
        repay.repayment_status(turn)
    else:
        return False
    turn.decision = decision
    return True


def _is_of(repayment: Repayment, last: Settlement) -> bool:
    return repayment.number == charge_of(last.number)


def _told_of_once_more(turn: Turn, facts: AccountFacts, last: Settlement | None) -> bool:
    """After a decline its decision, after a payment that it is done; of an order why it was refused."""
    if turn.decision is not None:
        return False
    if last is not None and last.state == "FAILED":
        decisions.show_settle(turn, close_after=last.close_after)
    elif last is not None:
        settle.say_settlement(turn, facts, last)
    elif facts.refusals and turn.topic in _OF_ORDERS:
        unusable.why_unusable(turn)
    else:
        repay.repayment_status(turn)
    return True


def withdraws(turn: Turn, text: str) -> bool:
    """Whether the words would have the payment back that was just made, and were told that it is done."""
    if not _WITHDRAWS.search(text) or _NOT_OF_PAYMENT.search(_NOT_CLOSING.sub("", text)):
        return False
    facts = turn.facts
    last = None if facts is None else just_ended(facts)
    if facts is None or last is None or last.state != "SETTLED" or turn.decision is not None:
        return False
    if facts.debts.chargeback_fen or (facts.state == "CLOSED" and not _OF_PAYMENT.search(text)):
        return False
    amount, at = words.money(last.amount_fen), words.moment(last.settled_at or facts.now, today=facts.today)
    turn.say("utter_settled_no_way_back", amount=amount, at=at, receipt=last.receipt)
    return True


def _after(turn: Turn, facts: AccountFacts, text: str) -> bool:
    """Of one whose outcome came a moment ago."""
    last = just_ended(facts)
    if _ONCE_MORE.fullmatch(text):
        return _told_of_once_more(turn, facts, last)
    if last is None:
        return False
    if turn.topic in _OF_PAYMENTS and turn.decision is None and _OUTCOME.fullmatch(text):
        settle.say_settlement(turn, facts, last)
    elif last.state != "FAILED":
        return False
    elif last.close_after and turn.decision is None and _CLOSED.fullmatch(text):
        settle.say_settlement(turn, facts, last)
    elif _RETRY.fullmatch(text) or _RETRY_NOW.fullmatch(text):
        decisions.show_settle(turn, close_after=last.close_after)
    elif turn.decision is None and _FAILED.search(text):
        repay.repayment_status(turn)
    else:
        return False
    return True
