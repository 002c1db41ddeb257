"""Heads of the hash chains, sealed and exported: who rewrites history no longer agrees with what was told."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import audit, merchants, seals, triggers
from ledger import tables as t
from ledger import tables_review as tr
from ledger.database import Ledger
from ledger.errors import SealsDisagree
from tests.ledger.crowd import at_once
from tests.ledger.customer import Customer
from tests.ledger.history import rewrite_history


@pytest.fixture
def customers(ledger: Ledger) -> list[Customer]:
    """Two who have bought something."""
    buying = [Customer(ledger, name) for name in ("c-1", "c-2")]
    for each in buying:
        each.buy(100_000)
    return buying


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seals.jsonl"


def sealed(ledger: Ledger) -> list[Any]:
    with ledger.read() as conn:
        return list(conn.execute(sa.select(tr.seals).order_by(tr.seals.c.id)))


def forget_seals(ledger: Ledger) -> None:
    with ledger.engine.begin() as conn:
        conn.execute(sa.delete(tr.seals))
        conn.execute(sa.delete(tr.sealed_heads))


def test_each_new_head_is_sealed_once(customers: list[Customer]) -> None:
    ledger = customers[0].ledger
    assert seals.seal(ledger) == 2
    assert seals.seal(ledger) == 0
    customers[1].buy(500)
    assert seals.seal(ledger) == 1
    first, second = sealed(ledger)
    assert (first.id, first.previous_hash) == (1, "")
    assert (second.id, second.previous_hash) == (2, first.hash)
    assert [head[0] for head in first.heads] == [1, 2]
    assert [head[0] for head in second.heads] == [2]
    assert audit.audit(ledger) == []


def test_many_heads_take_several_seals(customers: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "_HEADS_PER_SEAL", 1)
    assert seals.seal(customers[0].ledger) == 2
    assert [len(each.heads) for each in sealed(customers[0].ledger)] == [1, 1]


def test_an_export_goes_on_where_it_ended(customers: list[Customer], file: Path) -> None:
    ledger = customers[0].ledger
    assert seals.export(ledger, file) == 1
    assert seals.export(ledger, file) == 0
    customers[0].buy(500)
    seals.export(ledger, file)
    told = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [each["seal"] for each in told] == [1, 2]
    assert told[1]["previous"] == told[0]["hash"]
    assert audit.audit(ledger, file) == []


def test_a_line_that_was_cut_short_is_written_again(customers: list[Customer], file: Path) -> None:
    ledger = customers[0].ledger
    for each in (*customers, *customers):
        each.buy(500)
        seals.export(ledger, file)
    whole = file.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for end in (*range(last, last + 12), len(whole) - 1, 5, 0):
        file.write_bytes(whole[:end])
        assert audit.audit(ledger, file) == [], "what is not there cannot disagree"
        seals.export(ledger, file)
        assert file.read_bytes() == whole


def test_long_lines_are_read_from_the_end(
    customers: list[Customer], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "_BLOCK_BYTES", 7)
    test_a_line_that_was_cut_short_is_written_again(customers, file)


@pytest.mark.parametrize("text", ["my notes", "my notes\n", '{"seal":"1"}\n', "\n", '{"seal":1,\n'])
def test_another_file_is_left_as_it_is(customers: list[Customer], file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SealsDisagree, match="no_seals"):
        seals.export(customers[0].ledger, file)
    assert file.read_text("utf-8") == text
    assert sealed(customers[0].ledger) == []


def test_the_file_of_another_ledger_is_not_added_to(customers: list[Customer], file: Path) -> None:
    ledger = customers[0].ledger
    seals.export(ledger, file)
    before = file.read_bytes()
    forget_seals(ledger)
    customers[0].buy(500)
    with pytest.raises(SealsDisagree) as refused:
        seals.export(ledger, file)
    assert refused.value.details == {"seal": 1}
    assert file.read_bytes() == before


def test_history_rewritten_before_it_was_sealed_does_not_show(customers: list[Customer]) -> None:
    """Which is why the service seals every minute."""
    rewrite_history(customers[0].ledger, 1)
    assert audit.audit(customers[0].ledger) == []


def test_rewritten_with_its_seals_it_disagrees_with_the_export(customers: list[Customer], file: Path) -> None:
    ledger = customers[0].ledger
    seals.export(ledger, file)
    rewrite_history(ledger, 1)
    assert audit.audit(ledger) == ["seal 1: journal 3 of account 1 is not the one that was sealed"]
    forget_seals(ledger)
    seals.seal(ledger)
    assert audit.audit(ledger) == []
    said = f"{file.name}: seal 1: journal 3 of account 1 is not the one that was sealed"
    assert audit.audit(ledger, file) == [said]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[1:], "seal 2 does not follow 0"),
        (lambda lines: [lines[1], lines[0]], "seal 1 does not follow 2"),
        (lambda lines: [lines[0], "{}"], "seal in line 2 cannot be read"),
        (lambda lines: [lines[0].replace("2026", "2025"), lines[1]], "seal 1 is not what was sealed"),
    ],
)
def test_a_changed_export_is_noticed(customers: list[Customer], file: Path, change: Any, said: str) -> None:
    ledger = customers[0].ledger
    seals.export(ledger, file)
    customers[0].buy(500)
    seals.export(ledger, file)
    lines = change(file.read_text("utf-8").splitlines())
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert f"{file.name}: {said}" in audit.audit(ledger, file)


def test_a_seal_that_was_left_out_is_noticed_though_the_rest_was_made_anew(
    customers: list[Customer], file: Path
) -> None:
    ledger = customers[0].ledger
    seals.export(ledger, file)
    told = json.loads(file.read_text("utf-8"))
    told["seal"] = 2
    told["hash"] = seals.digest("", 2, told["at"], told["heads"])
    file.write_text(json.dumps(told) + "\n", encoding="utf-8")
    assert audit.audit(ledger, file) == [f"{file.name}: seal 2 does not follow 0"]


def test_several_at_once_seal_each_head_once_and_export_each_seal_once(
    customers: list[Customer], file: Path
) -> None:
    ledger = customers[0].ledger
    for _ in range(3):
        sealing = [partial(seals.export, ledger, file), partial(seals.seal, ledger)] * 3
        acts = sealing + [partial(each.buy, 100) for each in customers]
        at_once(acts)
    seals.export(ledger, file)
    told = [json.loads(line)["seal"] for line in file.read_text("utf-8").splitlines()]
    assert told == [each.id for each in sealed(ledger)] == list(range(1, len(told) + 1))
    heads = [tuple(head) for each in sealed(ledger) for head in each.heads]
    assert len(heads) == len(set(heads))
    assert audit.audit(ledger, file) == []


def test_the_paying_of_merchants_is_sealed_too(customers: list[Customer], file: Path) -> None:
    """Its journals are of no account; their chain's head is in every seal, so what is new is known."""
    ledger = customers[0].ledger
    seals.seal(ledger)
    tomorrow = ledger.clock.now().date() + timedelta(days=1)
    customers[0].at(tomorrow.isoformat())
    merchants.run(ledger)
    assert [seals.seal(ledger), seals.seal(ledger)] == [1, 0]
    customers[1].buy(500)
    assert seals.seal(ledger) == 1
    assert [[head[0] for head in row.heads] for row in sealed(ledger)] == [[1, 2], [None], [None, 2]]
    seals.export(ledger, file)
    with ledger.engine.begin() as conn:
        triggers.remove(conn)
        of_no_account = t.journals.c.account_id.is_(None)
        conn.execute(sa.update(t.journals).where(of_no_account).values(hash="0" * 64))
        triggers.install(conn)
    forget_seals(ledger)
    assert [line for line in audit.audit(ledger, file) if "of account None" in line]
