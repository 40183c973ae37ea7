"""The bulk reader: fastexcel over a package of our own making, strings into polars.

fastexcel never sees the file. It gets a small package with the rows that were gone through, the
shared texts and the formats, under names of ours: what was checked is what is parsed.
"""

import io
import zipfile
from collections.abc import Collection, Mapping

import fastexcel
import polars as pl

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_ROOT_RELS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack_sheets(
    sheets: Mapping[str, bytes],
    *,
    shared_strings: bytes | None,
    styles: bytes | None,
    has_1904_dates: bool,
) -> bytes:
    """Return the package that the bulk reader gets.

    Args:
        sheets: Sheet identifier → its part, plainly spelled, UTF-8.
        shared_strings: The part with the shared texts, UTF-8.
        styles: The part with the formats, UTF-8; they tell dates from numbers.
        has_1904_dates: Dates count from 1904.
    """
    parts: dict[str, bytes | str] = {"_rels/.rels": _ROOT_RELS}
    targets = {
        "styles": ("styles.xml", styles),
        "sharedStrings": ("sharedStrings.xml", shared_strings),
    }
    links = []
    for kind, (target, part) in targets.items():
        if part is not None:
            parts[f"xl/{target}"] = part
            links.append(_link(kind, kind, target))
    listed = []
    for number, (sheet, content) in enumerate(sheets.items(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = content
        links.append(_link(f"s{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        listed.append(f'<sheet name="{sheet}" sheetId="{number}" r:id="s{number}"/>')
    parts["xl/workbook.xml"] = (
        f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f'<workbookPr date1904="{int(has_1904_dates)}"/>'
        f"<sheets>{''.join(listed)}</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}">{"".join(links)}</Relationships>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name, each in parts.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), each)
    return stream.getvalue()


def open_packed(packed: bytes) -> fastexcel.ExcelReader | None:
    """Open such a package; None when the shared texts or the formats are damaged."""
    try:
        return fastexcel.read_excel(packed)
    except fastexcel.FastExcelError:
        return None


def read_packed(
    reader: fastexcel.ExcelReader, sheet: str, *, columns: Collection[int]
) -> pl.DataFrame | None:
    """Read columns of one sheet of such a package; None when its XML is damaged.

    Returns:
        Row i is row i + 1 of the sheet. Columns have their numbers as names (`3`) and are text,
        null where there is nothing or an error value; one that lies beyond the last column with
        anything in it is left out.
    """
    wanted = {column - 1 for column in columns} | {0}
    try:
        loaded = reader.load_sheet(
            sheet,
            header_row=None,
            skip_rows=0,
            dtypes="string",
            use_columns=lambda column: column.index in wanted,
        )
        frame = loaded.to_polars()
    except fastexcel.FastExcelError:
        return None
    frame.columns = [str(column.index + 1) for column in loaded.selected_columns]
    return frame


def _link(identity: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{identity}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
