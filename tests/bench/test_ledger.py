"""A tiny run of each measurement of the ledger: it says what it should; how fast is not the point here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.ledger import commands, month, quoting, settling, workers
from bench.ledger.databases import KINDS, Kind, Place, disk_sync_ms, durability


def sane(told: dict[str, Any]) -> bool:
    json.dumps(told)
    return bool(told["ratio"] > 0) and isinstance(told["reached"], bool)


@pytest.mark.parametrize("kind", KINDS)
def test_settling_all_is_measured_against_its_own_commits(place: Place, kind: Kind) -> None:
    told = settling.measure(place, kind, rounds=2)
    assert sane(told)
    assert (told["commits"], told["quote_lines"]) == (3, 9)
    assert told["settle_all_ms"] > told["gateway_ms"] > 0 < told["bare_commit_ms"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_quote_is_measured_with_much_and_little_behind_it(place: Place, kind: Kind) -> None:
    told = quoting.measure(place, kind, rounds=2, bills=6, plans=2)
    assert sane(told)
    assert (told["bills"], told["plans"]) == ([6, 3], [2, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_is_measured_among_few_and_many(place: Place, kind: Kind) -> None:
    told = commands.measure(place, kind, few=40, many=50, rounds=2)
    assert sane(told)
    assert told["worst"] in told["ratios"] and len(told["ratios"]) >= 30
    assert all(ratio > 0 for ratio in told["ratios"].values())


def test_closing_a_month_is_measured_and_killed_in_the_middle(place: Place) -> None:
    told = month.measure(place, "postgresql", 1_000)
    assert sane(told) and sane(told["peak_memory"])
    assert told["after_a_kill"]["reached"], told["after_a_kill"]


def test_workers_settle_different_accounts_at_once(place: Place) -> None:
    told = workers.measure(place, "postgresql", each=1, workers=2)
    assert sane(told["at_once"]) and sane(told["over_a_network"])
    assert told["violations"] == []
    assert all(busy > 0 for busy in told["at_once"]["processors_busy"])


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_told_what_a_commit_rests_on(place: Place, kind: Kind) -> None:
    assert disk_sync_ms(place.folder, rounds=3) > 0
    with place.empty(kind) as ledger:
        told = durability(ledger)
    assert told.get("synchronous_commit") == "on" or told == {"journal_mode": "wal", "synchronous": "2"}
