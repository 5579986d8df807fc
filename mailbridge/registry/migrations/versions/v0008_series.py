"""
Who owns the numbers of a book: reserved ones, blocks, those of another system.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
