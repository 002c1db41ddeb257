"""Whoever writes of a caller that wants codes, screens or money is warned before anything else.

Pretended customer-service calls ("you opened a membership, close it or you are charged") lead to meeting
apps, screen sharing, codes and transfers; the real service never asks for any of them. The warning stands
beside the intents: it changes none, but what was asked gives way to it, above all what would settle or close.
Somebody may be reading the customer what to press.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from actions import decisions, fraud, fraud_denied, human, masking, scam_harm, scam_signs
from actions.scam_words import THEM
from actions.turn import Turn
from ledger import settlement

# After a warning the last topic is the scam, until the customer asks something else.
TOPIC = "scam"
_CONFIRMING = frozenset({"confirm_settle", "confirm_close"})
# Still in two minds, or about to go on: 那我点还是不点, 好的, 确认关闭.
_WAVERS = re.compile(
    r"([点关给转办按信听弄])(?:还是)?不(?:给|要)?\1|(?:要不要|该不该|能不能|可不可以|能|可以|要|该)(?:点|给|转(?!成|到|换|人)|信|听|按)"
    "|^(?:那|我|就|要|好的?|行|嗯|可以|[，, ])*(?:确认|确定|同意|继续)|真的?[吗假]|不会吧"
    "|^(?:那|我|就|先|也|去|要不|还是|[，, ])*(?:交|转|付|给|汇|试)"
    "(?:给?[他她]|钱|账|过去|试|一下)*[吧了呗][。！! ]*$"
)
# At a loss, with no other matter named: 那怎么办, 他还在催怎么办.
_AT_A_LOSS = re.compile(
    f"(?>那|我|现在|这下|这|该|可|要|到底|接下来|{THEM}|一直|还|又|老|在|催|打来|打电话"
    "|让|叫|说|转账?|钱|[，, ])*"
    "(?:怎么办|咋办)[啊呀呢吧了。！!？?~ ]*"
)
# What can still be done, said once the money or the secret is gone: 能拦下来吗, 你们赔吗, 我该不该挂, 挂了.
_RESCUE = re.compile(
    "(?!.*(?:月付|额度|账单|申请|授权|分期|[还退]款|账号|密码|运费|假[货一]|催|多还|关|结清)).*"
    "(?:拦[截下住]|追[得不]?[回到]|[要拿找][得不]回|[要拿找]回来|(?:钱|款)[^，。 ]{0,4}(?:[要拿找]回|撤回)"
    "|止付|赔|损失|报[警案]|立案|(?:不|该|要|电话|直接|已经|先)挂(?!失|账)|^我?挂(?:了|断|掉|吗|电话)|(?:又|还|一直|老)(?:在|来|给我)*打"
    "|钱[^，。 ]{0,4}(?:能|会|可以)[^，。 ]{0,2}(?:退|回来))"
)
_SHRUGS = re.compile("随[便意你您]|无所谓|都[行可好]|看着办")  # agrees to nothing that anybody wants of them
_MAX_CHARS = 14


def suspected(turn: Turn) -> bool:
    """Whether the customer's own words speak of such a caller, and do not deny that there is one.

    Pressed buttons never do.
    """
    return not turn.pressed and scam_signs.tell_of_scam(turn.text) and not fraud_denied.denied(turn.text)


def warn(turn: Turn) -> None:
    """The warning, then the ticket or what to do now; no decision stays open, as if it had been declined."""
    decided = (turn.decision or {}).get("kind") in decisions.KINDS
    if scam_signs.tell_of_harm(turn.text) or _harm_after_warning(turn):
        _register(turn)
    else:
        turn.say("utter_scam_warning")
        if turn.intent == "report_unauthorised" and fraud.to_answer(turn.text):
            fraud.report_unauthorised(turn)
        elif turn.intent == "talk_to_human":
            _call_person(turn)
        elif masking.SECRET.search(turn.text):
            turn.say("utter_secret_typed")
        else:
            turn.say("utter_scam_dropped" if decided else "utter_scam_next")
    turn.settle_question()
    turn.topic = TOPIC


def _register(turn: Turn) -> None:
    turn.say("utter_scam_harmed")
    fraud.register(turn)


def harmed(turn: Turn) -> bool:
    """Whether, after a warning or advice, typed words tell of harm, and it has been registered.

    Whatever they were taken for by themselves: 我已经转了 is then no repayment.
    """
    if not _harm_after_warning(turn):
        return False
    if not (_reported(turn) and _told_what_to_do(turn)):
        _register(turn)
    turn.topic = TOPIC
    return True


def _harm_after_warning(turn: Turn) -> bool:
    warned = turn.topic in (TOPIC, fraud.ADVISED) and not turn.pressed
    return warned and scam_harm.tell_of_harm_to_warned(turn.text)


def _call_person(turn: Turn) -> None:
    if human.asks_number(turn):
        human.say_hotline(turn)
    else:
        human.talk_to_human(turn)


def still_warned(turn: Turn) -> bool:
    """Whether, after a warning, this would go on where it broke off, and has been answered by a second one.

    A button that confirms is of the decision that was dropped: it shows no new one, whoever made the customer
    press it. One whose payment was made before still answers with what became of it.
    """
    if turn.topic == fraud.ADVISED and not turn.pressed and _about_to(turn):
        turn.topic = TOPIC
        turn.say("utter_scam_again")
        return True
    if turn.topic != TOPIC or turn.decision is not None:
        return False  # without a look at the account, which costs more than all else
    if not turn.pressed and _told_what_to_do(turn):
        return True
    facts = turn.facts
    if facts is not None and (facts.state != "ACTIVE" or facts.open_charge is not None):
        return False
    if turn.pressed:
        again = turn.intent in _CONFIRMING and not _paid_before(turn)
    else:
        again = _wavers(turn) or (turn.intent == "report_unauthorised" and fraud_denied.denied(turn.text))
    if again:
        turn.say("utter_scam_again")
    return again


def _told_what_to_do(turn: Turn) -> bool:
    """Whether short words ask what can still be done, and have been told; an open report is named."""
    text = turn.text.strip()
    if len(text) > _MAX_CHARS or not (_RESCUE.match(text) or _AT_A_LOSS.fullmatch(text)):
        return False
    ticket = turn.ticket
    if ticket is not None and _reported(turn):
        turn.say("utter_scam_then", number=ticket.number)
    elif _RESCUE.match(text):
        turn.say("utter_scam_then_unreported")
    else:
        return False
    return True


def _reported(turn: Turn) -> bool:
    return turn.ticket is not None and turn.ticket.kind == "fraud"


def _about_to(turn: Turn) -> bool:
    text = turn.text.strip()
    return len(text) <= _MAX_CHARS and _WAVERS.search(text) is not None


def _wavers(turn: Turn) -> bool:
    text = turn.text.strip()
    if len(text) > _MAX_CHARS:
        return False
    agrees = turn.intent == "affirm" and not _SHRUGS.search(text)
    return agrees or _WAVERS.search(text) is not None or _AT_A_LOSS.fullmatch(text) is not None


def _paid_before(turn: Turn) -> bool:
    quote_id = str(turn.values.get("quote_id", ""))
    if turn.customer_id is None or not quote_id:
        return False
    return settlement.for_quote(turn.ledger, turn.customer_id, quote_id) is not None


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
