"""Raw cells: what a person can put into a cell beside values of the right kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fpsheet.ooxml.escape import escape_content
from fpsheet.ooxml.row_writer import space_of


class RawKind(StrEnum):
    """What Excel takes the content for."""

    TEXT = "text"
    NUMBER = "number"
    FORMULA = "formula"
    BOOLEAN = "boolean"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RawCell:
    """The content of one cell as it stands in the file."""

    kind: RawKind
    content: str

    def xml(self, start: str) -> str:
        """Return the cell as XML.

        Args:
            start: The beginning of its tag, address and format included.
        """
        text = escape_content(self.content)
        match self.kind:
            case RawKind.TEXT:
                return f'{start} t="inlineStr"><is><t{space_of(text)}>{text}</t></is></c>'
            case RawKind.NUMBER:
                return f"{start}><v>{text}</v></c>"
            case RawKind.FORMULA:
                return f"{start}><f>{text}</f></c>"
            case RawKind.BOOLEAN:
                return f'{start} t="b"><v>{text}</v></c>'
            case RawKind.ERROR:
                return f'{start} t="e"><v>{text}</v></c>'


def put_cells(xml: bytes, cells: Mapping[str, RawCell]) -> bytes:
    """Put contents into cells of a sheet, whatever they hold; their formats stay.

    Args:
        xml: The sheet as `build_workbook` wrote it.
        cells: Address to content.

    Raises:
        KeyError: The sheet has no such cell.
    """
    text = xml.decode()
    for address, cell in cells.items():
        pattern = rf'(<c r="{address}"(?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)'
        text, count = re.subn(pattern, lambda found: cell.xml(found.group(1)), text, count=1)  # noqa: B023 - called at once
        if count == 0:
            raise KeyError(address)
    return text.encode()
