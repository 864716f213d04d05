"""What is kept. No table has a place for an author (charter, rule 3)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)


def utc(moment: datetime) -> datetime:
    """Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a datetime with a zone is required")
    return moment.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """Aware UTC in and out; a datetime without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(value).replace(tzinfo=None) if dialect.name == "sqlite" else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

OPEN = text("state IN ('open', 'acknowledged')")

cursor = Table(
    "cursor",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("added_at", Moment, nullable=False),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("next_check_at", Moment, nullable=False, index=True),
    Column("checked_at", Moment),
    Column("fetches", Integer, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("had_items", Boolean, nullable=False, default=False),
    Column("decoded_by", String(64), nullable=False, default=""),
    Column("last_good_at", Moment),
    Column("error", String(64), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("why", String(16), nullable=False, default="", server_default=""),  # why next_check_at is what it is
    Column("memory", Text, nullable=False, default="", server_default=""),  # the collector's own
    Column("certified_until", Moment),
    Column("baselined_at", Moment),
    Column("reach", Moment),  # how far back a board must be read
    Column("host", Text, nullable=False, default="", server_default=""),
    Column("lease", String(32)),
    Column("lease_until", Moment),
)

host = Table(  # what several platforms share: asked one after the other, and left alone together
    "host",
    metadata,
    Column("name", Text, primary_key=True),
    Column("served_at", Moment),
    Column("blocked_until", Moment),
)

visit = Table(  # how often a platform was read on a day, and how often it didn't open in time
    "visit",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("total", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
)

proof = Table(  # that what stands below a URL prefix is the agency's own
    "proof",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("added_at", Moment, nullable=False),
    Column("way", String(16), nullable=False, default=""),
    Column("article", Text, nullable=False, default=""),
    Column("proven_at", Moment),
    Column("until", Moment),
    Column("checked_at", Moment),
    Column("next_check_at", Moment, nullable=False, index=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", String(64), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("lease", String(32)),
    Column("lease_until", Moment),
)

item = Table(
    "item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("published_at", Moment),
    Column("first_seen_at", Moment, nullable=False, index=True),
    Column("place", Text, nullable=False, default="", server_default=""),  # of a hazard or crisis only
    Column("telephone", Boolean, nullable=False, default=False, server_default=false()),  # a number was left
    Column("waits_since", Moment),  # a message that must be answered: when its clock began
    Column("replied_at", Moment),
    Column("reopened_at", Moment),  # when its answer had disappeared again
    Column("withdrawn_at", Moment),
    Column("seen_at", Moment),  # when it was last seen without an answer
    Column("missed", Integer, nullable=False, default=0, server_default="0"),  # complete listings without it, in a row
    Column("overdue_at", Moment),  # when a finding said that its answer is late
    Column("topic", String(64), nullable=False, default="", server_default=""),
    Column("topic_second", String(64), nullable=False, default="", server_default=""),
    Column("topic_score", Float, nullable=False, default=0.0, server_default="0"),
    Column("topic_sure", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("platform", "external_id"),
)
Index("ix_item_published", item.c.platform, item.c.published_at)
WAITING = text("waits_since IS NOT NULL AND replied_at IS NULL AND withdrawn_at IS NULL AND overdue_at IS NULL")
Index("ix_item_waiting", item.c.platform, item.c.waits_since, sqlite_where=WAITING, postgresql_where=WAITING)

version = Table(
    "version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("item.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("baseline", Boolean, nullable=False, default=False, server_default=false()),  # old at first contact
    Column("classified_at", Moment),
    Column("classified_by", String(64), nullable=False, default=""),
    Column("lease", String(32)),
    Column("lease_until", Moment),
)
Index("ix_version_newest", version.c.item_id, version.c.id)  # both, or PostgreSQL may walk back over all versions
Index(
    "ix_version_waiting",
    version.c.id,
    sqlite_where=text("classified_at IS NULL"),
    postgresql_where=text("classified_at IS NULL"),
)

reply = Table(  # the answer to a message as the platform shows it, masked
    "reply",
    metadata,
    Column("item_id", ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("unit", Text, nullable=False),  # which office answered
    Column("digest", String(64), nullable=False),  # of it and of the message: whether both still say the same
)

letter = Table(  # of a message that came by mail and waits for an answer, or did
    "letter",
    metadata,
    Column("item_id", ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("spot", Text, nullable=False),  # folder, UIDVALIDITY and UID
    Column("name", Text, nullable=False, index=True),  # the keyed digest of its Message-ID
)

sketch = Table(  # of a message that was answered: the runs of characters it is found by
    "sketch",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("item_id", ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("matter_key", Text, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("platform", String(64), nullable=False),
    Column("item_id", ForeignKey("item.id")),
    Column("subject", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("opened_at", Moment, nullable=False, index=True),
    Column("deadline", Moment, nullable=False),
    Column("step", Integer, nullable=False, default=0),
    Column("next_step_at", Moment),
    Column("acknowledged_at", Moment),
    Column("closed_at", Moment, index=True),
    Column("overdue", Boolean, nullable=False, default=False),
    Column("lease_until", Moment),
)
Index(
    "uq_escalation_matter",
    escalation.c.kind,
    escalation.c.matter_key,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index("ix_escalation_open", escalation.c.deadline, escalation.c.id, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_escalation_step", escalation.c.next_step_at, sqlite_where=OPEN, postgresql_where=OPEN)
NOT_TOLD = text("state IN ('open', 'acknowledged') AND NOT overdue")
Index("ix_escalation_deadline", escalation.c.deadline, sqlite_where=NOT_TOLD, postgresql_where=NOT_TOLD)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("item_id", ForeignKey("item.id"), index=True),
    Column("version_id", ForeignKey("version.id", ondelete="SET NULL"), index=True),
    Column("kind", String(32), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("field", String(8), nullable=False, default="text"),
    Column("start", Integer),
    Column("end", Integer),
    Column("where", Text, nullable=False, default=""),
    Column("score", Float, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("match_digest", String(64), nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("baseline", Boolean, nullable=False, default=False, server_default=false()),
    Column("lease_until", Moment),
    Column("judged_at", Moment),
    Column("verdict", String(32), nullable=False, default=""),
    Column("escalation_id", ForeignKey("escalation.id"), index=True),
)
Index(
    "ix_finding_waiting",
    finding.c.id,
    sqlite_where=text("judged_at IS NULL"),
    postgresql_where=text("judged_at IS NULL"),
)

transition = Table(
    "transition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("escalation_id", ForeignKey("escalation.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("what", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("why", Text, nullable=False, default=""),
)

dismissal = Table(
    "dismissal",
    metadata,
    Column("item_id", ForeignKey("item.id"), primary_key=True),
    Column("rule", String(64), primary_key=True),
    Column("match_digest", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

label = Table(  # what people said of a matter, with the masked text they said it of
    "label",
    metadata,
    Column("item_id", ForeignKey("item.id"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("confirmed", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

correction = Table(  # what a message is about, as people said it
    "correction",
    metadata,
    Column("item_id", ForeignKey("item.id"), primary_key=True),
    Column("topic", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

notification = Table(
    "notification",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("escalation_id", ForeignKey("escalation.id"), index=True),
    Column("contact", String(64), nullable=False),
    Column("channel", String(8), nullable=False, default="mail", server_default="mail"),
    Column("bare", Boolean, nullable=False, default=False, server_default=false()),  # its content was refused
    Column("address", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("priority", Integer, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("unknowns", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment, nullable=False),
    Column("held", String(16), nullable=False, default="", server_default=""),  # why it waits, or is a list
    Column("silence_id", Integer),
    Column("gathered_in", Integer),  # the notification that lists it
    Column("released_at", Moment),
    Column("lease", String(32)),
    Column("lease_until", Moment),
)
attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("notification_id", ForeignKey("notification.id"), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("data_at", Moment),
    Column("ended_at", Moment),
    Column("outcome", String(16), nullable=False, default=""),
    Column("answer", Text, nullable=False, default=""),
)
Index("ix_attempt_last", attempt.c.notification_id, attempt.c.id)

attachment = Table(  # a file that hangs on an item; once it has been read it is an item itself
    "attachment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("page_id", ForeignKey("item.id"), nullable=False, index=True),  # where it was found first
    Column("item_id", ForeignKey("item.id"), unique=True),
    Column("link", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("found_at", Moment, nullable=False, index=True),
    Column("baseline", Boolean, nullable=False, default=False, server_default=false()),  # old at first contact
    Column("next_check_at", Moment),  # None: it is never fetched
    Column("checked_at", Moment),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("digest", String(64), nullable=False, default=""),  # keyed, of its bytes
    Column("findings", Integer, nullable=False, default=0),  # that are sure enough to count
    Column("failures", Integer, nullable=False, default=0),
    Column("error", String(64), nullable=False, default=""),
    Column("lease", String(32)),
    Column("lease_until", Moment),
    UniqueConstraint("platform", "external_id"),
)
Index("ix_attachment_due", attachment.c.host, attachment.c.next_check_at, attachment.c.id)
LEASED_NOW = text("lease IS NOT NULL")
Index("ix_attachment_leased", attachment.c.host, sqlite_where=LEASED_NOW, postgresql_where=LEASED_NOW)

beat = Table(
    "beat",
    metadata,
    Column("stage", String(16), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("error", Text, nullable=False, default=""),
)

mark = Table(  # what was done once for the whole installation: "live"
    "mark",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)
