"""Files that hang on items are read, and read again."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0009"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("baseline", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_check_at", Moment(), nullable=True),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["item.id"], name=op.f("fk_attachment_page_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_attachment_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("item_id", name=op.f("uq_attachment_item_id")),
        sa.UniqueConstraint("platform", "external_id", name=op.f("uq_attachment_platform_external_id")),
    )
    for column in ("page_id", "found_at"):
        op.create_index(op.f(f"ix_attachment_{column}"), "attachment", [column])
    op.create_index("ix_attachment_due", "attachment", ["host", "next_check_at", "id"])
    leased = sa.text("lease IS NOT NULL")
    op.create_index("ix_attachment_leased", "attachment", ["host"], sqlite_where=leased, postgresql_where=leased)
