"""Exports: lists with CPR numbers for other systems. Each opening of the vault is logged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import BytesIO

from sqlalchemy import Connection, select

from fpsheet.publish import commit_of
from fpsheet_sync.access import Actor, Deed, log_access
from fpsheet_sync.stat_table import Period
from fpsheet_sync.statistics.scope import ENHED, Scope
from fpsheet_sync.statistics.workspace import fact_tables
from fpsheet_sync.store import Store
from fpsheet_sync.vault import open_cprs
from fpsheet_templates.form import Form

Cell = str | int | float | date | None

_STATE = ("kommune", "niveau", "vurdering_dato", "arbejdsevne_pct", "maks_timer_pr_uge")


class ExtractKind(StrEnum):
    """Which list is drawn."""

    SIDE900 = "side900"
    """Level and latest vurdering of every citizen with a pension in Greenland."""
    SKAT = "skat"
    """CPR numbers of everybody with a pension: whose income Skattestyrelsen is asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which extract is wanted.

    Attributes:
        kind: Which list.
        day: The day of the state.
        language: Language of headings and labels.
        since: Day of the last extract; a last column then tells what changed.
    """

    kind: ExtractKind
    day: date
    language: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """An export.

    Attributes:
        columns: Identifiers of the columns, `cpr` first.
        rows: One row per citizen, in order of CPR number.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def draw_extract(store: Store, form: Form, wanted: Wanted, actor: Actor) -> Extract:
    """Draw a list out of the database; opening the vault is logged.

    Raises:
        StoreError: The database could not be used, or was opened without its keys.
    """
    is_skat = wanted.kind is ExtractKind.SKAT
    kommuner = tuple(form.kommuner) if is_skat else _kommuner(form, "GL")
    before = None
    with store.read() as connection:
        now = _states(connection, form, wanted.day, kommuner, None)
        if wanted.since is not None:
            last = commit_of(connection, wanted.since)
            before = _states(connection, form, wanted.day, kommuner, last)
    cprs = _open(store, now, actor, wanted.kind)
    if is_skat:
        return Extract(("cpr",), tuple((cpr,) for cpr in sorted(cprs.values())))
    rows = []
    for citizen, state in now.items():
        mark = () if before is None else ("ja" if before.get(citizen) != state else "nej",)
        rows.append((cprs.get(citizen, ""), *state, *mark))
    columns = ("cpr", *_STATE, *(() if before is None else ("aendret",)))
    return Extract(columns, tuple(sorted(rows, key=lambda row: str(row[0]))))


def _kommuner(form: Form, jurisdiction: str) -> tuple[str, ...]:
    return tuple(k.code for k in form.kommuner.values() if k.jurisdiction == jurisdiction)


def _states(
    connection: Connection, form: Form, day: date, kommuner: Sequence[str], as_of: int | None
) -> dict[str, tuple[Cell, ...]]:
    """Give citizen → where, level and latest vurdering, by the definitions of the statistics."""
    scope = Scope(form, Period(day, day), tuple(kommuner), as_of)
    names = ("pensionister", "seneste_vurdering")
    with fact_tables(connection, scope, names) as tables:
        people, assessed = (tables[name] for name in names)
        joined = people.outerjoin(assessed, people.c[ENHED] == assessed.c[ENHED])
        wanted = (
            people.c[ENHED],
            people.c.kommune,
            people.c.niveau,
            assessed.c.vurdering_dato,
            assessed.c.arbejdsevne_pct,
            assessed.c.maks_timer_pr_uge,
        )
        found = connection.execute(select(*wanted).select_from(joined)).all()
    return {row[0]: tuple(row[1:]) for row in found if row[1] in kommuner}


def _open(store: Store, citizens: Iterable[str], actor: Actor, purpose: str) -> Mapping[str, str]:
    """Open the vault for some citizens, and log each of them."""
    keys = store.need_keys()
    with store.write() as connection:
        known = set(citizens)
        details = {"formaal": purpose, "antal": len(known)}
        log_access(connection, actor, Deed("udtraek", details=details))
        return open_cprs(connection, keys, known)


def write_extract(extract: Extract, form: Form, language: str) -> bytes:
    """Give an export as a workbook: one table, CPR numbers as text, days as days."""
    import xlsxwriter

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(form.texts.get("command.export.sheet", language))
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    labels = [_label(form, name, language) for name in extract.columns]
    headings = [{"header": label} for label in labels]
    last = max(len(extract.rows), 1)
    sheet.add_table(0, 0, last, len(labels) - 1, {"name": "tUdtraek", "columns": headings})
    sheet.set_column(0, len(labels) - 1, 22)
    shown = [_words(form, name, language) for name in extract.columns]
    for number, row in enumerate(extract.rows, start=1):
        for place, held in enumerate(row):
            cell = shown[place].get(held, held) if isinstance(held, str) else held
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell, text)
            elif cell is not None:
                sheet.write_number(number, place, cell)
    book.close()
    return stream.getvalue()


def _label(form: Form, name: str, language: str) -> str:
    sheets = ("vurdering", "afgoerelse", "borger")
    for sheet in sheets:
        if any(field.id == name for field in form.sheet(sheet).fields):
            return form.field_label(sheet, name, language)
    return form.texts.get(f"command.export.column.{name}", language)


def _words(form: Form, name: str, language: str) -> dict[str, str]:
    """Give code → label for the columns that hold codes."""
    lists = {"niveau": "niveau", "kommune": "kommune", "aendret": "ja_nej"}
    if name not in lists:
        return {}
    return {code.id: code.label(language) for code in form.code_lists[lists[name]].codes}
