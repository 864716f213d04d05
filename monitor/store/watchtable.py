"""The table of what is free on the disk, day by day."""

from sqlalchemy import BigInteger, Column, String, Table

from monitor.store.tables import metadata

measure = Table(
    "measure",
    metadata,
    Column("day", String(10), primary_key=True),  # ISO date, UTC
    Column("free", BigInteger, nullable=False),  # bytes
)
