"""Tables of citizens: derived facts, merged identities, and the vault apart from them."""

from sqlalchemy import Column, Date, LargeBinary, String, Table

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.tables.column import PSEUDONYM_LENGTH, SHARED, interval, kommune, text

person = Table(
    "person",
    SHARED,
    text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
    Column("koen", String(1), comment="K or M, from the CPR number"),
    Column("foedselsdato", Date),
    sqlite_with_rowid=False,
)
identitet = Table(
    "identitet",
    SHARED,
    text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
    *interval(),
    text("samlet", PSEUDONYM_LENGTH),
)
sag = Table(
    "sag",
    SHARED,
    text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
    kommune(primary_key=True),
    sqlite_with_rowid=False,
)
vault = Table(
    "vault",
    SHARED,
    text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
    text("noegle_id", 16),
    Column("data", LargeBinary, nullable=False, comment="encrypted CPR number"),
    sqlite_with_rowid=False,
)
slettet = Table(
    "slettet",
    SHARED,
    text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
    Column("dato", Date, nullable=False, comment="when the CPR number was erased"),
)
