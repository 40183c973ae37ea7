"""A publication keeps the files that were handed out, to the byte."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; editions of before have none, and are made from what they printed."""
    op.add_column(
        "publikation",
        sa.Column("filer", sa.LargeBinary(), nullable=True, comment="the files handed out, a zip"),
    )
