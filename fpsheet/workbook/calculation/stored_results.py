"""The results of formulas, stored beside them for those who read before anything calculates.

Protected View and plain readers show what is stored. A cell whose result cannot be told here keeps
an empty text; none ever gets a result that a spreadsheet program would not give.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import groupby

from lxml import etree
from openpyxl.utils import column_index_from_string

from fpsheet.ooxml.escape import escape_content, unescape_text
from fpsheet.workbook.calculation.calculator import UNKNOWN, Calculator, Formula
from fpsheet.workbook.calculation.cell_value import ErrorValue, Place, UnknownResultError, Value
from fpsheet.workbook.calculation.formula_tree import FormulaError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW_HEAD = re.compile(rb'<row r="(\d+)"[^>]*(?<!/)>')
_ROW_END, _TEXT_HEAD, _TEXT_END = b"</row>", b"<is>", b"</is>"
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"((?: [a-z]+="[^"]*")*)(?:/>|>(.*?)</c>)', re.DOTALL)
_CELL_ROW = re.compile(rb'(?<=[A-Z])\d+(?=")')
_FORMULA = re.compile(rb"<f([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)
_NUMBER = re.compile(rb"<v>([^<]+)</v>")
_TEXT = re.compile(rb"<t(?: [^>]*)?>([^<]*)</t>")
_TYPE = re.compile(rb' t="([a-zA-Z]+)"')
_STYLE = re.compile(rb' s="(\d+)"')
_SHARED = re.compile(rb' si="(\d+)"')
_PREFIXED_CELL = re.compile(rb"<\w+:c[ />]")
_PLAIN_FORMATS = frozenset(range(5)) | {37, 38, 39, 40, 49}
_PERCENT_FORMATS = frozenset({9, 10})
_PLAIN_CODE = re.compile(r"[0#.,]+")


@dataclass(frozen=True, slots=True)
class StoredParts:
    """The parts of a workbook that its results hang on.

    Attributes:
        sheets: Worksheet part to title and content, for every sheet.
        book: The workbook part, for the defined names.
        styles: The part with the formats.
        strings: The shared texts in their order.
    """

    sheets: Mapping[str, tuple[str, bytes]]
    book: bytes
    styles: bytes
    strings: Sequence[str] = ()


def calculate_parts(package: StoredParts, *, today: int) -> dict[str, bytes]:
    """Return the worksheets of a workbook with the results of their formulas.

    Args:
        package: The workbook.
        today: Number of the day that `TODAY` gives.

    Returns:
        Worksheet part to its new content; empty where one of them is not written as fpsheet and
        Excel write worksheets: what is not read whole is not calculated.
    """
    formats = _read_formats(package.styles)
    styles: dict[Place, int] = {}
    calculator = Calculator(
        names=_read_names(package.book),
        today=today,
        is_percent=lambda at: formats.get(styles.get(at, 0)),
    )
    read = {
        name: _Sheet(title, content, calculator, package.strings)
        for name, (title, content) in package.sheets.items()
    }
    if not all(_read_sheet(sheet, styles) for sheet in read.values()):
        return {}
    return {name: sheet.written() for name, sheet in read.items()}


def forget_results(content: bytes) -> bytes:
    """Return a worksheet whose formulas have no results but empty texts."""

    def forget(cell: re.Match[bytes]) -> bytes:
        formula = _formula_in(cell)
        return _with_result(cell, formula, "") if formula else cell[0]

    return _CELL.sub(forget, content)


def _formula_in(cell: re.Match[bytes]) -> bytes:
    """Return the formula of a cell as it is written; nothing for a cell without."""
    formula = _FORMULA.search(cell[4] or b"")
    return formula[0] if formula else b""


def _with_result(cell: re.Match[bytes], formula: bytes, result: Value) -> bytes:
    style = _STYLE.search(cell[3])
    kind, text = _as_written(result)
    parts = (cell[1], cell[2], style[0] if style else b"", kind, formula, text)
    return b'<c r="%s%s"%s%s>%s<v>%s</v></c>' % parts


def _count_cells(content: bytes) -> int:
    """Return how many cells a worksheet has, however they are spelled."""
    spelled = (content.count(start) for start in (b"<c ", b"<c>", b"<c/"))
    return sum(spelled) + len(_PREFIXED_CELL.findall(content))


@dataclass(frozen=True, slots=True)
class _RowOf:
    """A row of a worksheet.

    Attributes:
        number: Its number.
        start: Where it begins.
        end: Where the next one begins at the earliest.
        is_blank: It is like the first row in which nothing is typed.
    """

    number: int
    start: int
    end: int
    is_blank: bool


@dataclass(slots=True)
class _Sheet:
    """A worksheet that is read, and its rows in which nothing is typed.

    All blank rows are alike: what a formula gives in the first of them, it gives in each.

    Attributes:
        title: Name on the tab.
        content: The part.
        calculator: Where its cells go.
        strings: The shared texts of the workbook.
        masters: Index of a shared formula → the formula.
        rows: Its rows in order.
        blank: What stands between the row numbers of the first blank row, without its text.
        columns: Column → what its cell gives in every blank row.
        blank_cells: Cells of the first blank row.
    """

    title: str
    content: bytes
    calculator: Calculator
    strings: Sequence[str]
    masters: dict[bytes, Formula | None] = field(default_factory=dict)
    rows: list[_RowOf] = field(default_factory=list)
    blank: list[bytes] = field(default_factory=list)
    columns: list[tuple[int, Formula]] = field(default_factory=list)
    blank_cells: int = 0

    def written(self) -> bytes:
        """Return the worksheet with its results; blank rows that follow each other go together."""
        written, at = list[bytes](), 0
        for is_blank, rows in groupby(self.rows, key=lambda row: row.is_blank):
            first, *_, last = (*rows,) * 2
            written += (self.content[at : first.start], self._write(first, last, is_blank=is_blank))
            at = last.end
        return b"".join((*written, self.content[at:]))

    def _write(self, first: _RowOf, last: _RowOf, *, is_blank: bool) -> bytes:
        rows = self.content[first.start : last.end]
        if not is_blank:
            return _CELL.sub(self._write_cell, rows) if b"<f" in rows else rows
        for old, new in self._find_replaced(self.content[first.start : first.end]):
            rows = rows.replace(old, new)
        return rows

    def _find_replaced(self, row: bytes) -> Iterator[tuple[bytes, bytes]]:
        """List what a cell of a blank row is, from its row number on, and what it becomes."""
        for cell in _CELL.finditer(row):
            if _formula_in(cell):
                start = len(b'<c r="') + len(cell[1]) + len(cell[2])
                yield cell[0][start:], self._write_cell(cell)[start:]

    def _write_cell(self, cell: re.Match[bytes]) -> bytes:
        formula = _formula_in(cell)
        if not formula:
            return cell[0]
        at = (self.title, int(cell[2]), column_index_from_string(cell[1].decode()))
        try:
            return _with_result(cell, formula, self.calculator.result(at))
        except UnknownResultError:
            return _with_result(cell, formula, "")


def _read_names(book: bytes) -> dict[str, str]:
    names = etree.fromstring(book).iter(f"{_MAIN}definedName")
    return {
        entry.get("name", "").casefold(): entry.text or ""
        for entry in names
        if entry.get("localSheetId") is None
    }


def _read_formats(styles: bytes) -> dict[int, bool | None]:
    """Return for each format of cells whether it shows per cent; None for one that is unknown."""
    root = etree.fromstring(styles)
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iter(f"{_MAIN}numFmt")}
    xfs = root.find(f"{_MAIN}cellXfs")
    return {
        number: _is_percent(int(xf.get("numFmtId", "0")), codes.get(xf.get("numFmtId"), ""))
        for number, xf in enumerate(xfs if xfs is not None else ())
    }


def _is_percent(number: int, code: str) -> bool | None:
    if number in _PLAIN_FORMATS or _PLAIN_CODE.fullmatch(code):
        return False
    return True if number in _PERCENT_FORMATS or code.endswith("%") else None


def _read_sheet(read: _Sheet, styles: dict[Place, int]) -> bool:
    """Read the rows of a worksheet; return whether every cell is one that is read here."""
    content = read.content
    cells = read.calculator.cells.setdefault(read.title, {})
    count = 0
    for head in _ROW_HEAD.finditer(content):
        end = content.find(_ROW_END, head.end())
        if end < 0:
            return False
        count += _read_one(read, head, end, cells, styles)
    return count == _count_cells(content) and b"<sheetData" in content


Cells = dict[tuple[int, int], Value | Formula]


def _read_one(
    read: _Sheet, head: re.Match[bytes], end: int, cells: Cells, styles: dict[Place, int]
) -> int:
    """Read a row, and return how many cells it has."""
    number, inner = int(head[1]), read.content[head.end() : end]
    is_like = bool(read.blank) and _without_text(inner) == head[1].join(read.blank)
    read.rows.append(_RowOf(number, head.start(), end + len(_ROW_END), is_like))
    if is_like:
        cells.update(((number, column), held) for column, held in read.columns)
        return read.blank_cells
    is_blank = not read.blank and bool(read.masters) and not _is_filled(inner)
    found = _CELL.findall(inner)
    for key, value, style in _read_row(found, read):
        cells[key] = value
        if style:
            styles[read.title, *key] = style
        if is_blank and isinstance(value, Formula):
            read.columns.append((key[1], _same_as(read.calculator, (read.title, *key))))
    if is_blank:
        read.blank, read.blank_cells = _CELL_ROW.split(_without_text(inner)), len(found)
    return len(found)


def _without_text(row: bytes) -> bytes:
    """Return a row without the first of its texts, the row id of ours."""
    before, _, rest = row.partition(_TEXT_HEAD)
    return before + rest.partition(_TEXT_END)[2]


def _same_as(calculator: Calculator, other: Place) -> Formula:
    return Formula(lambda _: calculator.result(other))


def _read_row(
    row: Iterable[tuple[bytes, bytes, bytes, bytes]], sheet: _Sheet
) -> Iterator[tuple[tuple[int, int], Value | Formula, int]]:
    for letters, number, attributes, inner in row:
        place = (int(number), column_index_from_string(letters.decode()))
        formula = _FORMULA.search(inner)
        style = _STYLE.search(attributes)
        if formula is None:
            typed = _typed_or_unknown(attributes, inner, sheet.strings)
            yield place, typed, int(style[1]) if style else 0
            continue
        held = _formula(sheet, formula, place)
        yield place, held if held is not None else UNKNOWN, 0


def _is_filled(row: bytes) -> bool:
    return row.count(b"<is>") > 1 or _NUMBER.search(row) is not None


def _formula(sheet: _Sheet, found: re.Match[bytes], place: tuple[int, int]) -> Formula | None:
    if b"array" in found[1] or b"dataTable" in found[1]:
        return None
    shared = _SHARED.search(found[1])
    if shared and not found[2]:
        return sheet.masters.get(shared[1])
    try:
        made = sheet.calculator.formula(unescape((found[2] or b"").decode()), *place)
    except FormulaError:
        made = None
    if shared:
        sheet.masters[shared[1]] = made
    return made


def _typed_or_unknown(attributes: bytes, inner: bytes, strings: Sequence[str]) -> Value | Formula:
    """Return what is typed in a cell; what no program writes is not guessed at."""
    try:
        return _typed(attributes, inner, strings)
    except (ValueError, IndexError):
        return UNKNOWN


def _typed(attributes: bytes, inner: bytes, strings: Sequence[str]) -> Value:
    kind = _TYPE.search(attributes)
    if kind and kind[1] == b"inlineStr":
        return unescape_text("".join(unescape(part.decode()) for part in _TEXT.findall(inner)))
    number = _NUMBER.search(inner)
    if number is None:
        return None
    if kind and kind[1] == b"s":
        return strings[int(number[1]) if number[1].isdigit() else len(strings)]
    if kind and kind[1] == b"b":
        return number[1] == b"1"
    if kind and kind[1] == b"e":
        return ErrorValue(number[1].decode())
    if kind and kind[1] != b"n":
        return unescape(number[1].decode())
    return int(number[1]) if number[1].isdigit() else float(number[1])


def _as_written(result: Value) -> tuple[bytes, bytes]:
    if isinstance(result, ErrorValue):
        return b' t="e"', result.code.encode()
    if isinstance(result, bool):
        return b' t="b"', b"%d" % result
    if isinstance(result, int | float):
        return b"", repr(result).encode()
    return b' t="str"', escape_content(result or "").encode()
