"""Answers are kept with what they were given to, so that the next like it can be answered sooner."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "reply",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reply_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_reply")),
    )
    op.create_table(
        "sketch",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sketch_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "item_id", name=op.f("pk_sketch")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sketch_item_id"), "sketch", ["item_id"])
