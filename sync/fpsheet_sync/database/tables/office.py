"""Tables of the office: publications, the access log and the store's own facts."""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.tables.column import (
    KOMMUNE_LENGTH,
    PSEUDONYM_LENGTH,
    SHA256_LENGTH,
    SHARED,
    UtcDateTime,
    kommune,
    number,
    text,
)

publikation = Table(
    "publikation",
    SHARED,
    number("id", primary_key=True),
    Column("omraade", String(KOMMUNE_LENGTH), nullable=False, comment="GL or DK"),
    Column("fra", Date, nullable=False),
    Column("til", Date, nullable=False),
    Column("nummer", Integer, nullable=False, comment="edition of that country and period"),
    Column("aftryk", String(SHA256_LENGTH), nullable=False, comment="of all it depends on"),
    number("til_og_med"),
    text("tilstand", SHA256_LENGTH),
    Column("opgjort", Date, nullable=False),
    Column("oprettet", UtcDateTime, nullable=False),
    Column("indstillinger", JSON, nullable=False),
    Column("celler", LargeBinary, nullable=False, comment="numbers printed, cells hidden"),
    Column("udgaver", LargeBinary, nullable=False, comment="the editions as laid out"),
    Column("filer", LargeBinary, comment="the files handed out, a zip"),
    Index(None, "omraade", "fra", "til", "nummer", unique=True),
)
adgangslog = Table(
    "adgangslog",
    SHARED,
    number("id", primary_key=True),
    Column("tid", UtcDateTime, nullable=False),
    Column("bruger", String(80), nullable=False),
    Column("server_bruger", String(80), comment="the database server's session_user"),
    Column("handling", String(30), nullable=False),
    Column("kommune_kode", String(KOMMUNE_LENGTH)),
    Column(BORGER, String(PSEUDONYM_LENGTH)),
    Column("detaljer", JSON, nullable=False),
    text("forrige", SHA256_LENGTH),
    text("kaede", SHA256_LENGTH),
    Column("segl", String(128), comment="over number and link, see log_seal"),
    Column("segl_noegle", String(SHA256_LENGTH), comment="name of the key of the seal"),
    Index(None, BORGER),
)
loghoved = Table(
    "loghoved",
    SHARED,
    number("id", primary_key=True),
    Column("antal", Integer, nullable=False, comment="lines of the log"),
    Column("kaede", String(SHA256_LENGTH), nullable=False, comment="link of the last"),
)
frist = Table(
    "frist",
    SHARED,
    kommune(primary_key=True),
    number("aar", primary_key=True),
    Column("frist", Date, nullable=False, comment="last day of delivery"),
    Column("oensket", Date, comment="what the kommune had asked for"),
    Column("tid", UtcDateTime, nullable=False),
    Column("bruger", String(80), nullable=False),
)
opsaetning = Table(
    "opsaetning",
    SHARED,
    Column("navn", String(30), primary_key=True),
    Column("vaerdi", Text, nullable=False),
)
