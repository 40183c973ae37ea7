"""Who led a meeting of the rehabilitation team, and whether outside parties took part."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("forloeb", sa.Column("moedeleder", sa.Text(), nullable=True))
    op.add_column("forloeb", sa.Column("deltog_eksterne", sa.Text(), nullable=True))
