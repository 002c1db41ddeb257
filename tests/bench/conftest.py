"""Where the measurements may make their ledgers in tests: nothing is timed here, so it need not be a disk."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.ledger.databases import Place


@pytest.fixture
def place(tmp_path: Path, postgresql_server: sa.URL) -> Place:
    return Place(tmp_path, postgresql_server)
