"""Tables of citizens: derived facts, merged identities, and the vault apart from them."""

from sqlalchemy import Column, Date, LargeBinary, MetaData, String, Table

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.tables.column import PSEUDONYM_LENGTH, interval, kommune, text


def identity_tables(metadata: MetaData) -> None:
    """Make the tables."""
    Table(
        "person",
        metadata,
        text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        Column("koen", String(1), comment="K or M, from the CPR number"),
        Column("foedselsdato", Date),
        sqlite_with_rowid=False,
    )
    Table(
        "identitet",
        metadata,
        text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        *interval(),
        text("samlet", PSEUDONYM_LENGTH),
    )
    Table(
        "sag",
        metadata,
        text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        kommune(primary_key=True),
        sqlite_with_rowid=False,
    )
    Table(
        "vault",
        metadata,
        text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        text("noegle_id", 16),
        Column("data", LargeBinary, nullable=False, comment="encrypted CPR number"),
        sqlite_with_rowid=False,
    )
    Table(
        "slettet",
        metadata,
        text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        Column("dato", Date, nullable=False, comment="when the CPR number was erased"),
    )
