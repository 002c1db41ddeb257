"""A turn beside the conversations of many other customers, in PostgreSQL, on the production profile.

One customer talks; what is kept of that is copied for all others, in the database.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench.cluster import ask
from bench.sizes import say
from demo import login
from scripts.cluster import Cluster, running_cluster

COPIED: Final = "web-c-1"
ASKING: Final = range(2, 12)
ROUNDS: Final = 12
#: Whatever Rasa and the channel keep of a conversation.
TABLES: Final = ("events", "chat_sender", "chat_message", "chat_turn")


def measure(folder: Path, counts: tuple[int, ...]) -> dict[str, Any]:
    """Milliseconds of a turn, the median and the 99th percentile, beside so many conversations."""
    told: dict[str, Any] = {"customers": list(counts), "ms": [], "p99_ms": []}
    with running_cluster(folder) as cluster:
        for _ in range(3):
            ask(cluster, login.token(folder, "c-1"))
        there = 0
        for count in counts:
            copy(cluster, there, count)
            there = count
            say(f"growth: {count} conversations are in the database")
            times = sorted(ask_around(cluster))
            told["ms"].append(round(statistics.median(times) * 1000, 2))
            told["p99_ms"].append(round(times[int(len(times) * 0.99)] * 1000, 2))
    return told


def ask_around(cluster: Cluster) -> list[float]:
    """Each of some customers asks, in turns, after one round that is not counted."""
    tokens = [login.token(cluster.folder, f"c-{number}") for number in ASKING]
    rounds = [[ask(cluster, token) for token in tokens] for _ in range(ROUNDS + 1)]
    return [seconds for each in rounds[1:] for seconds in each]


def copy(cluster: Cluster, there: int, count: int) -> None:
    """Conversations for others: those numbered above `there` up to `count`."""
    engine = sa.create_engine(cluster.postgres_url("chat").replace("+psycopg2", "+psycopg"))
    with engine.begin() as conn:
        for name in TABLES:
            table = sa.Table(name, sa.MetaData(), autoload_with=conn)
            numbers = sa.func.generate_series(there + 1, count).table_valued("value").render_derived("other")
            sender = "sender_id" if "sender_id" in table.c else "sender"
            same = [each for each in table.c if each.name not in ("id", sender)]
            other = sa.literal("web-other-") + sa.cast(numbers.c.value, sa.Text)
            copies = (
                sa.select(*same, other)
                .select_from(table.join(numbers, sa.true()))
                .where(table.c[sender] == COPIED)
            )
            conn.execute(sa.insert(table).from_select([*(each.name for each in same), sender], copies))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("ANALYZE")
    engine.dispose()
