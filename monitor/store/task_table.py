"""Which tasks of a record's playbook have been done. What was said about it stands in the record's history."""

from sqlalchemy import Column, ForeignKey, String, Table

from monitor.store.tables import Moment, metadata

tick = Table(
    "tick",
    metadata,
    Column("escalation_id", ForeignKey("escalation.id", ondelete="CASCADE"), primary_key=True),
    Column("task", String(40), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
)
