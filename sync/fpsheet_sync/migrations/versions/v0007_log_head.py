"""The access log knows its own end, and packed rows lose the bytes of emptied values."""

from io import BytesIO

import polars as pl
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_HASH = 64
_NOTHING = "0" * _HASH


def upgrade() -> None:
    """Make the head of the log as the log stands, and pack the kept rows anew."""
    head = op.create_table(
        "loghoved",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("antal", sa.Integer(), nullable=False, comment="lines of the log"),
        sa.Column("kaede", sa.String(length=_HASH), nullable=False, comment="link of the last"),
        sa.Column("seglet_antal", sa.Integer(), nullable=True, comment="lines when sealed"),
        sa.Column("segl", sa.String(length=_HASH), nullable=True, comment="HMAC over both"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loghoved")),
    )
    log = sa.table("adgangslog", sa.column("id"), sa.column("kaede"))
    newest = sa.select(log.c.id, log.c.kaede).order_by(log.c.id.desc()).limit(1)
    connection = op.get_bind()
    last = connection.execute(newest).first()
    number, link = (0, _NOTHING) if last is None else (last.id, last.kaede)
    connection.execute(head.insert(), {"id": 1, "antal": number, "kaede": link})
    if connection.dialect.name == "sqlite":
        # What was there shall not be read in the free pages of the file.
        connection.execute(sa.text("PRAGMA secure_delete = ON"))
    _pack_anew(connection)


def _pack_anew(connection: sa.Connection) -> None:
    names = ("indberetning_id", "ark", "data", "linje")
    kept = sa.table("indhold", *map(sa.column, names))
    commit = sa.table("indberetning", sa.column("id"), sa.column("workbook_id"))
    answers = sa.select(commit.c.id).where(commit.c.workbook_id.like("SKAT0%"))
    told_by_skat = set(connection.execute(answers).scalars())
    places = connection.execute(sa.select(kept.c.indberetning_id, kept.c.ark)).all()
    for number, sheet in places:
        place = (kept.c.indberetning_id == number, kept.c.ark == sheet)
        data, line = connection.execute(sa.select(kept.c.data, kept.c.linje).where(*place)).one()
        packed = {
            "data": _pack(data, is_answer=number in told_by_skat),
            "linje": None if line is None else _pack(line, is_answer=False),
        }
        connection.execute(kept.update().where(*place).values(packed))


def _pack(data: bytes, *, is_answer: bool) -> bytes:
    """Write a frame without the bytes of values that are null; an answer has one income a row."""
    frame = pl.read_ipc(BytesIO(data))
    texts = [pl.col(name) + "" for name, dtype in frame.schema.items() if dtype == pl.String]
    numbers = [
        pl.when(pl.col(name).is_not_null()).then(pl.col(name).fill_null(0)).alias(name)
        for name, dtype in frame.schema.items()
        if dtype.is_numeric() and frame[name].null_count()
    ]
    frame = frame.with_columns(*texts, *numbers)
    if is_answer and frame["raekke"].is_duplicated().any():
        frame = frame.with_columns(
            pl.Series("raekke", _own_rows(frame["raekke"].to_list()), pl.Int32)
        )
    buffer = BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def _own_rows(rows: list[int]) -> list[int]:
    below, taken, own = max(rows), set[int](), []
    for row in rows:
        if row in taken:
            below += 1
        own.append(below if row in taken else row)
        taken.add(own[-1])
    return own
