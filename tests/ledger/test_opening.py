"""The service opens its ledger: it brings the tables up to date, unless it may only read."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import accounts, facts, schema, terms
from ledger.database import open_engine
from ledger.errors import InvalidTerms, OtherSchema, ReadOnlyLedger
from ledger.opening import Opening, open_ledger
from tests.ledger.test_bad_input import rows

VERIFIED = {"real_name_verified": True, "card_last4": "6688"}


def opening(folder: Path, url: str) -> Opening:
    return Opening(url, folder, demo=True, gateway="")


def read_only(database_url: str) -> str:
    if database_url.startswith("sqlite"):
        return f"{database_url}?mode=ro"
    return f"{database_url}&options=-c%20default_transaction_read_only%3Don"


def test_a_ledger_that_may_only_be_read_is_opened_as_it_is(database_url: str, tmp_path: Path) -> None:
    """What is published of the product's rules by a later start stays unpublished, too."""
    writing = open_ledger(opening(tmp_path, database_url))
    accounts.open_account(writing, "c-1", **VERIFIED, limit_fen=900, key="open")
    before = rows(writing.engine)
    reading = open_ledger(opening(tmp_path, read_only(database_url)))
    assert facts.account_facts(reading, "c-1").limit.total_fen == 900
    with pytest.raises(ReadOnlyLedger):
        accounts.open_account(reading, "c-2", **VERIFIED, limit_fen=900, key="open")
    assert rows(writing.engine) == before
    for ledger in (writing, reading):
        ledger.engine.dispose()


def test_no_tables_are_made_in_what_may_only_be_read(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url)
    schema.remove(engine)
    with pytest.raises(OtherSchema):
        open_ledger(opening(tmp_path, read_only(database_url)))
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_rules_that_cannot_be_read_change_nothing(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(database_url)
    schema.remove(engine)
    text = terms._FILE.read_text(encoding="utf-8").replace("due_day:", "due_dya:")
    (tmp_path / "terms.yml").write_text(text, encoding="utf-8")
    defaults = (tmp_path / "terms.yml",)
    monkeypatch.setattr(terms.load_versions, "__defaults__", defaults)
    with pytest.raises(InvalidTerms):
        open_ledger(opening(tmp_path, database_url))
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
