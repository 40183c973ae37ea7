"""Limits of the intake: how much of everything a file may ask for."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20

LONGEST_TEXT = 32_767
"""Most characters Excel keeps in a cell."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask for before it is refused.

    Attributes:
        file_bytes: Size of the file. A full workbook of the largest kommune is under 3 MB;
            the caseworker's own pictures may come on top.
        inflated_bytes: All parts together, unpacked. LibreOffice writes out every formula in
            every row: the largest kommune's blank workbook is 229 MB then, unpacked.
        part_bytes: Any one part, unpacked (68 MB in that workbook; 210 MB where LibreOffice saved a
            sheet with 12,000 rows, which takes 480 MB to read).
        kept_bytes: Parts kept unpacked; what there is no room for is unpacked again when needed.
        ratio: How many times larger all parts may be than the file. That workbook unpacks to 21
            times its size; deflate ends at 1,032.
        ratio_from_bytes: Below this unpacked size no ratio is asked for; it does no harm.
        parts: Number of parts.
        memory_bytes: Memory of the reading process.
        seconds: Time of the reading process, for one file.
    """

    file_bytes: int = 50 * MEBIBYTE
    inflated_bytes: int = 1024 * MEBIBYTE
    part_bytes: int = 256 * MEBIBYTE
    kept_bytes: int = 96 * MEBIBYTE
    ratio: int = 100
    ratio_from_bytes: int = 8 * MEBIBYTE
    parts: int = 2_000
    memory_bytes: int = 768 * MEBIBYTE
    seconds: float = 60.0


DEFAULT_LIMITS = Limits()

CHECKING_LIMITS = Limits(memory_bytes=1280 * MEBIBYTE)
"""Limits of a process that also checks and marks what it reads.

A workbook with 50,000 rows takes 480 MB from reading to its returned workbook, and 820 MB where
LibreOffice saved 12,000 of them on one sheet.
"""
