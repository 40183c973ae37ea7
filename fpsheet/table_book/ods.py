"""A statistics workbook as an OpenDocument spreadsheet, without the charts.

Written part by part with the standard library: of the two libraries that write ODS, odfpy was last
released in 2020, and odfpy and odfdo took minutes for a national workbook, growing with the square
of the rows (docs/adr/0011-statistics.md).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fpsheet.table_book.book import Book, Page, PageCell, PageColumn, PageKind
from fpsheet_sync.statistics.stat_table import ColumnKind
from fpsheet_templates.form import FieldType

_VERSION = "1.3"
"""Of OpenDocument: the first that knows `number:min-decimal-places` and `style:scale-to-X`."""

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_CM_PER_CHARACTER = 0.21
_COVER_WIDTH = 110.0
_SPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
    }.items()
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    f' manifest:version="{_VERSION}"'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_NUMBERS = (
    '<number:number-style style:name="N0"><number:number number:decimal-places="0"'
    ' number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<number:number-style style:name="N1"><number:number number:decimal-places="1"'
    ' number:min-decimal-places="1" number:min-integer-digits="1" number:grouping="true"/>'
    "</number:number-style>"
)
# Style name → paragraph alignment, text properties, wrapping, number style.
_LOOKS = {
    "title": ("start", 'fo:font-weight="bold" fo:font-size="16pt"', False, ""),
    "heading": ("start", 'fo:font-weight="bold" fo:font-size="13pt"', False, ""),
    "line": ("start", "", False, ""),
    "text": ("start", "", True, ""),
    "text_total": ("start", 'fo:font-weight="bold"', True, ""),
    "head_text": ("start", 'fo:font-weight="bold"', True, ""),
    "head_number": ("end", 'fo:font-weight="bold"', True, ""),
    "count": ("end", "", False, "N0"),
    "count_total": ("end", 'fo:font-weight="bold"', False, "N0"),
    "decimal": ("end", "", False, "N1"),
    "decimal_total": ("end", 'fo:font-weight="bold"', False, "N1"),
}
_COLUMN_LOOKS: Mapping[ColumnKind | FieldType, str] = {
    ColumnKind.COUNT: "count",
    ColumnKind.WHOLE: "count",
    ColumnKind.DECIMAL: "decimal",
}


def write_ods(book: Book) -> bytes:
    """Return the bytes of a workbook; the same book gives the same bytes."""
    parts = {
        "mimetype": _MIME,
        "content.xml": "".join(_content(book)),
        "styles.xml": _styles(book),
        "meta.xml": _meta(book),
        "META-INF/manifest.xml": _MANIFEST,
    }
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            info = ZipInfo(name, date_time=_ZIP_TIME)
            # Readers know the file by its first, uncompressed part.
            info.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            info.create_system = 0  # the same on every system
            archive.writestr(info, text.encode(), compresslevel=6)
    return stream.getvalue()


def _content(book: Book) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}'
    yield f' office:version="{_VERSION}"><office:automatic-styles>'
    yield _NUMBERS
    for name, look in _LOOKS.items():
        yield _cell_style(name, *look)
    widths = sorted({column.width for page in book.pages for column in page.columns})
    for width in {*widths, _COVER_WIDTH}:
        yield (
            f'<style:style style:name="{_width_name(width)}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width * _CM_PER_CHARACTER:.2f}cm"'
            "/></style:style>"
        )
    yield '<style:style style:name="row" style:family="table-row">'
    yield '<style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    for page in book.pages:
        yield from _sheet(page)
    yield "</office:spreadsheet></office:body></office:document-content>"


def _cell_style(name: str, align: str, text: str, wrap: bool, number: str) -> str:  # noqa: FBT001
    data = f' style:data-style-name="{number}"' if number else ""
    option = ' fo:wrap-option="wrap"' if wrap else ""
    vertical = "bottom" if name.startswith("head") else "top"
    return (
        f'<style:style style:name="{name}" style:family="table-cell"{data}>'
        f'<style:table-cell-properties style:vertical-align="{vertical}"{option}/>'
        f'<style:paragraph-properties fo:text-align="{align}"/>'
        f"<style:text-properties {text}/></style:style>"
    )


def _width_name(width: float) -> str:
    return f"w{round(width * 10)}"


def _sheet(page: Page) -> Iterator[str]:
    yield f"<table:table table:name={quoteattr(page.name)}>"
    columns = page.columns or (PageColumn("", ColumnKind.NOTE, _COVER_WIDTH),)
    for column in columns:
        yield f'<table:table-column table:style-name="{_width_name(column.width)}"/>'
    yield _row([_text(page.title, "title")])
    for line in page.sheet_lines:
        look = "heading" if line.heading else "text" if page.kind is PageKind.COVER else "line"
        yield _row([_text(line.text, look)])
    if page.columns:
        heads = [_text(column.label, _head_look(column.kind)) for column in page.columns]
        yield f"<table:table-header-rows>{_row(heads)}</table:table-header-rows>"
    for place, cells in enumerate(page.rows):
        total = "_total" if place in page.totals else ""
        looks = [_COLUMN_LOOKS.get(column.kind, "text") + total for column in page.columns]
        made = [_cell(cell, look) for cell, look in zip(cells, looks, strict=True)]
        if place in page.links:
            made[0] = _link(str(cells[0]), page.links[place], looks[0])
        yield _row(made)
    yield "</table:table>"


def _row(cells: list[str]) -> str:
    return f'<table:table-row table:style-name="row">{"".join(cells)}</table:table-row>'


def _cell(cell: PageCell, look: str) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return _text(str(cell), look)
    if isinstance(cell, date):
        return _text(f"{cell:%d-%m-%Y}", look)
    return (
        f'<table:table-cell table:style-name="{look}" office:value-type="float"'
        f' office:value="{cell!r}"><text:p>{cell!r}</text:p></table:table-cell>'
    )


def _text(text: str, look: str) -> str:
    return (
        f'<table:table-cell table:style-name="{look}" office:value-type="string">'
        f"<text:p>{escape(text)}</text:p></table:table-cell>"
    )


def _link(text: str, sheet: str, look: str) -> str:
    target = quoteattr(f"#{sheet}.A1")
    return (
        f'<table:table-cell table:style-name="{look}" office:value-type="string"><text:p>'
        f'<text:a xlink:type="simple" xlink:href={target}>{escape(text)}</text:a>'
        "</text:p></table:table-cell>"
    )


def _head_look(kind: ColumnKind | FieldType) -> str:
    return "head_number" if kind in _COLUMN_LOOKS else "head_text"


def _styles(book: Book) -> str:
    language, country = {"da": ("da", "DK")}.get(book.language, (book.language, "GB"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {_SPACES}'
        f' office:version="{_VERSION}"><office:styles>'
        '<style:default-style style:family="table-cell"><style:text-properties'
        f' fo:font-family="Arial" fo:font-size="11pt" fo:language="{language}"'
        f' fo:country="{country}"/></style:default-style></office:styles>'
        '<office:automatic-styles><style:page-layout style:name="page">'
        '<style:page-layout-properties style:print-orientation="landscape" fo:page-width="29.7cm"'
        ' fo:page-height="21cm" style:scale-to-X="1"/></style:page-layout>'
        '</office:automatic-styles><office:master-styles><style:master-page style:name="Default"'
        ' style:page-layout-name="page"/></office:master-styles></office:document-styles>'
    )


def _meta(book: Book) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta {_SPACES}'
        f' office:version="{_VERSION}"><office:meta><dc:title>{escape(book.title)}</dc:title>'
        f"<dc:subject>{escape(book.subject)}</dc:subject>"
        f"<meta:keyword>{escape(book.keywords)}</meta:keyword>"
        f"<meta:initial-creator>{escape(book.publisher)}</meta:initial-creator>"
        f"<dc:creator>{escape(book.publisher)}</dc:creator>"
        f"<dc:date>{book.made_on}T00:00:00</dc:date><dc:language>{book.language}</dc:language>"
        "</office:meta></office:document-meta>"
    )
