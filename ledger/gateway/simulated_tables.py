"""The simulated gateway's own database: apart from the ledger's, as a real gateway's is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import sqlalchemy as sa

from ledger.columns import Instant
from ledger.gateway.interface import AnswerState

metadata = sa.MetaData()
modes = sa.Table(
    "modes",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("mode", sa.Text, nullable=False),
)
charges = sa.Table(
    "charges",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("amount_fen", sa.Integer, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("state", sa.Text, sa.CheckConstraint(f"state IN {get_args(AnswerState)}"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("then_state", sa.Text),
    sa.Column("then_at", Instant, index=True),
    sa.Column("then_told", sa.Boolean, nullable=False),
)
refunds = sa.Table(
    "refunds",
    metadata,
    sa.Column("refund_number", sa.Text, primary_key=True),
    sa.Column("number", sa.Text, sa.ForeignKey(charges.c.number), nullable=False, index=True),
    sa.Column("amount_fen", sa.Integer, nullable=False),
)
notifications = sa.Table(
    "notifications",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Text, sa.ForeignKey(charges.c.number), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("refund_number", sa.Text, sa.ForeignKey(refunds.c.refund_number)),
    sa.Column("acknowledged", sa.Boolean, nullable=False),
)
movements = sa.Table(
    "movements",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("refund_number", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("amount_fen", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
)


def open_engine(path: Path | str) -> sa.Engine:
    """The gateway's SQLite file with its tables; every transaction is a writer."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin_writing)
    with engine.begin() as conn:
        metadata.create_all(conn)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late; see _begin_writing
    connection.execute("PRAGMA journal_mode=WAL")
    # What it has answered survives the end of its process, as a demo needs; not a power cut of the machine.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_writing(conn: sa.Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")
