"""The form: sheets and fields, written once; everything else is made from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_of
from datetime import date
from enum import StrEnum
from pathlib import Path

from fpsheet_templates.codes import CodeList
from fpsheet_templates.expression import Expression
from fpsheet_templates.kommune import BOTH, Kommune
from fpsheet_templates.rule import Rule
from fpsheet_templates.text import Texts

REPORTING_YEARS = range(1984, 2100)
"""There was no such pension earlier, and a later year is a slip."""

META_KEYS = (
    "form_version",
    "workbook_id",
    "kommune_kode",
    "aar",
    "sprog",
    "parent",
    "issued_at",
    "signature",
)
"""The keys of the hidden sheet, in its order; whatever else stands there is not read."""


_YEAR = re.compile("[0-9]{4}")


def reporting_year(text: str) -> int:
    """Return the reporting year that a text says; 0 where it says none.

    >>> [reporting_year(text) for text in ("2026", "-1", "99999", "٢٠٢٦")]
    [2026, 0, 0, 0]
    """
    year = int(text) if _YEAR.fullmatch(text) else 0
    return year if year in REPORTING_YEARS else 0


class FieldType(StrEnum):
    """What a cell holds, and so how it is formatted, read and stored."""

    CPR = "cpr"
    """Ten digits with or without hyphen, a text cell; typed: ten digits."""
    TEXT = "text"
    DATE = "date"
    INTEGER = "integer"
    DECIMAL = "decimal"
    """At most one decimal."""
    CODE = "code"
    """Label or code of the field's code list; typed: the code."""


class SheetKind(StrEnum):
    """What a sheet of the workbook is for."""

    COVER = "cover"
    ENTRY = "entry"
    VIEW = "view"
    """Calculated, nothing is read from it (Overblik, Huskeliste)."""
    HELP = "help"
    META = "meta"


class ColumnRole(StrEnum):
    """What a column of an entry sheet is."""

    ROW_ID = "row_id"
    STATUS = "status"
    ENTRY = "entry"
    ANNUL = "annul"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sheet.

    Attributes:
        id: Identifier, also database column and TOML key (`start_dato`).
        type: What the cell holds.
        role: Entry fields are typed by a person; the other roles every entry sheet has.
        codes: Identifier of the code list, for type CODE; else empty.
        unit: Unit of the value as a text key suffix (`timer_pr_uge`, `pct`); else empty.
        required: When the cell must be filled: None never, else an expression over the row.
        required_in: Country → when it must be filled there, where that is another condition.
        minimum: Smallest value (numbers), inclusive; None for no limit.
        maximum: Largest value (numbers), inclusive; None for no limit.
        max_length: Longest text in characters, inclusive.
        group: Fields with the same group belong together in a merge.
        key: Part of the row's natural key.
        local: Never leaves the kommune (navn, tekst).
        jurisdictions: Where the field is used; elsewhere a workbook has no such column.
        since: First form version with the field.
        source: Law, guide or request that asked for the field.
        width: Column width in characters.
    """

    id: str
    type: FieldType
    role: ColumnRole = ColumnRole.ENTRY
    codes: str = ""
    unit: str = ""
    required: Expression | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = 60
    group: str = ""
    key: bool = False
    local: bool = False
    jurisdictions: frozenset[str] = BOTH
    since: int = 1
    source: str = ""
    width: int = 14
    required_in: Mapping[str, Expression] = made_of(default_factory=dict)

    def required_for(self, jurisdiction: str) -> Expression | None:
        """Return when the cell must be filled in a country; "" for none in particular."""
        return self.required_in.get(jurisdiction, self.required)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook.

    Attributes:
        id: Identifier, also the database table of an entry sheet (`forloeb`).
        kind: What the sheet is for.
        fields: Every column in order for an entry sheet (row id, status, fields, annuller);
            the entry cells of a cover; empty for the others.
        table: Name of the Excel table; empty where there is none.
        letter: Letter of the sheet inside row ids.
        page: Page of the module it replaces ("904T"); may be empty.
        colour: Tab and header colour, RRGGBB.
        premade_rows: Rows made in advance.
    """

    id: str
    kind: SheetKind
    fields: tuple[Field, ...] = ()
    table: str = ""
    letter: str = ""
    page: str = ""
    colour: str = ""
    premade_rows: int = 0

    def __getitem__(self, field_id: str) -> Field:
        """Return one field by its identifier; KeyError when the sheet lacks it."""
        for field in self.fields:
            if field.id == field_id:
                return field
        raise KeyError(field_id)

    def entry_fields(self) -> tuple[Field, ...]:
        """Return the fields a person fills, `annuller` included, in column order."""
        return tuple(f for f in self.fields if f.role in {ColumnRole.ENTRY, ColumnRole.ANNUL})

    def key_fields(self) -> tuple[Field, ...]:
        """Return the fields of the natural key, in column order."""
        return tuple(field for field in self.fields if field.key)


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form of one version.

    Attributes:
        version: Form version, a whole number that only grows.
        versions: Every version whose workbooks can be read by it, oldest first, its own last.
        sheets: Every sheet in workbook order.
        code_lists: Code list identifier → list.
        kommuner: Kommunekode → kommune, those of the past included.
        constants: Named number or date of law and guidance (`REFORM_IKRAFT`).
        constant_sources: The same names → where the value is read.
        own_constants: Country → names whose value is another one there.
        constant_countries: Named constant → the countries whose law it is of.
        rules: The rule catalogue in code order.
        texts: Every text a person reads, per language.
        folder: Data of a form of another field, its statistics tables too (`load_tables`); None
            for førtidspension.
    """

    version: int
    versions: tuple[int, ...]
    sheets: tuple[Sheet, ...]
    code_lists: Mapping[str, CodeList]
    kommuner: Mapping[str, Kommune]
    constants: Mapping[str, date | float]
    constant_sources: Mapping[str, str]
    rules: tuple[Rule, ...]
    texts: Texts
    own_constants: Mapping[str, Mapping[str, date | float]] = made_of(default_factory=dict)
    constant_countries: Mapping[str, frozenset[str]] = made_of(default_factory=dict)
    folder: Path | None = None

    @property
    def is_shipped(self) -> bool:
        """Return whether it is the form of førtidspension, whose databases have migrations."""
        return self.folder is None

    def constants_in(self, jurisdiction: str) -> Mapping[str, date | float]:
        """Return every constant with the value it has in a country; "" for none in particular."""
        return {**self.constants, **self.own_constants.get(jurisdiction, {})}

    def kommuner_in(self, jurisdiction: str) -> tuple[str, ...]:
        """Return the codes of the kommuner of a country, of those that are no more too."""
        return tuple(k.code for k in self.kommuner.values() if k.jurisdiction == jurisdiction)

    def is_used(self, field: Field, jurisdiction: str) -> bool:
        """Return whether a field is used in a country: it is, and some code of its list."""
        if jurisdiction not in field.jurisdictions:
            return False
        codes = self.code_lists[field.codes] if field.codes else None
        return codes is None or bool(codes.for_jurisdiction(jurisdiction))

    def in_country(
        self, jurisdiction: str, *, kept: Mapping[str, frozenset[str]] | None = None
    ) -> "Form":
        """Return the form as a workbook of a country has it: without fields of the other alone.

        Args:
            jurisdiction: "GL" or "DK".
            kept: Sheet → fields that stay all the same, because something stands in them.
        """

        def own(sheet: Sheet) -> Sheet:
            others = kept.get(sheet.id, frozenset[str]()) if kept else frozenset[str]()
            fields = (
                replace(field, required=field.required_for(jurisdiction))
                for field in sheet.fields
                if self.is_used(field, jurisdiction) or field.id in others
            )
            return replace(sheet, fields=tuple(fields))

        told = self.in_words_of(jurisdiction)
        return replace(told, sheets=tuple(map(own, self.sheets)))

    def in_words_of(self, jurisdiction: str) -> "Form":
        """Return the form with the words that a country has for codes, fields and rules."""
        lists = {name: codes.in_country(jurisdiction) for name, codes in self.code_lists.items()}
        return replace(self, code_lists=lists, texts=self.texts.in_country(jurisdiction))

    def sheet(self, sheet_id: str) -> Sheet:
        """Return one sheet by its identifier; KeyError when the form lacks it."""
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise KeyError(sheet_id)

    def has_sheet(self, sheet_id: str) -> bool:
        """Return whether the form has a sheet."""
        return any(sheet.id == sheet_id for sheet in self.sheets)

    def entry_sheets(self) -> tuple[Sheet, ...]:
        """Return the sheets with one row per case, forløb, vurdering …, in workbook order."""
        return tuple(sheet for sheet in self.sheets if sheet.kind is SheetKind.ENTRY)

    def rule(self, code: str) -> Rule:
        """Return one rule by its code (`AFG-003`); KeyError when the catalogue lacks it."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise KeyError(code)

    def sheet_title(self, sheet_id: str, language: str) -> str:
        """Return the title of a sheet, which is also the name on its tab."""
        return self.texts.get(f"sheet.{sheet_id}.title", language)

    def field_label(self, sheet_id: str, field_id: str, language: str) -> str:
        """Return the heading of a field's column; a shared label serves several sheets."""
        return self._field_text(sheet_id, field_id, ("label",), language)

    def field_help(
        self, sheet_id: str, field_id: str, language: str, jurisdiction: str = ""
    ) -> str:
        """Return the sentence that says what to enter in a field, in one country's words if given.

        What is written for both countries holds where a country has no words of its own.
        """
        return self._field_text(sheet_id, field_id, (f"help_{jurisdiction}", "help"), language)

    def _field_text(
        self, sheet_id: str, field_id: str, parts: tuple[str, ...], language: str
    ) -> str:
        """Return the first of some texts that there is, the sheet's own before a shared one."""
        key = ""
        for part in parts:
            for owner in (sheet_id, "common"):
                key = f"field.{owner}.{field_id}.{part}"
                if self.texts.has(key):
                    return self.texts.get(key, language)
        return self.texts.get(key, language)
