"""Messages are promised answers by what they are for; records are handed on from office to office."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("warn_at", Moment(), nullable=True),
        sa.Column("warned_at", Moment(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("hollow_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_promise_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_next_at", "promise", ["next_at"])
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("from_unit", sa.Text(), nullable=False),
        sa.Column("to_unit", sa.Text(), nullable=False),
        sa.Column("from_owner", sa.String(length=64), nullable=False),
        sa.Column("to_owner", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalation.id"], name=op.f("fk_transfer_escalation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_last", "transfer", ["escalation_id", "id"])
