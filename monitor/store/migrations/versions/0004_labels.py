"""What people said of a matter, and of what a message is about, is kept with its masked text."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "label",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_label_item_id")),
        sa.PrimaryKeyConstraint("item_id", "kind", name=op.f("pk_label")),
    )
    op.create_table(
        "correction",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_correction_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_correction")),
    )
    op.create_index("ix_escalation_closed_at", "escalation", ["closed_at"])
