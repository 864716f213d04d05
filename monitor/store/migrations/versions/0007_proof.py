"""That a place is the agency's own is proven, no longer claimed. What was read so far is read on for a while.

No moment is known here, so each platform is marked; its grace begins when the service starts (``store.proofs``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "proof",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_proof")),
    )
    op.create_index(op.f("ix_proof_next_check_at"), "proof", ["next_check_at"])
    op.execute("INSERT INTO mark (name, at) SELECT 'claimed:' || platform, added_at FROM cursor")
