"""Statistics tables, declared: what each one counts, along what, and how it is drawn.

`data/tables/*.toml` holds one file per table (with its further cuts, `T11b`) and
`dimensions.toml`. The words stand in `data/text/<language>/tables.toml`. How a table's facts are
found in the database is floor 3's work; a declaration only names them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

from fpsheet_templates.errors import SpecError
from fpsheet_templates.kommune import BOTH
from fpsheet_templates.population import load_populations, read_words

TOTAL = ""
"""The code that stands for "all" of a dimension."""

UOPLYST = "uoplyst"
"""The code of a value nobody has written; shown only where it occurs."""


class Count(StrEnum):
    """How a column makes one number out of the facts of a cell."""

    ROWS = "rows"
    """One for each fact: forløb, decisions, jobs."""
    DISTINCT = "distinct"
    """Each counted unit (citizen, case) once, however many facts it has."""
    QUARTILE_1 = "quartile_1"
    MEDIAN = "median"
    QUARTILE_3 = "quartile_3"
    MEAN = "mean"
    SUM = "sum"
    """The sum of other columns."""
    SHARE = "share"
    """The first named column in per cent of the second."""
    TALLY = "tally"
    """Counted by a function of floor 3, and no count of persons: files, rows, findings."""
    GIVEN = "given"
    """Worked out by a function of floor 3 (expected number, interval, target)."""


@dataclass(frozen=True, slots=True)
class Band:
    """A span of values under one code; both ends inclusive, None for open."""

    id: str
    fra: float | None
    til: float | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something tables are broken down by.

    Attributes:
        id: Identifier; its heading is the text `dimension.<id>.label`.
        codes: The form's code list whose codes and labels it has; empty for own values.
        without: Codes of the list that never occur here.
        extra: Own values beside or instead of a list; labels `dimension.<id>.value.<code>`.
        bands: Spans of a number, which are own values too.
        hidden_zero: Values shown, like "Uoplyst", only where they occur.
        refines: A coarser dimension that this one divides further; empty for none.
        groups: Code here → code there.
        groups_from: Column of the code list that holds the code there, instead of `groups`.
        field: Field of the form whose value it is (`vurdering.arbejdsevne_pct`), where a citizen's
            codes of one sheet come from one and the same row; empty where that says nothing.
        lasting: A citizen has one code of it for ever.
        falling: Codes that nobody gets who has once had another.
        rising: Its codes, in order, are those of a number that only grows.
        several: One counted thing may have several codes, so that its parts are more than it.
        moving: Its codes say how it stands at the end of the edition's period, so that the same
            thing may have another code in another edition.
        whole_period: Its codes say what happened on any day of the period, also of a count of one
            day, which is another number then where the period is another.
        free: Its codes are words that the kommuner have written, and their own labels; those that
            occur are shown, in order, before its own values.
    """

    id: str
    codes: str = ""
    without: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    hidden_zero: tuple[str, ...] = ()
    refines: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    groups_from: str = ""
    field: str = ""
    lasting: bool = False
    falling: tuple[str, ...] = ()
    rising: bool = False
    several: bool = False
    moving: bool = False
    whole_period: bool = False
    free: bool = False

    def values(self) -> tuple[str, ...]:
        """Return its own values in order, those of a code list apart."""
        return (*self.extra, *(band.id for band in self.bands))


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One number column, or one per code where it is split.

    Attributes:
        id: Identifier, CSV heading and text key.
        count: How the number is made.
        facts: Facts it counts; the table's where left out.
        measure: Which of the facts it counts.
        by: Dimension that splits it into one column per code; empty for one column.
        where: Dimension → code that the facts must have.
        parts: Columns it is the sum or share of, or rests on.
        needs: For a given figure: columns of which none may be 0, or it has no sense ([z]).
        name: Name of what it counts, where that is counted under another name elsewhere too.
        unit: Unit, a text key suffix.
        is_whole: For a given figure: it is a whole number, and is shown without decimals.
        adds: Dimensions along which it adds up; None for all.
        notes: Notes named in its heading.
        jurisdictions: Where the column is shown.
    """

    id: str
    count: Count
    facts: str
    measure: str
    unit: str
    by: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    name: str = ""
    is_whole: bool = False
    adds: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    jurisdictions: frozenset[str] = BOTH


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One figure drawn from a table.

    Attributes:
        id: `F01`; its title is the text `chart.<id>.title`.
        kind: `column`, `bar`, `line`, `stacked_column` or `stacked_bar`.
        category: Dimension along the axis; its total is left out.
        columns: Columns drawn; a split column gives one series per code.
        series: Dimension that gives the series instead, each from the only column; may be empty.
        jurisdictions: Where the figure is drawn.
    """

    id: str
    kind: str
    category: str
    columns: tuple[str, ...]
    series: str = ""
    jurisdictions: frozenset[str] = BOTH


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table. Words: `table.<id>.title`, `.population`, `.measure`.

    Attributes:
        id: `T01` … `T22`; a further cut of the same has a letter (`T11b`).
        dimensions: What its rows are broken down by, left to right.
        columns: Its numbers, left to right.
        period_rule: How the period is used, a text key suffix (`within`, `last_day` …).
        notes: Notes in order of use, those of columns apart.
        equations: Sums between columns beyond totals and parts: (total, parts).
        charts: Figures drawn from it.
        source: Source, a text key suffix.
        jurisdictions: Where the table is made.
        is_internal: It is not for publication.
    """

    id: str
    dimensions: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    period_rule: str
    notes: tuple[str, ...] = ()
    equations: tuple[tuple[str, tuple[str, ...]], ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    source: str = "central"
    jurisdictions: frozenset[str] = BOTH
    is_internal: bool = False

    def column(self, column_id: str) -> ColumnSpec:
        """Return a column by its identifier; KeyError when the table lacks it."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)


@cache
def load_tables(folder: Path | None = None) -> tuple[TableSpec, ...]:
    """Load every declared table, in the order they are published.

    Args:
        folder: Data of a form of another field (`Form.folder`); None for førtidspension.

    Raises:
        SpecError: A table stands twice, or names a dimension or column that does not exist.
    """
    known = load_dimensions(folder)
    tables: dict[str, TableSpec] = {}
    for data in read_tables_folder(folder).values():
        for entry in _entries(data, "table"):
            table = _table(entry)
            if table.id in tables:
                message = f"The table {table.id} is declared twice."
                raise SpecError(message)
            _check(table, known)
            check_populations(table, folder)
            tables[table.id] = table
    return tuple(tables[key] for key in sorted(tables))


@cache
def load_dimensions(folder: Path | None = None) -> Mapping[str, Dimension]:
    """Load every dimension of a form (`Form.folder`) by its identifier."""
    data = read_tables_folder(folder).get("dimensions.toml", {})
    return {entry["id"]: _dimension(entry) for entry in _entries(data, "dimension")}


@cache
def read_tables_folder(folder: Path | None = None) -> Mapping[str, Mapping[str, object]]:
    """Read the files that declare the tables of a form (`Form.folder`): file name → its TOML.

    A form of another field need not have any.
    """
    data = folder or files("fpsheet_templates") / "data"
    tables = data / "tables"
    found = sorted(tables.iterdir(), key=lambda entry: entry.name) if tables.is_dir() else []
    return {file.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in found}


def _entries(data: Mapping[str, object], name: str) -> list[dict[str, str]]:
    """Return the tables of a TOML array; their values are read by the functions below."""
    found = data.get(name, [])
    return found if isinstance(found, list) else []


def _codes(value: object) -> Mapping[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _jurisdictions(entry: Mapping[str, object]) -> frozenset[str]:
    return frozenset(read_words(entry.get("jurisdictions", list(BOTH))))


def _dimension(entry: Mapping[str, object]) -> Dimension:
    return Dimension(
        id=str(entry["id"]),
        codes=str(entry.get("codes", "")),
        without=read_words(entry.get("without")),
        extra=read_words(entry.get("extra")),
        bands=tuple(_band(band) for band in _entries(entry, "bands")),
        hidden_zero=(*read_words(entry.get("hidden_zero")), UOPLYST),
        refines=str(entry.get("refines", "")),
        groups=_codes(entry.get("groups")),
        groups_from=str(entry.get("groups_from", "")),
        field=str(entry.get("field", "")),
        lasting=bool(entry.get("lasting")),
        moving=bool(entry.get("moving")),
        whole_period=bool(entry.get("whole_period")),
        free=bool(entry.get("free")),
        falling=read_words(entry.get("falling")),
        rising=bool(entry.get("rising")),
        several=bool(entry.get("several")),
    )


def _band(entry: Mapping[str, object]) -> Band:
    ends = [entry.get(key) for key in ("fra", "til")]
    fra, til = (None if end is None else float(str(end)) for end in ends)
    return Band(str(entry["id"]), fra, til)


def _table(entry: Mapping[str, object]) -> TableSpec:
    facts = str(entry["facts"])
    equations = _entries(entry, "equation")
    return TableSpec(
        id=str(entry["id"]),
        dimensions=read_words(entry["dimensions"]),
        columns=tuple(_column(column, facts) for column in _entries(entry, "column")),
        period_rule=str(entry["period_rule"]),
        notes=read_words(entry.get("notes")),
        equations=tuple((str(each["total"]), read_words(each["parts"])) for each in equations),
        charts=tuple(_chart(chart) for chart in _entries(entry, "chart")),
        source=str(entry.get("source", "central")),
        jurisdictions=_jurisdictions(entry),
        is_internal=bool(entry.get("is_internal")),
    )


def _column(entry: Mapping[str, object], facts: str) -> ColumnSpec:
    return ColumnSpec(
        id=str(entry["id"]),
        count=Count(str(entry.get("count", Count.ROWS))),
        facts=str(entry.get("facts", facts)),
        measure=str(entry.get("measure", entry["id"])),
        unit=str(entry["unit"]),
        by=str(entry.get("by", "")),
        where=_codes(entry.get("where")),
        parts=read_words(entry.get("parts")),
        needs=read_words(entry.get("needs")),
        name=str(entry.get("name", "")),
        is_whole=bool(entry.get("whole")),
        adds=read_words(entry["adds"]) if "adds" in entry else None,
        notes=read_words(entry.get("notes")),
        jurisdictions=_jurisdictions(entry),
    )


def _chart(entry: Mapping[str, object]) -> ChartSpec:
    return ChartSpec(
        id=str(entry["id"]),
        kind=str(entry["kind"]),
        category=str(entry["category"]),
        columns=read_words(entry["columns"]),
        series=str(entry.get("series", "")),
        jurisdictions=_jurisdictions(entry),
    )


def _check(table: TableSpec, known: Mapping[str, Dimension]) -> None:
    """Refuse a table that names what is not there."""
    own = {column.id for column in table.columns}
    named = {*table.dimensions}
    for column in table.columns:
        named |= {*column.where, *(column.adds or ()), *filter(None, [column.by])}
    for chart in table.charts:
        named |= {chart.category, *filter(None, [chart.series])}
    parts = {part for column in table.columns for part in (*column.parts, *column.needs)}
    parts |= {name for total, rest in table.equations for name in (total, *rest)}
    parts |= {name for chart in table.charts for name in chart.columns}
    for name in sorted((named - set(known)) | (parts - own)):
        message = f"The table {table.id} names {name}, which does not exist."
        raise SpecError(message)


def check_populations(table: TableSpec, folder: Path | None = None) -> None:
    """Refuse a table with a count of which nobody has said what it counts.

    Raises:
        SpecError: populations.toml does not declare one of its counts.
    """
    known = load_populations(folder)
    for column in table.columns:
        name = column.name or f"{column.facts}.{column.measure}"
        if column.count in {Count.ROWS, Count.DISTINCT} and name not in known:
            message = (
                f"The table {table.id} counts {name}, which populations.toml does not declare."
            )
            raise SpecError(message)
