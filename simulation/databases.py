"""Empty ledgers for one world after the other: the schema is made once and copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from ledger.database import open_engine
from ledger.schema import upgrade
from tests.databases import administer, postgresql

Kind = Literal["sqlite", "postgresql"]
PROCESSES = 2  # of one world
#: Gives an empty ledger, the same engines each time: what they have compiled is kept.
Fresh = Callable[[], Sequence[sa.Engine]]


@dataclass(frozen=True)
class Template:
    """An empty ledger that any process can copy; whoever made it removes it and all copies."""

    folder: str = ""  # on SQLite
    server: str = ""  # on PostgreSQL
    name: str = ""

    def copies(self) -> Fresh:
        """As many empty ledgers as worlds are run by this process, one at a time."""
        return self._files() if self.folder else self._databases()

    def _files(self) -> Fresh:
        folder, used = Path(self.folder), Path(self.folder, f"ledger-{os.getpid()}.db")
        engines = [open_engine(f"sqlite:///{used}") for _ in range(PROCESSES)]

        def fresh() -> Sequence[sa.Engine]:
            for engine in engines:
                engine.dispose()
            for old in folder.glob(f"{used.name}*"):
                old.unlink()
            shutil.copy(folder / "template.db", used)
            return engines

        return fresh

    def _databases(self) -> Fresh:
        used = f"{self.name}_{os.getpid()}"
        engines = [open_engine(_url(self.server, used)) for _ in range(PROCESSES)]

        def fresh() -> Sequence[sa.Engine]:
            for engine in engines:
                engine.dispose()
            drop = f"DROP DATABASE IF EXISTS {used} WITH (FORCE)"
            administer(sa.make_url(self.server), drop, f"CREATE DATABASE {used} TEMPLATE {self.name}")
            return engines

        return fresh


@contextmanager
def template(kind: Kind, server: sa.URL | None = None) -> Iterator[Template]:
    """An empty ledger to be copied; on `server` where one runs already."""
    if kind == "sqlite":
        with _sqlite() as made:
            yield made
        return
    with (
        nullcontext(server) if server is not None else postgresql() as running,
        _postgresql(running) as made,
    ):
        yield made


@contextmanager
def empty_ledgers(kind: Kind, server: sa.URL | None = None) -> Iterator[Fresh]:
    """As many empty ledgers as worlds are run, one at a time."""
    with template(kind, server) as made:
        yield made.copies()


@contextmanager
def _sqlite() -> Iterator[Template]:
    """In memory where the machine has such a folder: a world is thrown away anyway."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        _migrate(f"sqlite:///{folder}/template.db")
        yield Template(folder=folder)


@contextmanager
def _postgresql(server: sa.URL) -> Iterator[Template]:
    made = Template(server=server.render_as_string(hide_password=False), name=f"world_template_{os.getpid()}")
    administer(server, f"CREATE DATABASE {made.name}")
    try:
        _migrate(_url(made.server, made.name))
        yield made
    finally:
        with sa.create_engine(server, poolclass=sa.NullPool).connect() as conn:
            like = sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :name)")
            names = list(conn.scalars(like, {"name": made.name}))
        administer(server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


def _url(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)
