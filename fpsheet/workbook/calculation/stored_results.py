"""The results of formulas, stored beside them for those who read before anything calculates.

Protected View and plain readers show what is stored. A cell whose result cannot be told here keeps
an empty text; none ever gets a result that a spreadsheet program would not give.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

from lxml import etree
from openpyxl.utils import column_index_from_string

from fpsheet.ooxml.cell_reader import plain_text, shared_items, unescape_text
from fpsheet.workbook.calculation.calculator import Calculator, Formula
from fpsheet.workbook.calculation.cell_value import ErrorValue, Place, UnknownResultError, Value
from fpsheet.workbook.calculation.formula_tree import FormulaError
from fpsheet.workbook.row_stamp import escape_text

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW = re.compile(rb'<row r="(\d+)"[^>]*(?<!/)>(.*?)</row>', re.DOTALL)
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"((?: [a-z]+="[^"]*")*)(?:/>|>(.*?)</c>)', re.DOTALL)
_FORMULA = re.compile(rb"<f([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)
_NUMBER = re.compile(rb"<v>([^<]+)</v>")
_TEXT = re.compile(rb"<t(?: [^>]*)?>([^<]*)</t>")
_TYPE = re.compile(rb' t="([a-zA-Z]+)"')
_STYLE = re.compile(rb' s="(\d+)"')
_SHARED = re.compile(rb' si="(\d+)"')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
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
        strings: The part with the shared texts; empty where there is none.
    """

    sheets: Mapping[str, tuple[str, bytes]]
    book: bytes
    styles: bytes
    strings: bytes = b""


def calculate_parts(package: StoredParts, *, today: int) -> dict[str, bytes]:
    """Return the worksheets of a workbook with the results of their formulas.

    Args:
        package: The workbook.
        today: Number of the day that `TODAY` gives.

    Returns:
        Worksheet part to its new content; empty where one of them is not written as fpsheet and
        Excel write worksheets: what is not read whole is not calculated.
    """
    if not all(_is_plain(content) for _, content in package.sheets.values()):
        return {}
    formats = _read_formats(package.styles)
    styles: dict[Place, int] = {}
    calculator = Calculator(
        names=_read_names(package.book),
        today=today,
        is_percent=lambda at: formats.get(styles.get(at, 0)),
    )
    shared = shared_items(package.strings) if package.strings else ()
    strings = tuple(map(plain_text, shared))
    read = {
        name: _Sheet(title, content, calculator, strings)
        for name, (title, content) in package.sheets.items()
    }
    for sheet in read.values():
        _read_sheet(sheet, styles)
    return {name: sheet.written() for name, sheet in read.items()}


def forget_results(content: bytes) -> bytes:
    """Return a worksheet whose formulas have no results but empty texts."""

    def forget(cell: re.Match[bytes]) -> bytes:
        return _with_result(cell, "") if _has_formula(cell) else cell[0]

    return _CELL.sub(forget, content)


def _has_formula(cell: re.Match[bytes]) -> bool:
    return _FORMULA.search(cell[4] or b"") is not None


def _with_result(cell: re.Match[bytes], result: Value) -> bytes:
    formula, style = _FORMULA.search(cell[4]), _STYLE.search(cell[3])
    kind, text = _as_written(result)
    head = b'<c r="%s%s"%s%s>' % (cell[1], cell[2], style[0] if style else b"", kind)
    return head + (formula[0] if formula else b"") + b"<v>%s</v></c>" % text


def _is_plain(content: bytes) -> bool:
    """Return whether every cell of a worksheet is one that is read here."""
    cells = sum(len(_CELL.findall(row[2])) for row in _ROW.finditer(content))
    return cells == len(_ANY_CELL.findall(content)) and b"<sheetData" in content


@dataclass(slots=True)
class _Sheet:
    """A worksheet that is read, and its rows in which nothing is typed.

    All blank rows are alike: what a formula gives in the first of them, it gives in each.
    """

    title: str
    content: bytes
    calculator: Calculator
    strings: Sequence[str]
    masters: dict[bytes, Formula | None] = field(default_factory=dict)
    first_blank: int = 0
    columns: list[tuple[int, Formula]] = field(default_factory=list)
    _replaced: list[tuple[bytes, bytes]] = field(default_factory=list)

    def written(self) -> bytes:
        """Return the worksheet with its results."""
        return _ROW.sub(self._write_row, self.content)

    def _write_row(self, row: re.Match[bytes]) -> bytes:
        if b"<f" not in row[2]:
            return row[0]
        number = int(row[1])
        if not self.first_blank or number <= self.first_blank or _is_filled(row[2]):
            return _CELL.sub(self._write_cell, row[0])
        if not self._replaced:
            self._replaced = list(self._find_replaced(row[2])) or [(b"\0", b"\0")]
        content = row[0]
        for old, new in self._replaced:
            content = content.replace(old, new)
        return content

    def _find_replaced(self, row: bytes) -> Iterator[tuple[bytes, bytes]]:
        """List what a cell of a blank row is, from its row number on, and what it becomes."""
        for cell in _CELL.finditer(row):
            if cell[4] and _FORMULA.search(cell[4]):
                start = len(b'<c r="') + len(cell[1]) + len(cell[2])
                yield cell[0][start:], self._write_cell(cell)[start:]

    def _write_cell(self, cell: re.Match[bytes]) -> bytes:
        if not _has_formula(cell):
            return cell[0]
        at = (self.title, int(cell[2]), column_index_from_string(cell[1].decode()))
        try:
            return _with_result(cell, self.calculator.result(at))
        except UnknownResultError:
            return _with_result(cell, "")


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


def _read_sheet(read: _Sheet, styles: dict[Place, int]) -> None:
    cells = read.calculator.cells.setdefault(read.title, {})
    for row in _ROW.finditer(read.content):
        number = int(row[1])
        if read.first_blank and not _is_filled(row[2]):
            cells.update(((number, column), held) for column, held in read.columns)
            continue
        is_blank = bool(read.masters) and not _is_filled(row[2])
        read.first_blank = number if is_blank else read.first_blank
        for key, value, style in _read_row(row[2], read):
            cells[key] = value
            if style:
                styles[read.title, *key] = style
            if is_blank and isinstance(value, Formula):
                read.columns.append((key[1], _same_as(read.calculator, (read.title, *key))))


def _same_as(calculator: Calculator, other: Place) -> Formula:
    return Formula(lambda _: calculator.result(other))


def _read_row(row: bytes, sheet: _Sheet) -> Iterator[tuple[tuple[int, int], Value | Formula, int]]:
    for letters, number, attributes, inner in _CELL.findall(row):
        place = (int(number), column_index_from_string(letters.decode()))
        formula = _FORMULA.search(inner)
        style = _STYLE.search(attributes)
        if formula is None:
            yield place, _typed(attributes, inner, sheet.strings), int(style[1]) if style else 0
            continue
        held = _formula(sheet, formula, place)
        yield place, held if held is not None else _unknown(), 0


def _is_filled(row: bytes) -> bool:
    return row.count(b"<is>") > 1 or _NUMBER.search(row) is not None


def _unknown() -> Formula:
    """Return a formula without a result, for one that is none of ours."""

    def refuse(_: object) -> Value:
        raise UnknownResultError

    return Formula(refuse)


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


def _typed(attributes: bytes, inner: bytes, strings: Sequence[str]) -> Value:
    kind = _TYPE.search(attributes)
    if kind and kind[1] == b"inlineStr":
        return unescape_text("".join(unescape(part.decode()) for part in _TEXT.findall(inner)))
    number = _NUMBER.search(inner)
    if number is None:
        return None
    if kind and kind[1] == b"s":
        return strings[int(number[1])]
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
    return b' t="str"', escape_text(result or "").encode()
