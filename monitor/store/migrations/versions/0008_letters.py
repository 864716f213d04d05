"""Messages come by mail: where each lies, and the keyed digest of its Message-ID, by which an answer finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("spot", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_letter_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name="pk_letter"),
    )
    op.create_index("ix_letter_name", "letter", ["name"])
