"""The service opens its ledger: it brings the tables up to date, unless it may only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import accounts, facts
from ledger.database import open_engine
from ledger.errors import OtherSchema, ReadOnlyLedger
from ledger.opening import Opening, open_ledger

VERIFIED = {"real_name_verified": True, "card_last4": "6688"}


def opening(folder: Path, mode: str = "") -> Opening:
    return Opening(f"sqlite:///{folder}/ledger.db{mode}", folder, demo=True, gateway="")


def test_a_ledger_that_may_only_be_read_is_opened_as_it_is(tmp_path: Path) -> None:
    writing = open_ledger(opening(tmp_path))
    accounts.open_account(writing, "c-1", **VERIFIED, limit_fen=900, key="open")
    reading = open_ledger(opening(tmp_path, "?mode=ro"))
    assert facts.account_facts(reading, "c-1").limit.total_fen == 900
    with pytest.raises(ReadOnlyLedger):
        accounts.open_account(reading, "c-2", **VERIFIED, limit_fen=900, key="open")


def test_no_tables_are_made_in_what_may_only_be_read(tmp_path: Path) -> None:
    empty = open_engine(f"sqlite:///{tmp_path}/ledger.db")
    with empty.connect():
        pass
    empty.dispose()
    with pytest.raises(OtherSchema):
        open_ledger(opening(tmp_path, "?mode=ro"))
