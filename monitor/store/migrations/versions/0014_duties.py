"""Duties have rosters, contacts have absences and deputies."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index(op.f("ix_shift_end_at"), "shift", ["end_at"])
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column("deputy", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_end_at"), "absence", ["end_at"])
    op.create_table(
        "unanswered",
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name=op.f("fk_unanswered_escalation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("escalation_id", "contact", name=op.f("pk_unanswered")),
    )
    op.create_index("ix_unanswered_due", "unanswered", ["due_at"])
    op.create_table(
        "reach",
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("contact", name=op.f("pk_reach")),
    )
