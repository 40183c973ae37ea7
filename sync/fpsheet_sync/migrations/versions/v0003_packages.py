"""A submission knows the package that it came in, so that a package is known by its bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; packages of before are known once they were read again."""
    op.add_column(
        "indberetning",
        sa.Column(
            "pakke",
            sa.String(length=64),
            nullable=True,
            comment="hash of the package that it came in",
        ),
    )
