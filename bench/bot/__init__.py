"""This bot beside a stock one: the same sentences, machine, service and client, in turns."""

from __future__ import annotations

import itertools
import random
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.bot import stock
from bench.bot.running import CUSTOMERS, Bot, both
from bench.bot.talking import a_second, while_another
from bench.sizes import NotMeasured, Size, say
from bench.timing import target
from scripts.build import MODEL
from scripts.environments import BOT

USERS: Final = 16
LONG_TEXT_CHARS: Final = 20_000
EARLY, LATE = slice(3, 8), slice(-5, None)


@dataclass(frozen=True)
class Counts:
    """How much is asked."""

    rounds: int
    messages: int  # in a round, of each bot
    alone: int
    turns: int


COUNTS: Final[dict[Size, Counts]] = {
    "short": Counts(3, 480, 200, 300),
    "full": Counts(10, 1_600, 2_000, 1_000),
}


def measure(size: Size) -> dict[str, Any]:
    """Raises NotMeasured where the bot's environment or model is missing."""
    if not BOT.python.exists() or not MODEL.exists():
        raise NotMeasured("the bot's environment or model is not there: run `make setup` first")
    counts = COUNTS[size]
    with tempfile.TemporaryDirectory(prefix="yuefu-bench-") as folder, both(Path(folder)) as (ours, rival):
        return {
            "ready": {**target(ours.ready_s / rival.ready_s, 0.67), "s": [ours.ready_s, rival.ready_s]},
            **_throughput(ours, rival, counts),
            **_alone(ours, rival, counts.alone),
            **_turns(ours, rival, counts.turns),
            **_long_text(ours),
            "memory_mb": ours.memory_mb,
            "memory_stock_mb": rival.memory_mb,
        }


def messages(count: int) -> Iterator[tuple[str, str]]:
    """(customer, text): every third one goes through an action of the ledger in both bots."""
    said = stock.sentences()
    drawn = random.Random(count)
    ledger = [text for name in stock.ASKED_OF_LEDGER for text in said[name]]
    others = [text for name in said if name not in stock.ASKED_OF_LEDGER for text in said[name]]
    for number in range(count):
        text = drawn.choice(ledger if number % 3 == 0 else others)
        yield f"K{drawn.randrange(1, CUSTOMERS + 1)}", text


def _throughput(ours: Bot, rival: Bot, counts: Counts) -> dict[str, Any]:
    """Messages a second of sixteen users, in turns."""
    talks = {bot.name: [bot.talk() for _ in range(USERS)] for bot in (ours, rival)}
    rates: dict[str, list[float]] = {ours.name: [], rival.name: []}
    for bot in (ours, rival):
        a_second(talks[bot.name], messages(USERS * 4))  # not counted
    for round_no in range(counts.rounds):
        for bot in (ours, rival) if round_no % 2 else (rival, ours):
            rates[bot.name].append(a_second(talks[bot.name], messages(counts.messages + round_no)))
    found = {name: statistics.median(each) for name, each in rates.items()}
    say(f"bot: messages a second {found}")
    ratio = found[ours.name] / found[rival.name]
    return {
        "throughput_ratio": round(ratio, 2),
        "throughput": {
            **target(ratio, 6, at_most=False),
            "a_second": {k: round(v, 1) for k, v in found.items()},
        },
    }


def _alone(ours: Bot, rival: Bot, count: int) -> dict[str, Any]:
    """One user's replies through an action, of a new customer every ten messages."""
    taken: dict[str, list[float]] = {}
    for bot in (ours, rival):
        talk = bot.talk()
        customers = (f"K{number // 10 + 1}" for number in itertools.count())
        taken[bot.name] = sorted(talk.time(next(customers), "查一下我的账单") for _ in range(count))
    told: dict[str, Any] = {}
    for name, at_most_ms, share in (("p50", 8, 0.5), ("p99", 20, 0.99)):
        ms = {bot: round(times[int(len(times) * share)] * 1000, 1) for bot, times in taken.items()}
        told[f"reply_{name}_ms"] = ms[ours.name]
        told[f"reply_{name}"] = {"ms": ms, "at_most_ms": at_most_ms, "reached": ms[ours.name] <= at_most_ms}
    return told


def _turns(ours: Bot, rival: Bot, count: int) -> dict[str, Any]:
    """A late turn of a customer against an early one; of ours those of several, for they differ by little."""
    ratios = {}
    for bot, customers in ((ours, 5), (rival, 1)):
        talk, early, late = bot.talk(), [], []
        for customer in range(CUSTOMERS, CUSTOMERS - customers, -1):
            times = [talk.time(f"K{customer}", "查一下我的账单") for _ in range(count)]
            early += times[EARLY]
            late += times[LATE]
        ratios[bot.name] = statistics.median(late) / statistics.median(early)
    say(f"bot: turn {count} against turn 5 {ratios}")
    return {
        "turn_ratio": round(ratios[ours.name], 2),
        "turns": {**target(ratios[ours.name], 1.2), "stock": round(ratios[rival.name], 2), "turns": count},
    }


def _long_text(ours: Bot) -> dict[str, Any]:
    """A very long message, and who else waits for it."""
    one, other = ours.talk(), ours.talk()
    text = "怎么关闭月付，" * (LONG_TEXT_CHARS // 7)
    long_s, longest_s = while_another(lambda: one.ask("K1", text), lambda: other.time("K2", "查一下我的账单"))
    ms = round(long_s * 1000, 1)
    return {
        "long_text_ms": ms,
        "long_text": {
            "ms": ms,
            "at_most_ms": 50,
            "reached": ms <= 50,
            "others_at_most_ms": round(longest_s * 1000, 1),
        },
    }
