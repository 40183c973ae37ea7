"""Citizens by the rows reported of them: read from a store, checked, and put into one in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, StaticPool, create_engine, insert, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import citizens, person_table
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import Schema, with_schema
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_templates.form import Form, Sheet
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import RawSheet, RawWorkbook, SheetTotals

MOVE, MOVED_TO = "overdragelse", "til_kommune"
_CPR = "cpr"
_FIRST_ROW = 4
_COMMIT = 1
_ADULT = date(1970, 1, 1)
_LATE = 2000
_DIFFERENT = 1000


@dataclass(frozen=True, slots=True)
class CitizenRow:
    """One row of a sheet, by the kommune that reports it."""

    sheet: str
    kommune: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CountedCitizen:
    """One citizen.

    Attributes:
        id: Pseudonym.
        sex: K or M; None where it is not known.
        born: Day of birth; None where it is not known.
        rows: What is reported.
    """

    id: str
    sex: str | None
    born: date | None
    rows: tuple[CitizenRow, ...]

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the kommuner that know of the citizen, by code."""
        goals = (row.values[MOVED_TO] for row in self.rows if row.sheet == MOVE)
        return tuple(sorted({row.kommune for row in self.rows} | {str(goal) for goal in goals}))

    def known_to(self, kommune: str) -> str:
        """Return what a kommune has of the citizen as one text: its own rows, and moves to it."""
        own = sorted(
            repr((row.sheet, row.kommune, sorted(row.values.items())))
            for row in self.rows
            if kommune in {row.kommune, row.values.get(MOVED_TO)}
        )
        return repr((self.sex, self.born, own))


def read_citizens(connection: Connection, scope: Scope) -> tuple[CountedCitizen, ...]:
    """Return every citizen that the kommuner of a scope report, under one pseudonym each."""
    everybody = citizens(scope.as_of, person_table(connection))
    known = {row.borger: row for row in connection.execute(select(everybody))}
    rows: dict[str, list[CitizenRow]] = defaultdict(list)
    for sheet in scope.form.entry_sheets():
        table = scope.records(sheet.id)
        fields = [field.id for field in sheet.entry_fields() if field.id in table.c]
        ours = select(table).where(table.c.kommune_kode.in_(scope.kommuner))
        for row in connection.execute(ours.order_by("kommune_kode", "raekke_id")).mappings():
            person = known.get(row[BORGER])
            values = {name: row[name] for name in fields}
            id_ = person.samlet if person else row[BORGER]
            rows[id_].append(CitizenRow(sheet.id, row["kommune_kode"], values))
    return tuple(
        CountedCitizen(
            id_, person.koen if person else None, person.foedselsdato if person else None, own
        )
        for id_, own in sorted((id_, tuple(own)) for id_, own in rows.items())
        for person in [known.get(id_)]
    )


@contextmanager
def loaded(own: Schema, people: Sequence[CountedCitizen]) -> Iterator[Connection]:
    """Return a database in memory that holds some citizens, as one commit."""
    engine = with_schema(create_engine("sqlite://", poolclass=StaticPool), own)
    with engine.begin() as connection:
        own.metadata().create_all(connection)
        persons = [
            {"borger": each.id, "koen": each.sex, "foedselsdato": each.born} for each in people
        ]
        if persons:
            connection.execute(insert(schema.person), persons)
        for sheet, table in own.records.items():
            names = [column.name for column in table.columns]
            rows = [
                dict.fromkeys(names) | {name: row[name] for name in names if name in row}
                for row in _records(people, sheet)
            ]
            if rows:
                connection.execute(insert(table), rows)
        yield connection
    engine.dispose()


def _records(people: Iterable[CountedCitizen], sheet: str) -> Iterator[dict[str, object]]:
    for citizen in people:
        own = (row for row in citizen.rows if row.sheet == sheet)
        for place, row in enumerate(own):
            yield {
                **row.values,
                "kommune_kode": row.kommune,
                BORGER: citizen.id,
                "raekke_id": f"{citizen.id}-{sheet[0]}-{place:04}",
                "fra_indberetning": _COMMIT,
                "kilde": _COMMIT,
                "raekke": _FIRST_ROW + place,
            }


def admitted(
    people: Iterable[CountedCitizen], numbers: Mapping[str, str], form: Form, today: date
) -> tuple[CountedCitizen, ...]:
    """Return the citizens of whom no kommune's workbook holds a case back.

    Args:
        people: The citizens, each checked by itself.
        numbers: Citizen to a CPR number that no other has; who has none is not admitted.
        form: The form.
        today: The day of the check.
    """
    every = list(people)
    reported: dict[str, list[tuple[CountedCitizen, CitizenRow]]] = defaultdict(list)
    for citizen in every:
        for row in citizen.rows:
            reported[row.kommune].append((citizen, row))
    refused = {
        id_
        for kommune, rows in reported.items()
        for id_ in _refused(form, kommune, rows, numbers, today)
    }
    return tuple(each for each in every if each.id in numbers and each.id not in refused)


def replacement_numbers(people: Iterable[CountedCitizen]) -> Mapping[str, str]:
    """Return citizen → a CPR number of the replacement series, by birthday and sex.

    Those for whom the numbers of a day are used up are left out.
    """
    taken: dict[str, int] = defaultdict(int)
    found = {}
    for citizen in people:
        born = citizen.born or _ADULT
        century = "4" if born.year >= _LATE else "0"
        start = f"{born.day + 60}{born:%m%y}{century}"
        serial = 2 * taken[f"{start} {citizen.sex}"] + (citizen.sex == "M")
        taken[f"{start} {citizen.sex}"] += 1
        if serial < _DIFFERENT:
            found[citizen.id] = f"{start}{serial:03}"
    return found


def _refused(
    form: Form,
    kommune: str,
    rows: Sequence[tuple[CountedCitizen, CitizenRow]],
    numbers: Mapping[str, str],
    today: date,
) -> set[str]:
    """Return the citizens whose case a kommune's workbook holds back."""
    by_sheet: dict[str, list[tuple[CountedCitizen, CitizenRow]]] = defaultdict(list)
    for citizen, row in rows:
        if citizen.id in numbers:
            by_sheet[row.sheet].append((citizen, row))
    sheets = {each.id: _sheet(each, by_sheet[each.id], numbers) for each in form.entry_sheets()}
    blocked = check_workbook(_workbook(form, kommune, sheets, today), form, today=today).blocked
    return {
        by_sheet[sheet][row - _FIRST_ROW][0].id for sheet, held in blocked.items() for row in held
    }


def _workbook(form: Form, kommune: str, sheets: Mapping[str, RawSheet], today: date) -> RawWorkbook:
    """Return a workbook as it is read, with what its checks ask for beside the rows."""
    return RawWorkbook(
        sha256="0" * 64,
        name="",
        meta={
            "form_version": str(form.version),
            "workbook_id": "AAAAAAAA",
            "kommune_kode": kommune,
            "aar": str(today.year),
            "sprog": "da",
        },
        cover={
            "kontaktperson": ("Navn", "C4"),
            "e_mail": (None, "C5"),
            "ingen_sager": (None, "C6"),
        },
        sheets=sheets,
    )


def _sheet(
    sheet: Sheet, rows: Sequence[tuple[CountedCitizen, CitizenRow]], numbers: Mapping[str, str]
) -> RawSheet:
    columns: Mapping[str, pl.Series] = {
        field.id: pl.Series(
            [
                numbers[citizen.id] if field.id == _CPR else _text(row.values.get(field.id))
                for citizen, row in rows
            ],
            dtype=pl.String,
        )
        for field in sheet.entry_fields()
    }
    numbered = range(_FIRST_ROW, _FIRST_ROW + len(rows))
    frame = pl.DataFrame(
        {
            "raekke": pl.Series(numbered, dtype=pl.Int32),
            "raekke_id": pl.Series([None] * len(rows), dtype=pl.String),
            **columns,
        }
    )
    letters = {field.id: chr(ord("A") + place) for place, field in enumerate(sheet.fields)}
    return RawSheet(sheet.id, sheet.id, frame, letters, totals=SheetTotals(len(rows), len(rows), 0))


def _text(value: object) -> str | None:
    if isinstance(value, date):
        return f"{value} 00:00:00"
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)
