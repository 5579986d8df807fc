"""
What clerks did with mails that waited for them.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
