"""Compares what every customer said and heard with what is stored, and with what they owe."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from soak.books import Comparison
from soak.crowd import Crowd
from soak.customers import Customer, Said, Try
from soak.tabs import Message

_TURNS: Final = sa.text("SELECT sender, turn_id, seq, answer FROM chat_turn")
_MESSAGES: Final = sa.text("SELECT sender, seq, role, body FROM chat_message")
_AMOUNT: Final = re.compile(r"¥[0-9][0-9,]*\.[0-9]{2}")
_MARK: Final = re.compile(r"暗号[0-9]{7}")
_UNFIT: Final = ("Traceback", "Error:", "Exception")
_REFERENCE: Final = re.compile(r"E-[0-9A-F]{6,8}")  # of a service, of a bot


@dataclass(frozen=True)
class Stored:
    """The conversations as the bots keep them: by sender the answers by turn, and the messages by number."""

    answers: dict[str, dict[str, list[Message] | None]]
    messages: dict[str, dict[int, Message]]

    @classmethod
    def read(cls, url: str) -> Stored:
        """`url`: of the conversations' database."""
        answers: dict[str, dict[str, list[Message] | None]] = {}
        messages: dict[str, dict[int, Message]] = {}
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as conn:
            for row in conn.execute(_TURNS):
                answers.setdefault(row.sender, {})[row.turn_id] = _plain(row.answer)
            for row in conn.execute(_MESSAGES):
                body = _plain(row.body)
                messages.setdefault(row.sender, {})[row.seq] = {**body, "seq": row.seq, "role": row.role}
        return cls(answers, messages)


def wrong_answers(crowd: Crowd, stored: Stored) -> Iterator[str]:
    """Acknowledged messages without an answer or with two, and words heard otherwise than stored."""
    for customer in crowd.customers:
        answers = stored.answers.get(customer.sender, {})
        kept = stored.messages.get(customer.sender, {})
        told: Counter[int] = Counter()
        for said in customer.said:
            if not said.acknowledged_at:
                continue
            answer = answers.get(said.id)
            if answer is None:
                yield f"{customer.name}: message {said.seq} was acknowledged and never answered"
                continue
            told.update(message["seq"] for message in answer)
            if kept.get(said.seq, {}).get("text") != said.shown:
                yield f"{customer.name}: message {said.seq} is not kept as it was said"
        yield from (
            f"{customer.name}: {seq} answers two messages" for seq, times in told.items() if times > 1
        )
        said_twice = Counter(each["text"] for each in kept.values() if each["role"] == "user")
        own = Counter(said.shown for said in customer.said if said.acknowledged_at)
        yield from (f"{customer.name}: {text!r} is kept too often" for text in said_twice - own)
        yield from _unheard(customer, kept)


def _unheard(customer: Customer, kept: dict[int, Message]) -> Iterator[str]:
    for number, tab in enumerate(customer.tabs, 1):
        yield from (f"{customer.name}, tab {number}: {line}" for line in tab.contradictions)
        for seq in sorted(kept.keys() ^ tab.heard.keys()):
            what = "was not heard" if seq in kept else "was heard and is not stored"
            yield f"{customer.name}, tab {number}: message {seq} {what}"
        for seq in kept.keys() & tab.heard.keys():
            if (kept[seq]["role"], kept[seq]["text"]) != (tab.heard[seq]["role"], tab.heard[seq]["text"]):
                yield f"{customer.name}, tab {number}: message {seq} was heard otherwise than it is stored"


def foreign_words(crowd: Crowd) -> Iterator[str]:
    """Words that belong to somebody else: a secret word, or what they owe. And what is for nobody's eyes."""
    owner = {yuan(each.owes_fen): each.name for each in crowd.customers}
    marks = {each.mark: each.name for each in crowd.customers}
    for customer in crowd.customers:
        for tab in customer.tabs:
            for seq, message in tab.heard.items():
                text = json.dumps(message, ensure_ascii=False)
                of = [owner.get(each) for each in _AMOUNT.findall(text)]
                of += [marks.get(each, "somebody unknown") for each in _MARK.findall(text)]
                for other in {each for each in of if each and each != customer.name}:
                    yield f"{customer.name} heard of {other} in message {seq}"
                if any(each in message["text"] for each in _UNFIT):
                    yield f"{customer.name} was shown a failure of the program in message {seq}"


def without_reference(crowd: Crowd) -> Iterator[str]:
    """Refusals and apologies that name nothing by which the cause can be found."""
    for customer in crowd.customers:
        for one in tries(customer.said):
            if one.outcome in ("refused", "apology") and not _REFERENCE.fullmatch(one.reference):
                yield f"{customer.name}: {one.code or 'an apology'} without a reference"


def wrong_payments(crowd: Crowd, books: Comparison) -> Iterator[str]:
    """Who paid twice, another amount, or unasked, or was told something else than the books say."""
    for customer in crowd.customers:
        kept_fen, settled = books.kept_fen.get(customer.name, 0), customer.name in books.settled
        if settled and not customer.pressed:
            yield f"{customer.name} was charged and never pressed"
        if kept_fen != (customer.owes_fen if settled else 0):
            yield f"{customer.name} owed {customer.owes_fen} fen, paid {kept_fen}, settled: {settled}"
        if settled != (customer.receipt() is not None):
            yield f"{customer.name}: settled is {settled}, and the receipt says otherwise"


def tries(said: Iterable[Said]) -> Iterator[Try]:
    for each in said:
        yield from each.tries


def yuan(fen: int) -> str:
    """As the assistant writes it."""
    return f"¥{fen // 100:,}.{fen % 100:02}"


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
