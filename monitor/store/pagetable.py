"""The table of single pages that are watched, such as home pages."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from monitor.store.tables import LEASED_NOW, Moment, metadata

page = Table(  # nothing of what it says: keyed digests, counts, and hosts of outsiders
    "page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("link", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("item_id", ForeignKey("item.id"), unique=True),
    Column("added_at", Moment, nullable=False),
    Column("next_check_at", Moment, nullable=False),
    Column("checked_at", Moment),
    Column("fetches", Integer, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", String(64), nullable=False, default=""),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("newest", Moment),  # of the dates beside its links
    Column("memory", Text, nullable=False, default=""),  # what it usually is
    Column("robot_at", Moment),  # when it was last looked at as a search engine would
    Column("robot_error", String(64), nullable=False, default=""),
    Column("robot_seen", Text, nullable=False, default=""),  # digests of what was found then
    Column("lease", String(32)),
    Column("lease_until", Moment),
    UniqueConstraint("platform", "link"),
)
Index("ix_page_due", page.c.host, page.c.next_check_at, page.c.id)
Index("ix_page_leased", page.c.host, sqlite_where=LEASED_NOW, postgresql_where=LEASED_NOW)
