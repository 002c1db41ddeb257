"""Use by somebody else: a person looks into it, and what the customer does at once."""

from __future__ import annotations

import re

from actions import handover, own, words
from actions.turn import Turn

# Doubts whether we are who we say, and tells of no harm: to be answered, and nothing to look into.
DOUBT = re.compile(
    r"(你们?|月付|抖音|客服|平台|官方|这个?|这里)[^，。！？,.!? ]{0,6}(骗子|骗人|骗钱|诈骗|骗局|假的)"
    r"|(骗子|骗人|骗钱|诈骗)的?(公司|平台|软件|机构|产品|APP|app)"
)
HARM = re.compile(r"被骗|骗[了走我]|盗|[转刷划扣]走|冒用|冒名|不是我|验证码|[让叫]我|电话|来电|自称")

REPORT = re.compile("盗|冒|骗|不是我|不是本人|没[买用开借]|别人|他人|陌生|孩子|小孩|谁[用刷花买开借]|被")


def report_unauthorised(turn: Turn) -> None:
    """A ticket for whoever reports harm: a visitor may be somebody who cannot log in any more."""
    if not turn.pressed and DOUBT.search(turn.text) and not HARM.search(turn.text):
        turn.say("utter_fraud_doubt", hotline=turn.ledger.terms.hotline)
    elif handover.guessed(turn, REPORT) or handover.feared(turn):
        turn.say("utter_fraud_ask")
    else:
        register(turn)


def register(turn: Turn) -> None:
    """The ticket, and what there is to do at once for the account as it stands."""
    facts = turn.facts
    if facts is None:
        handover.open_ticket(turn, "fraud", "utter_fraud_anonymous")
    elif facts.state == "CLOSED" and facts.closed_at is not None:
        closed_on = words.day(facts.closed_at, today=facts.today)
        handover.open_ticket(turn, "fraud", "utter_fraud_closed", closed_on=closed_on)
    elif facts.freezes:
        handover.open_ticket(turn, "fraud", "utter_fraud_frozen", **own.freeze_words(facts))
    else:
        handover.open_ticket(turn, "fraud", "utter_fraud_own")


REPLIES = {"report_unauthorised": report_unauthorised}
