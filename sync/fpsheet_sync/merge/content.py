"""Contents: what one file says, with pseudonyms in place of CPR numbers, ready to be merged.

Everything here depends on the submission and the keys alone, so it can be made in the process
that read the file, beside the writer.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO

import polars as pl

from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout, Layouts
from fpsheet_sync.merge.submission import Submission, SubmittedSheet
from fpsheet_validation.cells.cpr import born_number

FILE_ID = "fil_id"
ROW = "raekke"
BLOCKED = "blokeret"

Frames = Mapping[str, pl.DataFrame]
"""Sheet identifier → one frame, for every entry sheet of the form."""

_TEN_DIGITS = r"^[0-9]{10}$"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission as the merge takes it.

    Attributes:
        head: The submission with its rows and bytes taken out.
        rows: Sheet → rows in file order: `raekke` (Excel row), `fil_id` (row id as in the file,
            null when blank), the values of the layout, `blokeret`.
        citizens: One row per citizen, sorted: `borger`, `koen`, `foedselsdato`, and `data`, the
            sealed CPR number.
        original: The bytes of the file, sealed; empty when they are not to be kept.
        package: Hash of the bytes that came, where they are no workbook but a package with one.
        packed: Sheet → its rows as the database keeps them; empty sheets are left out.
        filled: Number of cells that hold something; orders files of the same moment.
    """

    head: Submission
    rows: Frames
    citizens: pl.DataFrame = field(repr=False)
    original: bytes = field(repr=False)
    package: str
    packed: Mapping[str, bytes] = field(repr=False)
    filled: int


def prepare(submission: Submission, keys: Keys, layouts: Layouts) -> Prepared:
    """Replace CPR numbers by pseudonyms, drop local fields, seal what must be unreadable.

    A row without a readable CPR number belongs to no case and is blocked.
    """
    citizens = _citizens(submission, keys, layouts)
    known = citizens.select("cpr", BORGER)
    rows = {
        sheet: _rows(layout, submission.sheets.get(sheet), known)
        for sheet, layout in layouts.items()
    }
    head = replace(
        submission,
        original=b"",
        sheets={
            name: replace(sheet, frame=sheet.frame.clear(), blocked=frozenset())
            for name, sheet in submission.sheets.items()
        },
    )
    sealed = keys.seal_cprs(citizens.select(BORGER, "cpr").iter_rows())
    original = submission.original
    digest = hashlib.sha256(original).hexdigest() if original else submission.sha256
    return Prepared(
        head=head,
        rows=rows,
        citizens=citizens.drop("cpr")
        .with_columns(pl.Series("data", sealed, dtype=pl.Binary))
        .sort(BORGER),
        original=keys.seal_original(submission.sha256, original) if original else b"",
        package="" if digest == submission.sha256 else digest,
        packed={name: pack(frame) for name, frame in rows.items() if not frame.is_empty()},
        filled=count_filled(rows),
    )


def no_rows(layouts: Layouts) -> Frames:
    """Return the rows of a file that says nothing."""
    return {name: no_row(layout) for name, layout in layouts.items()}


def no_row(layout: Layout) -> pl.DataFrame:
    """Return the rows of a sheet that says nothing."""
    return empty_frame(
        (ROW, pl.Int32()), (FILE_ID, pl.String()), *layout.types.items(), (BLOCKED, pl.Boolean())
    )


@cache
def empty_frame(*types: tuple[str, pl.DataType]) -> pl.DataFrame:
    """Return a frame without rows; made once, since to make one takes longer than to join ten."""
    return pl.DataFrame(schema=dict(types))


def alone(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a file whose id is no other row's."""
    is_all = rows[FILE_ID].n_unique() == rows.height
    return rows if is_all else rows.filter(pl.col(FILE_ID).is_unique())


def count_filled(frames: Frames) -> int:
    """Count the values of frames that are not blank."""
    return sum(
        frame.height * frame.width - _blanks(frame) for frame in frames.values() if frame.height
    )


def pack(frame: pl.DataFrame) -> bytes:
    """Return the bytes of a frame for the database: Arrow IPC, compressed."""
    buffer = BytesIO()
    _without_leftovers(frame).write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def _without_leftovers(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame made anew, without the bytes of values that became null.

    A column that some of its values were taken from may share its memory with the one before;
    what was taken out would be written along, unseen.
    """
    texts = [pl.col(name) + "" for name, dtype in frame.schema.items() if dtype == pl.String]
    numbers = [
        pl.when(pl.col(name).is_not_null()).then(pl.col(name).fill_null(0)).alias(name)
        for name, dtype in frame.schema.items()
        if dtype.is_numeric() and frame[name].null_count()
    ]
    return frame.with_columns(*texts, *numbers)


def unpack(data: bytes) -> pl.DataFrame:
    """Return the frame of packed bytes."""
    return pl.read_ipc(BytesIO(data))


def _blanks(frame: pl.DataFrame) -> int:
    return sum(column.null_count() for column in frame)


def _citizens(submission: Submission, keys: Keys, layouts: Layouts) -> pl.DataFrame:
    """Return one row per CPR number of the file: `cpr`, `borger`, `koen`, `foedselsdato`."""
    columns = list(_cpr_columns(submission, layouts))
    numbers = pl.concat(columns) if columns else pl.Series(dtype=pl.String)
    unique = numbers.filter(numbers.str.contains(_TEN_DIGITS)).unique().sort()
    borger = keys.pseudonyms(unique.to_list(), kommune_kode=submission.kommune_kode)
    is_man = pl.col("cpr").str.slice(9).cast(pl.Int8) % 2 == 1
    return pl.DataFrame({"cpr": unique, BORGER: pl.Series(borger, dtype=pl.String)}).with_columns(
        koen=pl.when(is_man).then(pl.lit("M")).otherwise(pl.lit("K")),
        foedselsdato=born_number(pl.col("cpr")).cast(pl.String).str.to_date("%Y%m%d", strict=False),
    )


def _cpr_columns(submission: Submission, layouts: Layouts) -> Iterable[pl.Series]:
    for name, layout in layouts.items():
        sheet = submission.sheets.get(name)
        if sheet is not None:
            for column in ("cpr", *layout.secrets):
                if column in sheet.frame.columns:
                    yield sheet.frame[column].cast(pl.String).rename("cpr")


def _rows(layout: Layout, sheet: SubmittedSheet | None, known: pl.DataFrame) -> pl.DataFrame:
    if sheet is None or sheet.frame.is_empty():
        return no_row(layout)
    frame = sheet.frame
    old, new = known["cpr"], known[BORGER]
    columns: list[pl.Expr] = [pl.col(ROW).cast(pl.Int32), _file_id()]
    for name, dtype in layout.types.items():
        source = "cpr" if name == BORGER else name
        if source not in frame.columns:
            columns.append(pl.lit(None, dtype=dtype).alias(name))
        elif name == BORGER or name in layout.secrets:
            pseudonym = pl.col(source).cast(pl.String).replace_strict(old, new, default=None)
            columns.append(pseudonym.cast(pl.String).alias(name))
        else:
            columns.append(pl.col(name).cast(dtype))
    rows = frame.select(columns)
    is_blocked = pl.col(BORGER).is_null()
    if sheet.blocked:
        is_blocked |= pl.col(ROW).is_in(sorted(sheet.blocked))
    return rows.with_columns(is_blocked.alias(BLOCKED))


def _file_id() -> pl.Expr:
    text = pl.col("raekke_id").cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(FILE_ID)
