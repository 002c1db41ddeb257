"""Fixtures that several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sqlalchemy import URL

    from tests.live import LiveDemo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDemo]:
    """The real bot and service with a seeded ledger, started once; `put_back` gives back the seeded state."""
    from tests.live import running_demo

    with running_demo(tmp_path_factory.mktemp("demo")) as live:
        yield live


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """Where a PostgreSQL server listens whose databases a test may create and drop."""
    from tests.databases import postgresql

    with postgresql() as url:
        yield url
