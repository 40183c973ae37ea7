"""Workbooks made part by part, whole ones and broken ones, to see what intake makes of them.

Nothing here uses a workbook library: what a test writes is what the file holds, byte for byte.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from fpsheet.intake.limits import DEFAULT_LIMITS, Limits
from fpsheet.intake.plan import make_plan
from fpsheet.intake.reading import read_bytes
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fpsheet.intake.intake_finding import IntakeFinding
    from fpsheet_validation.raw import RawSheet, RawWorkbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
WORKBOOK_RELS = "xl/_rels/workbook.xml.rels"

META = {
    "form_version": "1",
    "workbook_id": "K7Q2M9XA",
    "kommune_kode": "956",
    "aar": "2026",
    "sprog": "da",
    "parent": "",
    "issued_at": "2026-01-05T09:00:00+01:00",
    "signature": "",
}
"""What the hidden sheet of a test's workbook says."""

HEADER_ROW = 3
FIRST_ROW = 4


def letters(number: int) -> str:
    """Return the letters of a column, counted by hand and not by the program under test."""
    first, second = divmod(number - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def text_cell(address: str, text: str) -> str:
    """Return a cell with an inline text."""
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def number_cell(address: str, number: float | str, *, style: int = 0) -> str:
    """Return a cell with a number; style 1 is a date."""
    return f'<c r="{address}" s="{style}"><v>{number}</v></c>'


def formula_cell(address: str, formula: str, value: str = "", *, kind: str = "str") -> str:
    """Return a cell with a formula and what it last showed."""
    return f'<c r="{address}" t="{kind}"><f>{escape(formula)}</f><v>{escape(value)}</v></c>'


def row(number: int, *cells: str, attributes: str = "") -> str:
    """Return a row."""
    return f'<row r="{number}"{attributes}>{"".join(cells)}</row>'


def text_row(number: int, texts: Sequence[str | None]) -> str:
    """Return a row of texts from column A on; None leaves a cell out."""
    cells = (
        text_cell(f"{letters(column)}{number}", text)
        for column, text in enumerate(texts, start=1)
        if text is not None
    )
    return row(number, *cells)


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    """Return a sheet's part around its rows."""
    return (
        f'{DECLARATION}\n<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def identities(sheet: str) -> list[str]:
    """Return the identity row of an entry sheet."""
    return [f"{sheet}.{each.id}" for each in load_form().sheet(sheet).fields]


def column_of(sheet: str, field_id: str, country: str = "") -> str:
    """Return the letters of a field's column: as issued in a country, or in the whole form."""
    form = load_form().in_country(country) if country else load_form()
    return letters([field.id for field in form.sheet(sheet).fields].index(field_id) + 1)


def headings(sheet: str, language: str = "da") -> list[str]:
    """Return the headings of an entry sheet."""
    form = load_form()
    return [form.field_label(sheet, each.id, language) for each in form.sheet(sheet).fields]


def head_rows(sheet: str) -> str:
    """Return the three rows above the entries."""
    title = load_form().sheet_title(sheet, "da")
    return (
        text_row(1, [None, title])
        + text_row(2, identities(sheet))
        + text_row(HEADER_ROW, headings(sheet))
    )


def entry_row(sheet: str, number: int, **texts: str) -> str:
    """Return a row of an entry sheet with a row id and the given fields as texts."""
    letter = load_form().sheet(sheet).letter
    given = {"raekke_id": f"{META['workbook_id']}-{letter}-{number:04d}"} | texts
    cells = [
        text_cell(f"{letters(column)}{number}", given[name.partition(".")[2]])
        for column, name in enumerate(identities(sheet), start=1)
        if given.get(name.partition(".")[2])
    ]
    return row(number, *cells)


def relations_xml(relations: Sequence[tuple[str, str, str]], *, external: str = "") -> str:
    """Return a `.rels` part of (id, type, target); `external` is the id that points outside."""
    listed = "".join(
        f'<Relationship Id="{identity}" Type="{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"' if identity == external else "")
        + "/>"
        for identity, kind, target in relations
    )
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


@dataclass(frozen=True)
class Package:
    """A workbook as parts.

    Attributes:
        parts: Part name → contents, in the order they are written.
    """

    parts: Mapping[str, bytes] = field(default_factory=dict)

    def with_part(self, name: str, content: str | bytes) -> Package:
        """Return the package with a part added or replaced."""
        return Package({**self.parts, name: _bytes(content)})

    def without(self, name: str) -> Package:
        """Return the package without a part."""
        return Package({part: content for part, content in self.parts.items() if part != name})

    def edit(self, name: str, change: Callable[[str], str]) -> Package:
        """Return the package with a part's text changed; nothing changed is an error."""
        before = self.parts[name].decode("utf-8")
        after = change(before)
        if after == before:
            raise ValueError(f"{name} is as before")
        return self.with_part(name, after)

    def replace(self, name: str, old: str, new: str) -> Package:
        """Return the package with a text replaced wherever it stands in a part."""
        return self.edit(name, lambda text: text.replace(old, new))

    def with_relation(self, part: str, kind: str, target: str, *, mode: str = "") -> Package:
        """Return the package with one more relationship of a part, perhaps `External`."""
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels" if folder else "_rels/.rels"
        package = self if rels in self.parts else self.with_part(rels, relations_xml([]))
        added = f'<Relationship Id="rIdX" Type="{kind}" Target="{target}"'
        added += f' TargetMode="{mode}"/>' if mode else "/>"
        return package.replace(rels, "</Relationships>", f"{added}</Relationships>")

    def data(self, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
        """Return the bytes of the file."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", compression) as archive:
            for name, content in self.parts.items():
                archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0)), content, compression)
        return stream.getvalue()


def open_parts(data: bytes) -> Package:
    """Take a workbook apart."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return Package({info.filename: archive.read(info) for info in archive.infolist()})


def make_package(
    sheets: Mapping[str, str],
    *,
    shared: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    properties: str = "",
) -> Package:
    """Make a workbook of raw sheets.

    Args:
        sheets: Tab → its part.
        shared: Shared texts, each the content of its `si`.
        names: Defined name → what it refers to.
        properties: The `workbookPr` element.
    """
    relations = [
        (f"rId{number}", f"{OFFICE}/worksheet", f"worksheets/sheet{number}.xml")
        for number, _ in enumerate(sheets, start=1)
    ]
    relations.append(("rIdStyles", f"{OFFICE}/styles", "styles.xml"))
    parts = {
        CONTENT_TYPES: _content_types(len(sheets)),
        "_rels/.rels": relations_xml([("rId1", f"{OFFICE}/officeDocument", WORKBOOK)]),
        WORKBOOK: _workbook_xml(sheets, names or {}, properties),
        "xl/styles.xml": (
            f'{DECLARATION}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="14"/></cellXfs></styleSheet>'
        ),
    }
    if shared is not None:
        relations.append(("rIdTexts", f"{OFFICE}/sharedStrings", "sharedStrings.xml"))
        items = "".join(f"<si>{item}</si>" for item in shared)
        parts["xl/sharedStrings.xml"] = f'{DECLARATION}<sst xmlns="{MAIN}">{items}</sst>'
    parts[WORKBOOK_RELS] = relations_xml(relations)
    for number, content in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = content
    return Package({name: _bytes(content) for name, content in parts.items()})


def make_workbook(
    rows: Mapping[str, str] | None = None,
    *,
    meta: Mapping[str, str] | None = None,
    shared: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    properties: str = "",
) -> Package:
    """Make a workbook of ours: every sheet, and the given rows below the headings of some.

    Args:
        rows: Entry sheet identifier → its rows as XML.
        meta: What the hidden sheet says instead of `META`; empty leaves the sheet out.
        shared: Shared texts.
        names: Defined names.
        properties: The `workbookPr` element.
    """
    form = load_form()
    cover = text_row(8, ["forside.kontaktperson", "Kontaktperson", "Bo Test"])
    sheets = {form.sheet_title("forside", "da"): sheet_xml(cover)}
    for sheet in form.entry_sheets():
        title = form.sheet_title(sheet.id, "da")
        sheets[title] = sheet_xml(head_rows(sheet.id) + (rows or {}).get(sheet.id, ""))
    pairs = META if meta is None else meta
    if pairs:
        lines = enumerate(pairs.items(), start=1)
        sheets["_fpsheet"] = sheet_xml("".join(text_row(at, pair) for at, pair in lines))
    return make_package(sheets, shared=shared, names=names, properties=properties)


def part_of(sheet: str) -> str:
    """Return the part of an entry sheet in a workbook of `make_workbook`."""
    order = [each.id for each in load_form().entry_sheets()]
    return f"xl/worksheets/sheet{order.index(sheet) + 2}.xml"


def _content_types(sheets: int) -> str:
    kinds = {f"/{WORKBOOK}": MAIN_TYPE} | {
        f"/xl/worksheets/sheet{number}.xml": MAIN_TYPE.replace("sheet.main", "worksheet")
        for number in range(1, sheets + 1)
    }
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    return (
        f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _workbook_xml(titles: Mapping[str, str], names: Mapping[str, str], properties: str) -> str:
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, title in enumerate(titles, start=1)
    )
    defined = "".join(
        f'<definedName name="{name}">{escape(text)}</definedName>' for name, text in names.items()
    )
    defined = f"<definedNames>{defined}</definedNames>" if defined else ""
    return (
        f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}'
        f"<sheets>{listed}</sheets>{defined}</workbook>"
    )


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def take_in(
    source: Package | bytes,
    *,
    name: str = "F.xlsx",
    expected_kommune: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[RawWorkbook | None, tuple[IntakeFinding, ...]]:
    """Read a file in this process, so that an exception in intake is seen."""
    plan = make_plan(
        load_form(),
        expected_kommune=expected_kommune,
        limits=limits,
    )
    data = source if isinstance(source, bytes) else source.data()
    read = read_bytes(data, name=name, plan=plan)
    return read.raw, read.faults


def codes(source: Package | bytes, **options: Any) -> list[str]:  # noqa: ANN401 - as take_in
    """Return the codes intake finds, in order."""
    return [fault.code for fault in take_in(source, **options)[1]]


def sheet_of(source: Package | bytes, sheet: str = "forloeb") -> RawSheet:
    """Return one sheet as intake reads it; an error when there is none."""
    raw, faults = take_in(source)
    if raw is None:
        raise ValueError(f"nothing was read: {faults}")
    return raw.sheets[sheet]
