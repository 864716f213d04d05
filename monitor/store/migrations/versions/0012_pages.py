"""Single pages, such as home pages, are watched for themselves."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("next_check_at", Moment(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("newest", Moment(), nullable=True),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.Column("robot_at", Moment(), nullable=True),
        sa.Column("robot_error", sa.String(length=64), nullable=False),
        sa.Column("robot_seen", sa.Text(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_page_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("item_id", name=op.f("uq_page_item_id")),
        sa.UniqueConstraint("platform", "link", name=op.f("uq_page_platform_link")),
    )
    op.create_index("ix_page_due", "page", ["host", "next_check_at", "id"])
    leased = sa.text("lease IS NOT NULL")
    op.create_index("ix_page_leased", "page", ["host"], sqlite_where=leased, postgresql_where=leased)
