"""A kommune may be granted a deadline of its own for a reporting year."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "frist",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("aar", sa.Integer(), nullable=False),
        sa.Column("frist", sa.Date(), nullable=False, comment="last day of delivery"),
        sa.Column("oensket", sa.Date(), nullable=True, comment="what the kommune had asked for"),
        sa.Column("tid", sa.DateTime(), nullable=False),
        sa.Column("bruger", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("kommune_kode", "aar", name=op.f("pk_frist")),
    )
