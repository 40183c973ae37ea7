"""What the reading process has to know of the form: a small value that travels to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpsheet.intake.limits import Limits
from fpsheet.intake.sheets.scan import ColumnKinds
from fpsheet_templates.form import ColumnRole, Field, FieldType, Form, Sheet, SheetKind
from fpsheet_templates.kommune import BOTH

_TEXT_TYPES = {FieldType.CPR, FieldType.TEXT, FieldType.CODE}


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One column to read.

    Attributes:
        id: Field identifier.
        is_text: Its cells hold text (a CPR number, a code, words), no date and no number.
        is_date: Its cells hold days.
        is_entry: A person fills it; an entry makes the row a row.
        countries: Where workbooks have the column.
        since: First form version with the field.
        labels: Headings it may have, in every language and each country's words, folded.
    """

    id: str
    is_text: bool
    is_date: bool
    is_entry: bool
    countries: frozenset[str]
    since: int
    labels: frozenset[str]

    @property
    def is_everywhere(self) -> bool:
        """Return whether everybody sees the column: an entry that both countries have."""
        return self.is_entry and self.countries == BOTH

    def is_of(self, country: str) -> bool:
        """Return whether workbooks of a country have the column; "" is a country unknown."""
        return country in self.countries if country else self.countries == BOTH


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet to read.

    Attributes:
        id: Sheet identifier.
        titles: Names its tab has by the form, in every language, folded.
        fields: Columns to read; the status is calculated and not among them.
        table: Name of its table.
    """

    id: str
    titles: frozenset[str]
    fields: tuple[FieldPlan, ...]
    table: str

    def kinds(self, columns: Mapping[str, int], calculated: frozenset[int]) -> ColumnKinds:
        """Return what the columns hold.

        Args:
            columns: Fields that were found → column.
            calculated: Columns of formulas of ours.
        """
        found = [(field, columns[field.id]) for field in self.fields if field.id in columns]
        return ColumnKinds(
            text=frozenset(n for field, n in found if field.is_entry and field.is_text),
            value=frozenset(n for field, n in found if field.is_entry and not field.is_text),
            date=frozenset(n for field, n in found if field.is_date),
            row_id=frozenset(n for field, n in found if not field.is_entry),
            calculated=calculated,
        )

    def field(self, field_id: str) -> FieldPlan | None:
        """Return one column; None when the sheet has no such field."""
        return next((field for field in self.fields if field.id == field_id), None)


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What to look for in a workbook.

    Attributes:
        sheets: Entry sheet identifier → sheet, in the order of the form.
        cover: Identifier of the cover → its fields' identifiers.
        versions: Form versions that can be read.
        kommuner: Code of each kommune there is → its country.
        expected_kommune: The only kommune whose workbook is wanted; empty for any.
        limits: How much a file may ask for.
        is_list: A list of another office, which is known by its headings and nothing else.
        languages: Languages there are texts in.
    """

    sheets: Mapping[str, SheetPlan]
    cover: Mapping[str, tuple[str, ...]]
    versions: tuple[int, ...]
    kommuner: Mapping[str, str]
    expected_kommune: str
    limits: Limits
    is_list: bool = False
    languages: frozenset[str] = frozenset()


def make_plan(form: Form, *, expected_kommune: str | None, limits: Limits) -> ReadingPlan:
    """Return what reading needs to know of the form."""
    return ReadingPlan(
        sheets={sheet.id: _plan_sheet(form, sheet) for sheet in form.entry_sheets()},
        cover={
            sheet.id: tuple(field.id for field in sheet.fields)
            for sheet in form.sheets
            if sheet.kind is SheetKind.COVER
        },
        versions=form.versions,
        kommuner={code: k.jurisdiction for code, k in form.kommuner.items()},
        expected_kommune=expected_kommune or "",
        limits=limits,
        languages=frozenset(form.texts.languages()),
    )


def make_list_plan(lists: Form, sheet_id: str, *, limits: Limits) -> ReadingPlan:
    """Return what reading one of the lists (`load_lists`) needs to know of it."""
    sheet = lists.sheet(sheet_id)
    plan = _plan_sheet(lists, sheet)
    typed = {field.id for field in sheet.fields if field.role is ColumnRole.ENTRY}
    own = replace(plan, fields=tuple(field for field in plan.fields if field.id in typed))
    return ReadingPlan({sheet_id: own}, {}, (), {}, "", limits, is_list=True)


def fold_label(text: str) -> str:
    r"""Return a heading or a title without case, line breaks and star, to compare it with another.

    >>> fold_label(" Første\ndag *")
    'første dag'
    """
    return " ".join(text.split()).removesuffix("*").rstrip().casefold()


def _plan_sheet(form: Form, sheet: Sheet) -> SheetPlan:
    languages = form.texts.languages()
    return SheetPlan(
        id=sheet.id,
        titles=frozenset(fold_label(form.sheet_title(sheet.id, tag)) for tag in languages),
        fields=tuple(
            _plan_field(form, sheet, field)
            for field in sheet.fields
            if field.role is not ColumnRole.STATUS
        ),
        table=sheet.table,
    )


def _plan_field(form: Form, sheet: Sheet, field: Field) -> FieldPlan:
    told = [form, *(replace(form, texts=form.texts.in_country(land)) for land in BOTH)]
    tags = form.texts.languages()
    labels = [each.field_label(sheet.id, field.id, tag) for each in told for tag in tags]
    earlier = f"field.{sheet.id}.{field.id}.earlier"
    if form.texts.has(earlier):
        labels += [form.texts.get(earlier, tag) for tag in tags]
    return FieldPlan(
        id=field.id,
        is_text=field.type in _TEXT_TYPES,
        is_date=field.type is FieldType.DATE,
        is_entry=field.role is not ColumnRole.ROW_ID,
        countries=frozenset(land for land in BOTH if form.is_used(field, land)),
        since=field.since,
        labels=frozenset(map(fold_label, labels)),
    )
