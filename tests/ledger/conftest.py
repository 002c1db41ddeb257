"""A fresh ledger for each test, once on SQLite and once on PostgreSQL.

The schema is made once on each engine and copied for each test: a file of the same bytes, and a PostgreSQL
database made from a template.
"""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import terms
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger, open_engine
from ledger.gateway.simulated import SimulatedGateway
from ledger.schema import upgrade
from tests.databases import administer

_counter = itertools.count()
_dialects: dict[str, sa.Dialect] = {}
_compiled: dict[Any, Any] = {}
_rules = functools.cache(terms.load)


@functools.cache
def empty_sqlite() -> bytes:
    """A SQLite file with an empty ledger, in memory: a process forked from this one has it too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.db")
        made = open_engine(f"sqlite:///{path}")
        upgrade(made)
        made.dispose()
        return path.read_bytes()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: sa.URL) -> Iterator[sa.URL]:
    """A PostgreSQL database with an empty ledger."""
    name = f"yuefu_template_{os.getpid()}"
    administer(postgresql_server, f"CREATE DATABASE {name}")
    made = open_engine(_url_text(postgresql_server.set(database=name)))
    upgrade(made)
    made.dispose()
    yield postgresql_server.set(database=name)
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty ledger's database that no other test uses."""
    if request.param == "sqlite":
        (tmp_path / "ledger.db").write_bytes(empty_sqlite())
        yield f"sqlite:///{tmp_path}/ledger.db"
        return
    template = request.getfixturevalue("postgresql_template")
    name = f"yuefu_test_{os.getpid()}_{next(_counter)}"
    administer(template.set(database="postgres"), f"CREATE DATABASE {name} TEMPLATE {template.database}")
    yield _url_text(template.set(database=name))
    administer(template.set(database="postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An empty ledger's database. What one test has compiled is not compiled again for the next one."""
    opened = open_engine(database_url)
    opened.dialect = _dialects.setdefault(opened.dialect.name, opened.dialect)
    opened.update_execution_options(compiled_cache=_compiled)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """Ten in the morning of the 3rd, between the bill day and the due day."""
    return FixedClock(datetime(2026, 11, 3, 10, 0, tzinfo=SHANGHAI))


@pytest.fixture
def gateway(tmp_path: Path, clock: FixedClock) -> Iterator[SimulatedGateway]:
    """A gateway that takes every charge until it is told otherwise."""
    opened = SimulatedGateway(tmp_path / "gateway.db", clock, silence_s=0)
    yield opened
    opened.close()


@pytest.fixture
def ledger(engine: sa.Engine, clock: FixedClock, gateway: SimulatedGateway) -> Ledger:
    """An empty ledger."""
    return Ledger(engine, clock, _rules(), gateway)


def _url_text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)
