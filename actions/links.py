"""Whose account a messaging app is: how to link it, what is linked, and ending that."""

from __future__ import annotations

import re

from actions import login, words
from actions.turn import Turn
from ledger import links
from ledger.errors import UnknownLink
from ledger.links import Link

_APPS = {"web": "网页", "wxkf": "微信", "wxoa": "公众号", "dy": "抖音"}
# Atomic groups: whatever was typed, it is read once. A bank card is bound too, and none of this.
_FILLER = (
    "(?>我|要|想|怎么|咋|如何|在哪|请问|请|帮我|给我|可以|可不可以|能不能|能|把|将|先|现在|这个|这里|和|跟|与|的|到|了|掉|一下"
    "|吧|吗|么|呢|啊|呀|微信|公众号|抖音|账号|账户|帐号|月付|[，,。！!？?~ ])*"
)
_WITH = "(?>和|跟|与|的|对|微信|公众号|抖音|账号|账户|帐号|月付)*"
_UNLINK = re.compile(f"{_FILLER}(?>解绑|(?>解除|取消|不要?|断开){_WITH}(?>绑定|关联)|换绑){_FILLER}")
_LINK = re.compile(f"{_FILLER}(?>绑定|关联){_FILLER}")
_OF_APPS = re.compile("微信|公众号|抖音|关联")


def asked(turn: Turn, text: str) -> bool:
    """Whether the typed words ask to link or to unlink, and have been answered."""
    if not turn.in_messenger and not _OF_APPS.search(text):
        return False  # on the page it may be a bank card
    if _UNLINK.fullmatch(text):
        unlink(turn)
    elif _LINK.fullmatch(text):
        say_how(turn)
    else:
        return False
    return True


def say_how(turn: Turn) -> None:
    """The way to link a messaging app: from the page, by whoever is logged in there."""
    if turn.in_messenger or turn.customer_id is None:
        login.tell(turn)
    else:
        turn.say("utter_link_on_page")


def unlink(turn: Turn) -> None:
    """What is linked, and the button that ends it: this messaging app, or on the page all of them."""
    if turn.customer_id is None:
        say_how(turn)
        return
    mine = [each for each in links.of_customer(turn.ledger, turn.customer_id) if each.made_by == "token"]
    if turn.in_messenger:
        mine = [each for each in mine if each.sender == turn.sender]
    if not mine:
        turn.say("utter_unlink_in_app" if turn.in_messenger else "utter_unlink_none", where=login.where(turn))
        return
    response = "utter_unlink_here" if turn.in_messenger else "utter_unlink_apps"
    ids = {"link_ids": [each.id for each in mine]}
    turn.say(response, values={"end_link": ids}, apps=_listed(turn, mine))


def end_link(turn: Turn) -> None:
    """Ends what the button named; pressed again, it has ended already."""
    if turn.customer_id is None:
        say_how(turn)
        return
    ended = []
    for link_id in turn.values.get("link_ids") or []:
        try:
            over = links.end(
                turn.ledger,
                link_id=int(link_id),
                reason="customer",
                by=turn.sender,
                customer_id=turn.customer_id,
            )
        except UnknownLink:
            continue
        ended.append(over.sender)
    if turn.in_messenger and turn.sender in ended:
        turn.settle_question()
        turn.say("utter_unlinked_here")
    else:
        turn.say("utter_unlinked")


def link_made(turn: Turn, ref: str) -> None:
    """To the customer's other senders: a link that somebody else made must not go unnoticed."""
    found = _own(turn, ref)
    if found is not None and found.ended_at is None:
        turn.say("utter_link_made", values={"end_link": {"link_ids": [found.id]}}, **_link_words(turn, found))


def link_ended(turn: Turn, ref: str) -> None:
    found = _own(turn, ref)
    if found is not None:
        turn.say("utter_link_ended", **_link_words(turn, found))


def _own(turn: Turn, ref: str) -> Link | None:
    whose = turn.customer_id
    every = links.of_customer(turn.ledger, whose, ended=True) if whose else []
    return next((each for each in every if each.id == int(ref)), None)


def _link_words(turn: Turn, link: Link) -> dict[str, str]:
    at = link.ended_at or link.linked_at
    return {"app": _app(link.sender), "at": words.moment(at, today=turn.ledger.clock.now().date())}


def _listed(turn: Turn, found: list[Link]) -> str:
    today = turn.ledger.clock.now().date()
    since = [f"{_app(each.sender)}（{words.day(each.linked_at, today=today)}起）" for each in found]
    return "、".join(since)


def _app(sender: str) -> str:
    """What the customer calls the app, by the beginning of its senders."""
    return _APPS.get(sender.partition("-")[0], "其他渠道")


REPLIES = {"unlink": unlink, "end_link": end_link}
