"""Whether platforms open in time, day by day, and how long their certificates last."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("platform", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "day", name=op.f("pk_visit")),
    )
    op.add_column("cursor", sa.Column("certified_until", Moment(), nullable=True))
