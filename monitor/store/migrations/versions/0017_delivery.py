"""Mails may wait for others, be listed in one, or be silenced; addresses that are refused are remembered."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("notification", sa.Column("held", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("notification", sa.Column("silence_id", sa.Integer(), nullable=True))
    op.add_column("notification", sa.Column("gathered_in", sa.Integer(), nullable=True))
    op.add_column("notification", sa.Column("released_at", Moment(), nullable=True))
    waiting, held = sa.text("state IN ('pending', 'sending')"), sa.text("state = 'held'")
    op.drop_index("ix_notification_due", "notification")
    op.create_index(
        "ix_notification_due",
        "notification",
        ["channel", "priority", "attempts", "next_attempt_at", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    for name, columns in (("held", ["next_attempt_at"]), ("held_for", ["contact", "next_attempt_at"])):
        op.create_index(f"ix_notification_{name}", "notification", columns, sqlite_where=held, postgresql_where=held)
    op.create_index("ix_notification_released", "notification", ["contact", "released_at"])
    op.create_index("ix_notification_gathered", "notification", ["gathered_in"])
    op.create_index("ix_attempt_started", "attempt", ["started_at"])
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index("ix_silence_until", "silence", ["until"])
    op.create_table(
        "refusal",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("dead_until", Moment(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_refusal")),
    )
