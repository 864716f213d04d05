"""The audit chain as it is kept. Nothing in it is text of a message; its key lives outside the database."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from monitor.store.tables import metadata

chain = Table(
    "chain",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …
    Column("what", String(16), nullable=False),
    Column("row", Integer, nullable=False),  # of the table that ``what`` says
    Column("state", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("text_digest", String(64), nullable=False),
    Column("link", String(64), nullable=False),
)
Index("ix_chain_row", chain.c.what, chain.c.row)
