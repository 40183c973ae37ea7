"""An assessment says whether the work capacity is finally settled."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("vurdering", sa.Column("endeligt_afklaret", sa.Text(), nullable=True))
