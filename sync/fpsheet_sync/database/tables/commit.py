"""Tables of commits: what came, what it said, and the bytes it came as."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, String, Table

from fpsheet_sync.database.tables.column import (
    ROW_ID_LENGTH,
    SHA256_LENGTH,
    SHARED,
    UtcDateTime,
    kommune,
    number,
    text,
)

indberetning = Table(
    "indberetning",
    SHARED,
    number("id", primary_key=True),
    Column("art", String(12), nullable=False, comment="see merge.commit.CommitKind"),
    kommune(),
    number("aar"),
    text("sha256", SHA256_LENGTH),
    Column("pakke", String(SHA256_LENGTH), comment="hash of the package that it came in"),
    text("workbook_id", ROW_ID_LENGTH),
    Column("parent", String(SHA256_LENGTH), nullable=False, comment="as stamped in the file"),
    Column("afstamning", Integer, comment="the commit it was merged against"),
    number("form_version"),
    Column("udfyldt", Integer, nullable=False, comment="filled cells; orders like moments"),
    Column("received_at", UtcDateTime, nullable=False),
    Column("modified_at", UtcDateTime),
    Column("no_cases", Boolean, nullable=False),
    Column("status", String(16), nullable=False, comment="see merge.commit.Status"),
    Column("raekker", JSON, nullable=False, comment="sheet → xml, read, blank, quarantined"),
    Column("fund", JSON, nullable=False, comment="severity → number of findings"),
    Column("findings", JSON, nullable=False, comment="findings without values"),
    Column("kolonner", JSON, nullable=False, comment="sheet → field → column letter"),
    Column("handling", JSON, comment="what a named person decided (release, resolution)"),
    Column("kvittering", JSON, comment="the receipt, as it was given"),
    Index(None, "sha256", unique=True),
    Index(None, "kommune_kode", "id"),
)
indhold = Table(
    "indhold",
    SHARED,
    number("indberetning_id", primary_key=True),
    Column("ark", String(20), primary_key=True),
    Column("data", LargeBinary, nullable=False, comment="rows of the file, Arrow IPC, no CPR"),
    Column(
        "linje",
        LargeBinary,
        comment="what its line of descent says, where that is more or less than its rows",
    ),
)
original = Table(
    "original",
    SHARED,
    text("sha256", SHA256_LENGTH, primary_key=True),
    text("noegle_id", 16),
    Column("data", LargeBinary, nullable=False, comment="encrypted bytes of the file"),
)
gensendt = Table(
    "gensendt",
    SHARED,
    text("pakke", SHA256_LENGTH, primary_key=True),
    text("sha256", SHA256_LENGTH),
)
afvist = Table(
    "afvist",
    SHARED,
    text("sha256", SHA256_LENGTH, primary_key=True),
    Column("bedoemt", String(16), nullable=False, comment="by what it was judged"),
    Column("fund", JSON, nullable=False, comment="findings without values"),
)
