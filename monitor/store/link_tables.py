"""What is kept of the links of pages, and of the robots.txt of hosts that are not ours."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from monitor.store.tables import LEASED_NOW, Moment, metadata

link = Table(  # an address that a page of ours leads to; known once, by the page on which it was seen first
    "link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("platform", String(64), nullable=False, index=True),
    Column("page_id", ForeignKey("item.id"), nullable=False, index=True),
    Column("host", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # when it stood on a page last, give or take a day
    Column("gone", Boolean, nullable=False, default=False, server_default=false()),  # its page has it no longer
    Column("next_check_at", Moment, nullable=False),
    Column("checked_at", Moment),
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("failed_at", Moment),  # the first of them
    Column("broken_at", Moment),
    Column("told", Boolean, nullable=False, default=False, server_default=false()),  # a finding says that it is broken
    Column("error", String(64), nullable=False, default=""),
    Column("lease", String(32)),
    Column("lease_until", Moment),
)
Index("ix_link_due", link.c.host, link.c.next_check_at, link.c.id)
Index("ix_link_leased", link.c.host, sqlite_where=LEASED_NOW, postgresql_where=LEASED_NOW)
BROKEN_NOW = link.c.broken_at.is_not(None)
Index("ix_link_broken", link.c.platform, sqlite_where=BROKEN_NOW, postgresql_where=BROKEN_NOW)

robots = Table(
    "robots",
    metadata,
    Column("site", Text, primary_key=True),  # scheme, host and port
    Column("fetched_at", Moment, nullable=False, index=True),
    Column("rules", Text, nullable=False),
    Column("error", String(64), nullable=False, default=""),  # why there are none
)
