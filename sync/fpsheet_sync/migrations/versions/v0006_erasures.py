"""Citizens whose CPR number was erased are known by that, so that none comes back unseen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "slettet",
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("dato", sa.Date(), nullable=False, comment="when the CPR number was erased"),
        sa.PrimaryKeyConstraint("borger", name=op.f("pk_slettet")),
    )
