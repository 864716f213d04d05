"""What is kept of silences and of addresses that are refused, and how mails that wait are found."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from monitor.store.tables import Moment, attempt, metadata, notification

Index(
    "ix_notification_due",
    notification.c.channel,
    notification.c.priority,
    notification.c.attempts,
    notification.c.next_attempt_at,
    notification.c.id,
    sqlite_where=text("state IN ('pending', 'sending')"),
    postgresql_where=text("state IN ('pending', 'sending')"),
)
HELD_NOW = text("state = 'held'")
Index(
    "ix_notification_held",
    notification.c.next_attempt_at,
    sqlite_where=HELD_NOW,
    postgresql_where=HELD_NOW,
)
Index(
    "ix_notification_held_for",
    notification.c.contact,
    notification.c.next_attempt_at,
    sqlite_where=HELD_NOW,
    postgresql_where=HELD_NOW,
)
Index("ix_notification_released", notification.c.contact, notification.c.released_at)
Index("ix_notification_gathered", notification.c.gathered_in)
Index("ix_attempt_started", attempt.c.started_at)

silence = Table(
    "silence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),  # "": any
    Column("kind", String(32), nullable=False),  # "": any but danger
    Column("begun_at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("owner", String(64), nullable=False),
    Column("why", Text, nullable=False),
)

refusal = Table(  # how often in a row an address was refused for good
    "refusal",
    metadata,
    Column("address", Text, primary_key=True),
    Column("contact", String(64), nullable=False),
    Column("times", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("dead_until", Moment),  # nothing but danger is tried before
    Column("answer", Text, nullable=False),
)
