"""Being late, and not being able to pay in time."""

from __future__ import annotations

import re

from actions import cards, decisions, guards, handover, own, rules, words
from actions.turn import Turn
from ledger import disclosure
from ledger.model import AccountFacts

# Asks to be registered, or to have it deferred, and not whether that can be.
_REGISTERS = re.compile(
    "登记|(?:我[要想]|想要?|请|麻烦|[帮给]我|要求).{0,4}(?:申请|协商|延期|延后|延|缓|推迟|宽限|停息挂账)"
)
_WHETHER = re.compile("怎么|如何|能不能|能否|可不可以|可以|行不行|[吗么嘛不][？?。！!]*$")

# Courts and police: nobody here knows whether, so nothing is promised either way.
LEGAL = re.compile("起诉|诉讼|法院|传票|律师函|坐牢|判刑|抓|报警|警察|仲裁|强制执行|老赖|失信|告(?:我|上|到)")
# People who have no part in it, whom a collector might call.
_PEOPLE = "(?:家人|家里|父母|爸|妈|老公|老婆|亲戚|朋友|同事|单位|公司|通讯录|紧急联系人)"
CONTACTS = re.compile(
    f"(?:打|联系|骚扰|通知|告诉|找|爆).{{0,8}}{_PEOPLE}|{_PEOPLE}.{{0,4}}(?:接到|收到|知道|被)|给.{{0,2}}{_PEOPLE}打"
)
_ABUSE = re.compile("(?:催|逾期|电话|短信|他们).{0,8}(?:骂|威胁|恐吓|侮辱|爆粗)")

_PENALTY = "(?:违约金|罚息|滞纳金|逾期费|利息)"
# Neither 以免 nor 避免, with which one asks how not to come to it.
_SPARED = "(?:减|(?<!避)(?:(?<=可以)|(?<!以))免|少收|抹|取消|打折|不收)"
WAIVER = re.compile(f"{_PENALTY}.{{0,6}}{_SPARED}|{_SPARED}.{{0,6}}{_PENALTY}")
# Whether what grows by the day ends somewhere.
_CAPPED = re.compile("封顶|上限|无限|一直涨")
# What a day costs: the amount, and not the rate alone.
_A_DAY = re.compile("(?:每|[一1])[天日].{0,8}(?:多少|几[块毛分]|怎么[算收])")


def overdue(turn: Turn) -> None:
    """What is late with its days and penalty, or what being late would mean."""
    rule = {"rate": rules.daily_rate(turn.ledger.terms.penalty_rate)}
    spared = turn.follow_up == "spared"
    general = "utter_waiver_anonymous" if spared else "utter_overdue_anonymous"
    general = "utter_overdue_cap_anonymous" if _asks_cap(turn) else general
    facts = own.account(turn, general, "utter_closed_repay", "utter_closed_owing_overdue", **rule)
    if facts is None or _told_while_checked(turn, facts) or own.being_checked(turn, facts):
        return
    bill = own.owed_bill(facts)
    if facts.debts.overdue_fen and bill:
        turn.say(_late_response(turn), **rule, **own.bill_words(facts, bill), **own.overdue_words(facts))
    elif spared and facts.debts.total_fen:
        owed, today = words.money(facts.debts.total_fen), words.day(facts.today)
        turn.say("utter_waiver_owing", owed=owed, today=today)
    elif spared:
        decisions.tell_nothing_owed(turn, facts)
    elif _asks_cap(turn):
        turn.say("utter_overdue_cap_rule", **rule)
    elif bill and not bill.minimum_fen:
        turn.say("utter_overdue_minimum_met", **rule, **own.bill_words(facts, bill))
    elif bill:
        turn.say("utter_overdue_not_yet", **rule, **own.bill_words(facts, bill))
    elif not own.taken_back(turn, facts, "utter_overdue_taken_back"):
        turn.say("utter_overdue_none", today=words.day(facts.today), **rule)
    if bill is not None:
        own.add_taken_back(turn, facts)


def _told_while_checked(turn: Turn, facts: AccountFacts) -> bool:
    """Whether a payment has an open outcome, and it was told what is late or due beside it."""
    charge, late = facts.open_charge, own.overdue_bill(facts)
    bill = late or own.due_bill(facts)
    if charge is None or bill is None:
        return False
    turn.settle_question()
    turn.say(
        "utter_overdue_checking" if late else "utter_overdue_checking_not_yet",
        card=cards.status("checking", charge.amount_fen, charge.number),
        **own.bill_words(facts, bill),
        **own.overdue_words(facts),
        **guards.charge_words(facts),
    )
    return True


def _late_response(turn: Turn) -> str:
    """By what is feared of being late, where the typed words name it."""
    typed = "" if turn.pressed else turn.text
    if LEGAL.search(typed):
        return "utter_overdue_legal"
    if WAIVER.search(typed) or turn.follow_up == "spared":
        return "utter_overdue_waiver"
    if _asks_cap(turn):
        return "utter_overdue_capped"
    if _A_DAY.search(typed) or turn.follow_up == "a_day":
        return "utter_overdue_a_day"
    return "utter_overdue_contacts" if of_contacts(turn) else "utter_overdue_late"


def _asks_cap(turn: Turn) -> bool:
    return turn.follow_up == "capped" or (not turn.pressed and _CAPPED.search(turn.text) is not None)


def of_contacts(turn: Turn) -> bool:
    """Whether the typed words are of calls to people who have no part in it, or of abuse."""
    abused = _ABUSE.search(turn.text) and "投诉" not in turn.text
    return not turn.pressed and bool(CONTACTS.search(turn.text) or abused)


def request_extension(turn: Turn) -> None:
    """What whoever cannot pay in time can do; only who asks to be registered for it is."""
    due_day = str(turn.ledger.terms.due_day)
    closed = "utter_closed_repay", "utter_closed_owing_extension"
    facts = own.account(turn, "utter_extension_anonymous", *closed, due_day=due_day)
    if facts is None or own.being_checked(turn, facts):
        return
    if not facts.debts.total_fen:
        decisions.tell_nothing_owed(turn, facts)
    elif _registers(turn):
        register(turn, facts)
    elif turn.topic_at_start == "request_extension" and not turn.pressed:
        turn.say("utter_extension_again")
    else:
        say_possible(turn, facts)


def _registers(turn: Turn) -> bool:
    """Whether the typed words ask to be registered, or somebody is looking into it already."""
    ticket = turn.ticket
    if ticket is not None and ticket.kind == "hardship":
        return True
    return not turn.pressed and bool(_REGISTERS.search(turn.text)) and not _WHETHER.search(turn.text)


def say_possible(turn: Turn, facts: AccountFacts) -> None:
    """The least to pay and until when, instalments where the bill can be had in some, and a person."""
    bill = own.owed_bill(facts)
    if bill is None:
        if not own.taken_back(turn, facts, "utter_extension_taken_back"):
            turn.say("utter_extension_next", **own.next_words(facts))
        return
    offers = disclosure.bill_plans(turn.ledger.terms, bill, facts.now)
    if facts.debts.overdue_fen:
        response = "utter_extension_overdue"
    elif not bill.minimum_fen:
        response = "utter_extension_met"
    else:
        response = "utter_extension_bill" if isinstance(offers, str) else "utter_extension_instalment"
    turn.say(response, **own.bill_words(facts, bill), **own.overdue_words(facts))
    own.add_taken_back(turn, facts)


def register_hardship(turn: Turn) -> None:
    """The button: as `request_extension`, and it is asked for."""
    facts = decisions.known(turn)
    if facts is None or own.being_checked(turn, facts):
        return
    if facts.debts.total_fen:
        register(turn, facts)
    else:
        decisions.tell_nothing_owed(turn, facts)


def register(turn: Turn, facts: AccountFacts) -> None:
    """A person gets it, who sees the account's figures; until then the least to pay."""
    bill = own.owed_bill(facts)
    if facts.debts.overdue_fen and bill:
        more = own.bill_words(facts, bill) | own.overdue_words(facts)
        handover.open_ticket(turn, "hardship", "utter_hardship_overdue", **more)
    elif bill:
        response = "utter_hardship_bill" if bill.minimum_fen else "utter_hardship_met"
        handover.open_ticket(turn, "hardship", response, **own.bill_words(facts, bill))
    elif facts.debts.chargeback_fen:
        more = own.taken_back_words(facts)
        handover.open_ticket(turn, "hardship", "utter_hardship_taken_back", **more)
    else:
        next_due = words.day(facts.next_due_on, today=facts.today)
        handover.open_ticket(turn, "hardship", "utter_hardship_next", next_due=next_due)


REPLIES = {
    "overdue": overdue,
    "request_extension": request_extension,
    "register_hardship": register_hardship,
}
