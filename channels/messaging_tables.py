"""The tables of the messaging channels, beside the conversations' own in the same database."""

from __future__ import annotations

import sqlalchemy as sa

from channels.tables import metadata

# What a platform delivered. Kept longer than any platform repeats or returns a message: its id is the dedupe.
arrivals = sa.Table(
    "channel_arrival",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("sender", sa.String(80), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("sent_at", sa.Float, nullable=False),
    sa.Column("received_at", sa.Float, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("done", sa.Boolean, nullable=False, default=False),
    sa.UniqueConstraint("channel", "message_id"),
)
sa.Index(
    "ix_channel_arrival_waiting",
    arrivals.c.sender,
    arrivals.c.sent_at,
    sqlite_where=sa.not_(arrivals.c.done),
    postgresql_where=sa.not_(arrivals.c.done),
)
# How far an account of the company was read, and the last word of the platform that there is more.
accounts = sa.Table(
    "channel_account",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("account", sa.String(64), primary_key=True),
    sa.Column("cursor", sa.String(128), nullable=False, default=""),
    sa.Column("token", sa.String(128), nullable=False, default=""),
    sa.Column("poked_at", sa.Float, nullable=False, default=0.0),
)
# Who wrote to which account, and what may still be sent to them. A lease keeps a sender's messages in order
# when several bots run.
peers = sa.Table(
    "channel_peer",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("heard_at", sa.Float, nullable=False, default=0.0),
    sa.Column("used", sa.Integer, nullable=False, default=0),
    sa.Column("with_person_at", sa.Float, nullable=False, default=0.0),  # the last sign of it, 0 without
    sa.Column("answering_until", sa.Float, nullable=False, default=0.0),
    sa.Column("sending_until", sa.Float, nullable=False, default=0.0),
)
# What a platform wants back with whatever answers the sender's last message: that message's own id, say.
contexts = sa.Table(
    "channel_context",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("sent_at", sa.Float, nullable=False),  # that message, by the platform's clock
)
# What leaves: new → sent, failed or ended; `held` waits for the customer's next message, or for the end
# of a person's talk with them.
departures = sa.Table(
    "channel_departure",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("sender", sa.String(80), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("why", sa.String(80), nullable=False, default=""),
)
# What a platform told us that it delivered: each of its messages is one departure's, however often it says so
confirmations = sa.Table(
    "channel_confirmation",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("sender", sa.String(80), nullable=False, index=True),
    sa.Column("departure_id", sa.String(32), nullable=False, default=""),
    sa.Column("at", sa.Float, nullable=False, index=True),
)
sa.Index(
    "ix_channel_departure_waiting",
    departures.c.sender,
    departures.c.seq,
    sqlite_where=departures.c.state.in_(("new", "held")),
    postgresql_where=departures.c.state.in_(("new", "held")),
)
# What the customer may choose: a menu's item or a number stands for a button's token.
choices = sa.Table(
    "channel_choice",
    metadata,
    sa.Column("sender", sa.String(80), primary_key=True),
    sa.Column("question", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("numbered", sa.Boolean, nullable=False),  # shown with numbers to answer with
    sa.Column("at", sa.Float, nullable=False, index=True),
)
