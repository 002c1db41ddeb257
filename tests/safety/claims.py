"""Sentences that the ledger can contradict: what a reply says of the account, and every amount in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ledger import Ledger, disclosure, schedule
from ledger import tables as t
from ledger.model import AccountFacts
from tests.actions.chat import Said, responses

_AMOUNT = re.compile(r"¥([\d,]+)\.(\d\d)")
_Holds = Callable[[AccountFacts], bool]

#: What is so when a reply's name begins like this; the longest beginning counts.
_SAYS: dict[str, _Holds] = {
    "utter_closed": lambda known: known.state == "CLOSED",
    "utter_closed_owing": lambda known: known.state == "CLOSED" and known.debts.total_fen > 0,
    "utter_close_ready": lambda known: _may_close(known),
    "utter_close_decision": lambda known: _may_close(known),
    "utter_close_owing": lambda known: known.state == "ACTIVE" and known.debts.total_fen > 0,
    "utter_quote": lambda known: known.state == "ACTIVE" and known.debts.total_fen > 0,
    "utter_settle_cost": lambda known: known.state == "ACTIVE" and known.debts.total_fen > 0,
    "utter_nothing_owed": lambda known: not known.debts.total_fen,
    "utter_settled": lambda known: known.last_settled is not None,
    "utter_settled_closed": lambda known: known.state == "CLOSED",
    "utter_receipt_settled": lambda known: known.last_settled is not None and not known.debts.total_fen,
    "utter_receipt_settled_owing": lambda known: known.debts.total_fen > 0,
    "utter_receipt_settled_closed": lambda known: known.state == "CLOSED" and not known.debts.total_fen,
    "utter_receipt_taken_back": lambda known: known.debts.chargeback_fen > 0,
    "utter_not_settled": lambda known: known.debts.total_fen > 0,
    "utter_taken_back": lambda known: known.debts.chargeback_fen > 0,
    "utter_repay_taken_back": lambda known: known.debts.chargeback_fen > 0,
    "utter_overdue_taken_back": lambda known: known.debts.chargeback_fen > 0,
    "utter_overdue_none": lambda known: not (known.debts.overdue_fen or known.debts.chargeback_fen),
    "utter_minimum_none": lambda known: not (known.debts.overdue_fen or known.debts.chargeback_fen),
    "utter_settle_declined": lambda known: _last_is(known, "FAILED"),
    "utter_settle_checking": lambda known: known.open_charge is not None,
    "utter_charge_being_checked": lambda known: known.open_charge is not None,
    "utter_cannot_withdraw": lambda known: known.open_charge is not None,
}


def contradicted(known: AccountFacts, held_fen: frozenset[int], said: Said) -> Iterator[str]:
    """What of the bubble is not so; `held_fen`: the amounts that it may name."""
    begins = max((name for name in _SAYS if said.response.startswith(name)), key=len, default="")
    if begins and not _SAYS[begins](known):
        yield f"{said.response} is not so: {said.text}"
    strange = amounts(said.text) - amounts(responses()[said.response]["text"]) - held_fen
    if strange:
        yield f"amounts of no account: {sorted(strange)} in {said.response}: {said.text}"


def _may_close(known: AccountFacts) -> bool:
    owing = known.debts.total_fen or known.credit_fen or known.holds_fen or known.open_charge is not None
    return known.state == "ACTIVE" and not owing and all(each.state == "DONE" for each in known.refunds)


def _last_is(known: AccountFacts, state: str) -> bool:
    return known.last_settlement is not None and known.last_settlement.state == state


def amounts(text: str) -> set[int]:
    """All amounts of money in a text, in fen."""
    return {int(yuan.replace(",", "")) * 100 + int(fen) for yuan, fen in _AMOUNT.findall(text)}


def held(ledger: Ledger, known: AccountFacts) -> frozenset[int]:
    """Every amount that the ledger holds of this account, in fen, and what the terms name or lead to."""
    found = set(_whole(asdict(known))) | set(_whole(asdict(ledger.terms)))
    found.add(sum(plan.remaining_principal_fen for plan in known.plans))
    offers = disclosure.bill_plans(ledger.terms, known.bill, known.now)
    if not isinstance(offers, str):
        for offer in offers:
            found |= {*_whole(asdict(offer)), *schedule.principals(offer.principal_fen, offer.periods)}
    return frozenset(found)


def quoted(ledger: Ledger, quote_id: str) -> frozenset[int]:
    """Every amount of a quote, in fen, and the sums of its kinds."""
    q = t.quotes.c
    wanted = sa.select(q.lines, q.waived, q.excluded, q.total_fen).where(q.quote_id == quote_id)
    with ledger.read() as conn:
        row = conn.execute(wanted).one()
    return frozenset({*_whole(list(row)), *_sums(row.lines), *_sums(row.waived)})


def _sums(lines: list[dict[str, Any]]) -> Iterator[int]:
    """Of a quote's lines: of each kind, of all fees, of all that costs, and of all that does not."""
    kinds = [{line["kind"]} for line in lines]
    fees = {"billed_fee", "next_fee", "settlement_charge"}
    costs = fees | {"interest", "penalty"}
    principal = {line["kind"] for line in lines} - costs
    for these in [*kinds, fees, costs, principal]:
        yield sum(line["amount_fen"] for line in lines if line["kind"] in these)


def _whole(value: Any) -> Iterator[int]:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _whole(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _whole(each)
