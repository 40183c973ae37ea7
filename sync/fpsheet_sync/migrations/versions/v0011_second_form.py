"""Decisions say what was appealed, why they refused, and why the team was not asked."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("afgoerelse", sa.Column("paaklaget_dato", sa.Date(), nullable=True))
    op.add_column("afgoerelse", sa.Column("uden_team", sa.Text(), nullable=True))
    op.add_column("afgoerelse", sa.Column("afslagsaarsag", sa.Text(), nullable=True))
