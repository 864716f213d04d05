"""What a real office needs: hosts, answers, places, topics, the baseline, channels."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import WAITING, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _collecting()
    _answering()
    _judging()
    _telling()


def _collecting() -> None:
    op.add_column("cursor", sa.Column("why", sa.String(16), nullable=False, server_default=""))
    op.add_column("cursor", sa.Column("baselined_at", Moment()))
    op.add_column("cursor", sa.Column("reach", Moment()))
    op.add_column("cursor", sa.Column("host", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE cursor SET baselined_at = last_good_at")
    op.create_table(
        "host",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("served_at", Moment()),
        sa.Column("blocked_until", Moment()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )


def _answering() -> None:
    for column in (
        sa.Column("place", sa.Text(), nullable=False, server_default=""),
        _flag("telephone"),
        sa.Column("waits_since", Moment()),
        sa.Column("replied_at", Moment()),
        sa.Column("reopened_at", Moment()),
        sa.Column("withdrawn_at", Moment()),
        sa.Column("seen_at", Moment()),
        sa.Column("missed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("overdue_at", Moment()),
        sa.Column("topic", sa.String(64), nullable=False, server_default=""),
        sa.Column("topic_second", sa.String(64), nullable=False, server_default=""),
        sa.Column("topic_score", sa.Float(), nullable=False, server_default="0"),
        _flag("topic_sure"),
    ):
        op.add_column("item", column)
    op.create_index("ix_item_published", "item", ["platform", "published_at"])
    op.create_index(
        "ix_item_waiting", "item", ["platform", "waits_since"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def _judging() -> None:
    op.add_column("version", _flag("baseline"))
    op.add_column("finding", _flag("baseline"))


def _telling() -> None:
    op.add_column("notification", sa.Column("channel", sa.String(8), nullable=False, server_default="mail"))
    op.add_column("notification", _flag("bare"))
    op.create_table(
        "mark",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mark")),
    )
    # what has told leaders so far goes on doing so
    op.execute("INSERT INTO mark (name, at) SELECT 'live', added_at FROM cursor ORDER BY added_at LIMIT 1")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
