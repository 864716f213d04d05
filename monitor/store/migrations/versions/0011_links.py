"""Links of pages are looked at."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_check_at", Moment(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Moment(), nullable=True),
        sa.Column("broken_at", Moment(), nullable=True),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["item.id"], name=op.f("fk_link_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("url", name=op.f("uq_link_url")),
    )
    for column in ("platform", "page_id"):
        op.create_index(op.f(f"ix_link_{column}"), "link", [column])
    op.create_index("ix_link_due", "link", ["host", "next_check_at", "id"])
    for name, column, holds in (("leased", "host", "lease"), ("broken", "platform", "broken_at")):
        where = sa.text(f"{holds} IS NOT NULL")
        op.create_index(f"ix_link_{name}", "link", [column], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "robots",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_robots")),
    )
    op.create_index(op.f("ix_robots_fetched_at"), "robots", ["fetched_at"])
