"""A citizen may be said to have no ordinary work; a skånejob has the day of its follow-up."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("borger", sa.Column("ordinaert_arbejde", sa.Text(), nullable=True))
    op.add_column("job", sa.Column("opfoelgning_dato", sa.Date(), nullable=True))
