"""What Excel demands of one worksheet and the tables on it."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from tests.support.formula_lint import lint_arrays, lint_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree import ElementTree as ET

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

_PARTS: Final = """
    sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
    protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
    phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
    headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
    legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst
"""
_ORDER: Final = _PARTS.split()
_CELL_TYPES: Final = {"b", "d", "e", "inlineStr", "n", "s", "str"}
_LIMITS: Final = {"promptTitle": 32, "prompt": 255, "errorTitle": 32, "error": 225}
_INLINE_LIST: Final = 255
_LONGEST_TEXT: Final = 32_767
_LONGEST_FOOTER: Final = 255


_ERRORS: Final = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
_MOST: Final = {"dataValidations": 65_534, "hyperlinks": 65_530}
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_TALLEST: Final = 409.5
_NUMBER: Final = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[Ee][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class SheetSetting:
    """What a worksheet may refer to.

    Attributes:
        titles: Names of all sheets.
        names: Defined names, case folded.
        wide: Those of them that mean several cells.
        formats: Number of cell formats.
        marks: Number of formats for conditional formatting.
        strings: Shared texts.
    """

    titles: Sequence[str]
    names: frozenset[str]
    wide: frozenset[str]
    formats: int
    marks: int
    strings: Sequence[str]


def lint_sheet(
    tree: ET.Element, tables: Sequence[ET.Element], setting: SheetSetting
) -> Iterator[str]:
    """Return every breach of a worksheet, given its root and those of its tables."""
    titles, names = setting.titles, setting.names
    formats, marks = setting.formats, setting.marks
    found = [element.tag.removeprefix(MAIN) for element in tree]
    if [_ORDER.index(tag) for tag in found] != sorted(_ORDER.index(tag) for tag in found):
        yield "parts of the sheet are out of order"
    if len(set(found)) != len(found) - max(found.count("conditionalFormatting") - 1, 0):
        yield "a part of the sheet stands twice"
    for tag, limit in _MOST.items():
        if len(tree.findall(f"{MAIN}{tag}/*")) > limit:
            yield f"more than {limit} {tag}"
    yield from _lint_cells(tree, setting)
    yield from _lint_columns(tree, formats)
    yield from _lint_validations(tree, names)
    yield from _lint_marks(tree, names, marks)
    yield from _lint_merged(tree, tables)
    yield from _lint_links(tree, titles)
    for table in tables:
        yield from _lint_table(tree, table, setting)
    if len(tables) != len(tree.findall(f"{MAIN}tableParts/{MAIN}tablePart")):
        yield "tables and their list differ"
    for text in tree.findall(f"{MAIN}headerFooter/*"):
        if len(text.text or "") > _LONGEST_FOOTER:
            yield "header or footer is too long"


def _lint_cells(tree: ET.Element, setting: SheetSetting) -> Iterator[str]:
    rows = [int(row.get("r", "0")) for row in tree.iter(f"{MAIN}row")]
    if any(after <= before for before, after in pairwise(rows)):
        yield "rows are out of order"
    masters: dict[str, str] = {}
    for row in tree.iter(f"{MAIN}row"):
        places = [coordinate_to_tuple(cell.get("r", "")) for cell in row]
        if any(after <= before for before, after in pairwise(places)):
            yield f"cells of row {row.get('r')} are out of order"
        if any(place[0] != int(row.get("r", "0")) for place in places):
            yield f"row {row.get('r')} has a cell of another row"
        if places and (places[-1][0] > _LAST_ROW or places[-1][1] > _LAST_COLUMN):
            yield f"row {row.get('r')} has a cell outside the sheet"
        if not 0 <= float(row.get("ht", "0")) <= _TALLEST:
            yield f"row {row.get('r')} is too high"
        for cell in row:
            yield from _lint_cell(cell, setting, masters)


def _lint_cell(cell: ET.Element, setting: SheetSetting, masters: dict[str, str]) -> Iterator[str]:
    address = cell.get("r", "")
    if cell.get("t", "n") not in _CELL_TYPES:
        yield f"{address} has an unknown type"
    if int(cell.get("s", "0")) >= setting.formats:
        yield f"{address} has an unknown format"
    value = cell.findtext(f"{MAIN}v")
    if value and not _is_value(cell.get("t", "n"), value, setting.strings):
        yield f"{address} holds no value of its type"
    for text in cell.iter(f"{MAIN}t"):
        if len(text.text or "") > _LONGEST_TEXT:
            yield f"{address} has too long a text"
    formula = cell.find(f"{MAIN}f")
    if formula is not None:
        yield from (f"{address}: {problem}" for problem in _lint_shared(address, formula, masters))
        written = formula.text or ""
        found = (*lint_formula(written, setting.names), *lint_arrays(written, setting.wide))
        yield from (f"{address}: {problem}" for problem in found)


def _is_value(kind: str, value: str, strings: Sequence[str]) -> bool:
    match kind:
        case "n":
            return _NUMBER.fullmatch(value) is not None and math.isfinite(float(value))
        case "s":
            return value.isdecimal() and int(value) < len(strings)
        case "b":
            return value in {"0", "1"}
        case "e":
            return value in _ERRORS
        case _:
            return len(value) <= _LONGEST_TEXT


def _lint_shared(address: str, formula: ET.Element, masters: dict[str, str]) -> Iterator[str]:
    number = formula.get("si", "")
    if formula.get("t") != "shared":
        return
    if formula.text:
        if number in masters:
            yield "shares its number with another formula"
        masters[number] = formula.get("ref", "")
    elif number not in masters:
        yield "shares a formula that does not stand above it"
    elif not _overlap(address, masters[number]):
        yield "lies outside the range of its shared formula"


def _lint_columns(tree: ET.Element, formats: int) -> Iterator[str]:
    spans = [(int(c.get("min", "0")), int(c.get("max", "0"))) for c in tree.iter(f"{MAIN}col")]
    if any(after[0] <= before[1] for before, after in pairwise(spans)):
        yield "column widths overlap"
    for column in tree.iter(f"{MAIN}col"):
        if not 0 <= float(column.get("width", "0")) <= 255:  # Excel's limit
            yield "a column is too wide"
        if int(column.get("style", "0")) >= formats:
            yield "a column has an unknown format"


def _lint_validations(tree: ET.Element, names: frozenset[str]) -> Iterator[str]:
    holder = tree.find(f"{MAIN}dataValidations")
    if holder is None:
        return
    if holder.get("count") is not None and int(holder.get("count", "0")) != len(holder):
        yield "the number of validations is wrong"
    areas = []
    for validation in holder:
        place = validation.get("sqref", "")
        areas.extend(place.split())
        for attribute, limit in _LIMITS.items():
            if len(validation.get(attribute, "")) > limit:
                yield f"{place}: {attribute} is longer than {limit}"
        yield from (f"{place}: {problem}" for problem in _lint_source(validation, names))
        if validation.get("type") == "list" and validation.find(f"{MAIN}formula1") is None:
            yield f"{place}: a list without a source"
    if not all(areas) or any(_overlap(a, b) for a, b in combinations(areas, 2)):
        yield "validations overlap or have no place"


def _lint_source(validation: ET.Element, names: frozenset[str]) -> Iterator[str]:
    for formula in validation:
        text = formula.text or ""
        if text.startswith('"') and len(text) - 2 > _INLINE_LIST:
            yield f"the list is longer than {_INLINE_LIST}"
        elif len(text) > _INLINE_LIST:
            yield f"a condition is longer than {_INLINE_LIST}"
        yield from lint_formula(text, names)


def _lint_marks(tree: ET.Element, names: frozenset[str], marks: int) -> Iterator[str]:
    priorities = []
    for rule in tree.iter(f"{MAIN}cfRule"):
        priorities.append(rule.get("priority"))
        if int(rule.get("dxfId", "0")) >= marks:
            yield "a conditional format has no look"
        for formula in rule.findall(f"{MAIN}formula"):
            yield from lint_formula(formula.text or "", names)
    if len(set(priorities)) != len(priorities):
        yield "two conditional formats have one priority"


def _lint_merged(tree: ET.Element, tables: Sequence[ET.Element]) -> Iterator[str]:
    merged = [cell.get("ref", "") for cell in tree.iter(f"{MAIN}mergeCell")]
    if any(_bounds(place)[:2] == _bounds(place)[2:] for place in merged):
        yield "one cell alone is merged"
    taken = merged + [table.get("ref", "") for table in tables]
    if any(_overlap(a, b) for a, b in combinations(taken, 2)):
        yield "merged cells or tables overlap"


def _overlap(one: str, other: str) -> bool:
    a, b = _bounds(one), _bounds(other)
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _bounds(reference: str) -> tuple[int, int, int, int]:
    """Return first column, first row, last column, last row of a range that has all four."""
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    return first_column or 0, first_row or 0, last_column or 0, last_row or 0


def _lint_links(tree: ET.Element, titles: Sequence[str]) -> Iterator[str]:
    for link in tree.iter(f"{MAIN}hyperlink"):
        place = re.fullmatch(r"'((?:[^']|'')+)'![A-Z]+[0-9]+", link.get("location", ""))
        if place is None or place[1].replace("''", "'") not in titles:
            yield f"the link in {link.get('ref')} leads nowhere"


def _lint_table(tree: ET.Element, table: ET.Element, setting: SheetSetting) -> Iterator[str]:
    name, reference = table.get("displayName"), table.get("ref", "")
    first_column, first_row, last_column, last_row = _bounds(reference)
    columns = list(table.iter(f"{MAIN}tableColumn"))
    headings = [column.get("name", "") for column in columns]
    if len(columns) != last_column - first_column + 1 or last_row <= first_row:
        yield f"{name}: columns and range differ"
        return
    for heading, count in Counter(heading.casefold() for heading in headings).items():
        if count > 1 or not heading:
            yield f"{name}: a heading stands twice or is empty"
    if len({column.get("id") for column in columns}) != len(columns):
        yield f"{name}: column ids stand twice"
    span = range(first_column, last_column + 1)
    cells = _row(tree, first_row)
    if [_text(cells.get(column), setting.strings) for column in span] != headings:
        yield f"{name}: headings and cells differ"
    filtered = table.find(f"{MAIN}autoFilter")
    if filtered is not None and filtered.get("ref") != reference:
        yield f"{name}: the filter has another range"
    first = _row(tree, first_row + 1)
    for number, column in zip(span, columns, strict=True):
        found = _lint_calculated(column, first.get(number), setting.names)
        yield from (f"{name}: {problem}" for problem in found)


def _lint_calculated(
    column: ET.Element, cell: ET.Element | None, names: frozenset[str]
) -> Iterator[str]:
    stated = column.find(f"{MAIN}calculatedColumnFormula")
    formula = None if cell is None else cell.find(f"{MAIN}f")
    if stated is None or formula is None:
        if stated is not formula:
            yield "a calculated column is not written out"
        return
    if stated.text != formula.text:
        yield "a calculated column differs from its cells"
    yield from lint_formula(stated.text or "", names)


def _row(tree: ET.Element, number: int) -> dict[int, ET.Element]:
    """Return the cells of a row by number of the column."""
    for row in tree.iter(f"{MAIN}row"):
        if row.get("r") == str(number):
            return {coordinate_to_tuple(cell.get("r", ""))[1]: cell for cell in row}
    return {}


def _text(cell: ET.Element | None, strings: Sequence[str]) -> str | None:
    if cell is None:
        return None
    if cell.get("t") == "s":
        return strings[int(cell.findtext(f"{MAIN}v", "0"))]
    if cell.get("t") != "inlineStr":
        return None
    return "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))
