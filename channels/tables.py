"""The tables of the conversations, beside Rasa's tracker store in the same database."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
senders = sa.Table(
    "chat_sender",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("last_at", sa.Float, nullable=False),
)
messages = sa.Table(
    "chat_message",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("role", sa.String(4), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
turns = sa.Table(
    "chat_turn",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("turn_id", sa.String(80), primary_key=True),
    sa.Column("body_hash", sa.String(64), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("first_of_session", sa.Boolean, nullable=False),
    sa.Column("leased_until", sa.Float, nullable=False),
    sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
sa.Index(
    "ix_chat_turn_unanswered",
    turns.c.leased_until,
    sqlite_where=turns.c.answer.is_(None),
    postgresql_where=turns.c.answer.is_(None),
)
ratings = sa.Table(
    "chat_rating",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("journey", sa.JSON, nullable=False),  # kept here too: messages go after 30 days
    sa.Column("helped", sa.Boolean, nullable=False),
    sa.Column("words", sa.String(400), nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
