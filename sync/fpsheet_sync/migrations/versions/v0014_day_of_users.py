"""Cases name a consultant and a section, meetings who took part, every event its journal."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("borger", sa.Column("fagkonsulent", sa.Text(), nullable=True))
    op.add_column("borger", sa.Column("afdeling", sa.Text(), nullable=True))
    op.add_column("forloeb", sa.Column("deltog_borger", sa.Text(), nullable=True))
    op.add_column("forloeb", sa.Column("deltog_sagsbehandler", sa.Text(), nullable=True))
    op.add_column("forloeb", sa.Column("deltog_sundhed", sa.Text(), nullable=True))
    op.add_column("forloeb", sa.Column("deltog_andre", sa.Text(), nullable=True))
    op.add_column("indkomst", sa.Column("journal_nr", sa.Text(), nullable=True))
    op.add_column("job", sa.Column("journal_nr", sa.Text(), nullable=True))
    op.add_column("overdragelse", sa.Column("journal_nr", sa.Text(), nullable=True))
    op.add_column("vurdering", sa.Column("journal_nr", sa.Text(), nullable=True))
