"""A person: asked for, and given back."""

from __future__ import annotations

import re

from actions import cards, close, handover, overdue, rules
from actions.turn import Turn
from ledger import tickets

CLOSING = re.compile(r"关(了|掉|闭)|注销|销户|取消月付")
HOTLINE = re.compile(
    r"(客服|人工|官方|投诉|受理|服务|热线)[的 ]?(电话|热线|号码)|热线|95152|联系方式"
    r"|(电话|号码).{0,4}(多少|是啥|是什么|几号|给我)|(什么|哪个|有没有|给我个?)电话|打.{0,2}电话(问|找|行)"
)
OURS = re.compile("(?:客服|人工|官方|投诉)的?电话")
# Wants somebody now, gives a number, or has already tried ours.
CALLED = re.compile(r"\d{7}|打不通|占线|没人接|接不通|给我[打回]|[让叫].{0,8}(打|联系)|回个?电话|转人工")

# Of somebody who was called and has not come: 你们到底有没有人处理我的事情.
_WAITS = re.compile("没有?人|多久|半天|一直|这么久|还[没不]|什么时候|排队")
_NOT_WANTED = re.compile(
    "(?:算了|那|先|我|还是|，|,| )*(?:不用|不要|不找|不需要|不想|取消)"
    "(?:要|找|转|再|了|叫)*(?:人工|客服|真人)(?:客服|服务)?"
    "(?:了|吧|啊|啦|[。！!， ])*"
)


# 不是我撤回的, as the button beside the debt says: a person compares it with the bank.
_NOT_TAKEN_BACK = re.compile(
    "(?:不是|没有?|谁)[^，。？,.?]{0,6}(?:撤[回走]|拒付)"
    "|(?:撤[回走]|拒付)[^，。？,.?]{0,6}(?:不是我|不知道|不知情|没同意)"
)


def talk_to_human(turn: Turn) -> None:
    """Gives the number to whoever asks for it; else files a ticket and says when somebody answers.

    Who only waits for somebody already called hears where that ticket stands.
    A complaint that also wants 月付 closed is told the way to it too.
    """
    if not turn.pressed and _NOT_WANTED.fullmatch(turn.text.strip()):
        resume_bot(turn)
        return
    if asks_number(turn):
        # 会不会打电话给我家人: whose number is not the question
        if overdue.of_contacts(turn) and not OURS.search(turn.text):
            overdue.overdue(turn)
        else:
            say_hotline(turn)
        return
    ticket = turn.ticket
    if ticket is not None and waits(turn):
        handover.say_waiting(turn, ticket)
    elif any(word in turn.text for word in handover.COMPLAINT_WORDS):
        handover.open_ticket(turn, "complaint", "utter_complaint_filed")
        if CLOSING.search(turn.text) and turn.decision is None:
            close.how_to_close(turn)
    else:
        handover.open_ticket(turn, "human", "utter_person_asked")


def told_of_taken_back(turn: Turn) -> bool:
    """Whether typed words deny having had a repayment taken back, where a bank did; then a person is called.

    Nobody else has used the account by that: what to do when it was is no answer.
    """
    if turn.pressed or turn.text.rstrip("？?。 ").endswith("吗") or not _NOT_TAKEN_BACK.search(turn.text):
        return False
    if turn.facts is None or not turn.facts.debts.chargeback_fen:
        return False
    talk_to_human(turn)
    return True


def asks_number(turn: Turn) -> bool:
    """Whether the typed words ask for a phone number that there is."""
    asked = HOTLINE.search(turn.text) and not CALLED.search(turn.text)
    return bool(asked and turn.ledger.terms.hotline and not turn.pressed)


def waits(turn: Turn) -> bool:
    """Whether typed words wait for somebody, and neither call anew nor complain."""
    anew = CALLED.search(turn.text) or any(word in turn.text for word in handover.COMPLAINT_WORDS)
    return not turn.pressed and not anew and _WAITS.search(turn.text) is not None


def say_hotline(turn: Turn) -> None:
    terms = turn.ledger.terms
    turn.say("utter_hotline", hotline=terms.hotline, hours=rules.staff_hours(terms))


def resume_bot(turn: Turn) -> None:
    """The customer goes back to the assistant; what staff still must look into stays with them."""
    ticket = turn.ticket
    if ticket is None:
        turn.say("utter_bot_is_here")
        return
    released = tickets.release(turn.ledger, ticket.id)
    response = "utter_bot_back" if released.state == "CLOSED" else "utter_bot_back_ticket_open"
    turn.say(response, card=cards.handoff_ended(ticket.number, "left"), number=ticket.number)


REPLIES = {"talk_to_human": talk_to_human, "resume_bot": resume_bot}
