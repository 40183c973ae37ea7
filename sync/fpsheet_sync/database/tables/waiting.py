"""Tables of what waits: quarantine, conflicts, held files, notices, explanations, as versions."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.tables.column import (
    PSEUDONYM_LENGTH,
    ROW_ID_LENGTH,
    SHA256_LENGTH,
    SHARED,
    interval,
    kommune,
    number,
    text,
)

karantaene = Table(
    "karantaene",
    SHARED,
    number("indberetning_id", primary_key=True),
    Column("ark", String(20), primary_key=True),
    number("raekke", primary_key=True),
    *interval(),
    kommune(),
    text("raekke_id", ROW_ID_LENGTH),
    text(BORGER, PSEUDONYM_LENGTH, nullable=True),
    Column("koder", Text, nullable=False, comment="JSON: codes of the findings of the row"),
    Column("vaerdier", Text, nullable=False, comment="JSON: field → value as read, no CPR"),
    Index(None, "kommune_kode"),
)
konflikt = Table(
    "konflikt",
    SHARED,
    text("konflikt_id", 10, primary_key=True),
    *interval(),
    kommune(),
    Column("ark", String(20), nullable=False),
    text("raekke_id", ROW_ID_LENGTH),
    Column("gruppe", String(30), nullable=False, comment="field group"),
    Column("gaeldende", JSON, nullable=False, comment="value in force: the last agreed one"),
    Column("paastande", JSON, nullable=False, comment="[{indberetning, raekke, vaerdi}]"),
    Index(None, "kommune_kode"),
)
tilbageholdelse = Table(
    "tilbageholdelse",
    SHARED,
    number("indberetning_id", primary_key=True),
    *interval(),
    kommune(),
    Column("mistet", Integer, nullable=False, comment="rows that the file lacks"),
    Column("af", Integer, nullable=False, comment="rows that it should have had"),
)
besked = Table(
    "besked",
    SHARED,
    text("besked_id", 10, primary_key=True),
    *interval(),
    kommune(),
    Column("ark", String(20), nullable=False),
    text("raekke_id", ROW_ID_LENGTH),
    Column("gruppe", String(30), nullable=False),
    Column("beskeder", JSON, nullable=False, comment="what counts and what it replaced"),
    Index(None, "kommune_kode"),
)
forklaring = Table(
    "forklaring",
    SHARED,
    kommune(primary_key=True),
    text("kode", 10, primary_key=True),
    Column("ark", String(20), primary_key=True),
    text("raekke_id", ROW_ID_LENGTH, primary_key=True),
    *interval(),
    number("indberetning_id"),
    Column("aftryk", String(SHA256_LENGTH), nullable=False, comment="of the values explained"),
    Column("tekst", Text, nullable=False),
)
