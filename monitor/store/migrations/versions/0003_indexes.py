"""Indexes that serve the page of open records by deadline, and the newest of an item's versions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

OPEN = sa.text("state IN ('open', 'acknowledged')")


def upgrade() -> None:
    op.drop_index("ix_escalation_open", "escalation")
    op.create_index("ix_escalation_open", "escalation", ["deadline", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_version_newest", "version", ["item_id", "id"])
    op.drop_index("ix_version_item_id", "version")
    op.create_index("ix_attempt_last", "attempt", ["notification_id", "id"])
    op.drop_index("ix_attempt_notification_id", "attempt")
