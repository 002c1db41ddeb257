"""What a repayment is taken from: the card, where to change it, and other companies' wallets."""

from __future__ import annotations

import re

from actions import other_product, own, words
from actions.turn import Turn
from ledger.model import AccountFacts

CARD = re.compile(r"换.{0,6}卡|卡.{0,4}换|改.{0,7}卡|(哪|什么|啥|几号).{0,3}卡")
WALLET = re.compile(r"微信|支付宝|云闪付|财付通")
NO_DEBIT_CARD = re.compile(r"信用卡|余额宝|零钱通")


def told(turn: Turn, facts: AccountFacts) -> bool:
    """Whether the typed words asked for the means of payment, and were answered so."""
    if turn.pressed:
        return False
    if WALLET.search(turn.text):
        say_wallet(turn, facts)
    elif CARD.search(turn.text):
        say_card(turn, facts)
    elif NO_DEBIT_CARD.search(turn.text) or other_product.named(turn):
        say_wallet(turn, facts)
    else:
        return False
    return True


def say_card(turn: Turn, facts: AccountFacts) -> None:
    """Which card pays and where it is changed; first that it has just been declined, if it has."""
    last = facts.last_repayment
    response = "utter_card"
    more: dict[str, str] = {}
    if last is not None and last.state == "FAILED":
        response = "utter_card_declined"
        more = {"amount": words.money(last.amount_fen), "at": words.moment(last.at, today=facts.today)}
    path = turn.ledger.terms.auto_debit_path
    turn.say(response, card_last4=facts.card_last4, path=path, **more)


def say_wallet(turn: Turn, facts: AccountFacts) -> None:
    """Here only the card pays; what else is taken, the app's own repayment page shows."""
    bill = own.owed_bill(facts)
    path = {"path": turn.ledger.terms.repay_path, "card_last4": facts.card_last4}
    if bill is None:
        turn.say("utter_wallet", **path)
    else:
        turn.say("utter_wallet_bill", **own.bill_words(facts, bill), **path)
