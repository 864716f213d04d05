"""The tables of what messages are promised, and of records that were handed on."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from monitor.store.tables import Moment, metadata

promise = Table(  # of a message that waits for an answer, or did
    "promise",
    metadata,
    Column("item_id", ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("due_at", Moment),  # None: to be counted anew
    Column("warn_at", Moment),
    Column("warned_at", Moment),
    Column("next_at", Moment, index=True),  # when it must be warned of or becomes late; None: neither any more
    Column("hollow_at", Moment),  # when it first had an answer that says nothing
)

transfer = Table(  # from office to office
    "transfer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("escalation_id", ForeignKey("escalation.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("from_unit", Text, nullable=False),
    Column("to_unit", Text, nullable=False),
    Column("from_owner", String(64), nullable=False),
    Column("to_owner", String(64), nullable=False),
)
Index("ix_transfer_last", transfer.c.escalation_id, transfer.c.id)
