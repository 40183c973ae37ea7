"""A workbook that was sealed again is known by the bytes of each of its packages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; packages of before are noted when they are read once more."""
    op.create_table(
        "gensendt",
        sa.Column("pakke", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("pakke", name=op.f("pk_gensendt")),
    )
