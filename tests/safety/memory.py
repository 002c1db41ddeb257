"""A SQLite database in memory, any content of which can be had back."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import zlib
from collections.abc import Hashable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import sqlalchemy as sa

_PAGE_BYTES = 4096
_SCHEMA_COOKIE = slice(40, 44)  # counts in the first page how often the content was copied
_tokens = itertools.count(1)


@dataclass(frozen=True, eq=False)
class Kept:
    """What was in the database once: the pages that differ from its first content, packed."""

    token: int
    numbers: tuple[int, ...]
    packed: bytes
    size_bytes: int


class Memory:
    """The one connection that `engine` has to a database in memory, filled with a file's content.

    The engine's pool must give every caller this same connection: SQLAlchemy does so within a thread. What is
    put back is copied when somebody looks: of many moments only the token is ever asked for.
    """

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        borrowed = engine.raw_connection()
        self._conn: sqlite3.Connection = borrowed.driver_connection  # type: ignore[assignment]
        borrowed.close()
        with closing(sqlite3.connect(path)) as file:
            content = bytearray(file.serialize())
        content[18:20] = b"\x01\x01"  # a write-ahead log is nothing that memory has
        self._first = bytes(content)
        self._pages = [self._first[i : i + _PAGE_BYTES] for i in range(0, len(content), _PAGE_BYTES)]
        self._changes = self._copy(self._first)
        self._token = next(_tokens)
        self._kept: Kept | None = None  # the newest: what `token` says of it tells whether it still stands
        self._to_copy: Kept | None = None
        self._known: WeakValueDictionary[Hashable, Kept] = WeakValueDictionary()  # by content
        sa.event.listen(engine, "checkout", lambda *_: self._bring())

    @property
    def token(self) -> int:
        """The same for the same content: it changes with every row that is written."""
        if self._to_copy is None and self._conn.total_changes != self._changes:
            self._token, self._changes = next(_tokens), self._conn.total_changes
        return self._token

    def keep(self) -> Kept:
        """What there is now: the same, with its token, where what was written has changed nothing."""
        if self._kept is None or self._kept.token != self.token:
            self._kept = self._packed()
            self._token = self._kept.token
        return self._kept

    def put_back(self, kept: Kept) -> None:
        if kept.token == self.token:
            return
        self._to_copy = self._kept = kept
        self._token = kept.token

    def read(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        self._bring()
        return self._conn.execute(query, values).fetchall()

    def _packed(self) -> Kept:
        content = bytearray(self._conn.serialize())
        content[_SCHEMA_COOKIE] = self._first[_SCHEMA_COOKIE]
        numbers, changed = [], []
        for number, start in enumerate(range(0, len(content), _PAGE_BYTES)):
            page = bytes(content[start : start + _PAGE_BYTES])
            if number >= len(self._pages) or page != self._pages[number]:
                numbers.append(number)
                changed.append(page)
        pages = b"".join(changed)
        of_content = len(content), tuple(numbers), hashlib.sha256(pages).digest()
        known = self._known.get(of_content)
        if known is None:
            known = Kept(self.token, tuple(numbers), zlib.compress(pages, 1), len(content))
            self._known[of_content] = known
        return known

    def _bring(self) -> None:
        """Copies what was put back, before anybody reads or writes."""
        kept, self._to_copy = self._to_copy, None
        if kept is None:
            return
        content = bytearray(self._first[: kept.size_bytes].ljust(kept.size_bytes, b"\0"))
        changed = zlib.decompress(kept.packed)
        for position, number in enumerate(kept.numbers):
            start = position * _PAGE_BYTES
            content[number * _PAGE_BYTES : (number + 1) * _PAGE_BYTES] = changed[start : start + _PAGE_BYTES]
        self._changes = self._copy(bytes(content))

    def _copy(self, content: bytes) -> int:
        """How many rows had been changed before it.

        Page by page: statements that are prepared on a connection do not outlive its own `deserialize`.
        """
        with closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(content)
            source.backup(self._conn)
        return self._conn.total_changes
