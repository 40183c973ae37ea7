"""Refused files are remembered by their bytes, so that none is read again at every run."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "afvist",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bedoemt", sa.String(length=16), nullable=False, comment="by what it was judged"),
        sa.Column("fund", sa.JSON(), nullable=False, comment="findings without values"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_afvist")),
    )
