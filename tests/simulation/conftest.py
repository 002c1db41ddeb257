"""Empty ledgers for worlds, made once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from simulation.databases import Fresh, empty_ledgers


@pytest.fixture(scope="session")
def sqlite_ledgers() -> Iterator[Fresh]:
    with empty_ledgers("sqlite") as fresh:
        yield fresh


@pytest.fixture(scope="session")
def postgresql_ledgers(postgresql_server: sa.URL) -> Iterator[Fresh]:
    with empty_ledgers("postgresql", postgresql_server) as fresh:
        yield fresh


@pytest.fixture(params=["sqlite", "postgresql"])
def ledgers(request: pytest.FixtureRequest) -> Fresh:
    """Gives an empty ledger each time it is called."""
    fresh: Fresh = request.getfixturevalue(f"{request.param}_ledgers")
    return fresh
