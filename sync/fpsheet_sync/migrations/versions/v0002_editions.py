"""Publications are numbered editions that hold everything they printed.

The table of the first version was never written to, so it is made anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of editions."""
    op.drop_table("publikation")
    op.create_table(
        "publikation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("omraade", sa.String(length=3), nullable=False, comment="GL or DK"),
        sa.Column("fra", sa.Date(), nullable=False),
        sa.Column("til", sa.Date(), nullable=False),
        sa.Column(
            "nummer", sa.Integer(), nullable=False, comment="edition of that country and period"
        ),
        sa.Column("aftryk", sa.String(length=64), nullable=False, comment="of all it depends on"),
        sa.Column("til_og_med", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tilstand", sa.String(length=64), nullable=False),
        sa.Column("opgjort", sa.Date(), nullable=False),
        sa.Column("oprettet", sa.DateTime(), nullable=False),
        sa.Column("indstillinger", sa.JSON(), nullable=False),
        sa.Column(
            "celler", sa.LargeBinary(), nullable=False, comment="numbers printed, cells hidden"
        ),
        sa.Column("udgaver", sa.LargeBinary(), nullable=False, comment="the editions as laid out"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publikation")),
    )
    op.create_index(
        op.f("ix_publikation_omraade_fra_til_nummer"),
        "publikation",
        ["omraade", "fra", "til", "nummer"],
        unique=True,
    )
