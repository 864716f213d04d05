"""A collector remembers what is its own: where it is in a mailbox, what it has seen of a folder."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("cursor", sa.Column("memory", sa.Text(), nullable=False, server_default=""))
