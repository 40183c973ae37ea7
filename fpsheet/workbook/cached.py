"""Results stored beside formulas, for those who read a workbook before anything calculates it.

Protected View and plain readers show what is stored. openpyxl stores nothing, which some show
as 0; here every formula has a result: the one given, else an empty text.
"""

import re
from collections.abc import Mapping

from fpsheet.workbook.row_stamp import escape_text

_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)(?: t="[a-z]+")?><f>(.*?)</f><v ?/?>(?:</v>)?</c>'
)


def store_results(xml: bytes, results: Mapping[str, str | int]) -> bytes:
    """Give a sheet whose formulas carry results.

    Args:
        xml: The sheet as openpyxl wrote it.
        results: Cell address to result; an empty text for every other formula.
    """

    def write(found: re.Match[bytes]) -> bytes:
        address, style, formula = found.groups()
        result = results.get(address.decode(), "")
        start = b'<c r="%s"%s' % (address, style)
        if isinstance(result, int):
            return b"%s><f>%s</f><v>%d</v></c>" % (start, formula, result)
        return b'%s t="str"><f>%s</f><v>%s</v></c>' % (
            start,
            formula,
            escape_text(result).encode(),
        )

    return _FORMULA_CELL.sub(write, xml)
