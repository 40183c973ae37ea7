"""A workbook as Excel leaves it: texts shared in a part of their own, formulas with results.

fpsheet writes texts into their cells and leaves the results of its formulas to the program that
opens the file. What a kommune sends was saved by Excel, which does neither, so the benchmark
reads files in that shape.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fpsheet.ooxml.zip_file import pack, unpack

if TYPE_CHECKING:
    from datetime import datetime

SHARED = "xl/sharedStrings.xml"
STATUS = "✔ I orden".encode()
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_INLINE = re.compile(rb't="inlineStr"><is><t(?: xml:space="preserve")?>([^<]*)</t></is>')
_STATUS = re.compile(rb'(<c r="B[0-9]+" s="[0-9]+" t="str"><f [^>]*/>)<v></v>')


def as_saved_by_excel(data: bytes, *, issued_at: datetime) -> bytes:
    """Return the workbook with shared texts and with a result in every row's status."""
    parts = unpack(data)
    numbers: dict[bytes, int] = {}
    uses = 0

    def share(match: re.Match[bytes]) -> bytes:
        nonlocal uses
        uses += 1
        number = numbers.setdefault(match[1], len(numbers))
        return b't="s"><v>%d</v>' % number

    for name, content in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            saved = _STATUS.sub(rb"\1<v>%b</v>" % STATUS, content)
            parts[name] = _INLINE.sub(share, saved)
    items = b"".join(b'<si><t xml:space="preserve">%b</t></si>' % text for text in numbers)
    head = b'<sst xmlns="%b" count="%d" uniqueCount="%d">' % (_MAIN, uses, len(numbers))
    parts[SHARED] = b'<?xml version="1.0" encoding="UTF-8"?>' + head + items + b"</sst>"
    listed = b'<Override PartName="/%b" ContentType="%b"/></Types>' % (SHARED.encode(), _TYPE)
    link = b'<Relationship Type="%b/sharedStrings" Target="/%b" Id="rIdTexts"/></Relationships>'
    _put(parts, "[Content_Types].xml", b"</Types>", listed)
    _put(
        parts,
        "xl/_rels/workbook.xml.rels",
        b"</Relationships>",
        link % (_OFFICE, SHARED.encode()),
    )
    return pack(parts, issued_at=issued_at)


def _put(parts: dict[str, bytes], name: str, end: bytes, replacement: bytes) -> None:
    parts[name] = parts[name].replace(end, replacement)
