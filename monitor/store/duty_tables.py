"""Who holds which duty when, who is away, who was told and has said nothing yet, and who was last known to be there."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from monitor.store.tables import Moment, metadata

shift = Table(
    "shift",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("duty", String(64), nullable=False),
    Column("person", String(64), nullable=False),  # the name of a contact
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False, index=True),
)

absence = Table(
    "absence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact", String(64), nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False, index=True),
    Column("deputy", String(64), nullable=False, default=""),
)

unanswered = Table(  # was told of a record and has a deputy, who is told when nobody has acknowledged it by then
    "unanswered",
    metadata,
    Column("escalation_id", ForeignKey("escalation.id", ondelete="CASCADE"), primary_key=True),
    Column("contact", String(64), primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
)
Index("ix_unanswered_due", unanswered.c.due_at)

reach = Table(
    "reach",
    metadata,
    Column("contact", String(64), primary_key=True),
    Column("address", Text, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Column("asked_at", Moment),
)
