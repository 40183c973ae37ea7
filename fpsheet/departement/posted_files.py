"""The files of receipts as they were written, so that one that was changed is written again.

A receipt is three or four files, and one of them is closed for the kommune: the departement cannot
open it again. So each has a mark, made with the database's key, in a list of the kommune beside
the kommuner's own folders.
"""

import re
from collections.abc import Mapping

from fpsheet.receipts.receipt_file import SEALED_SUFFIX, SUFFIX
from fpsheet.transport.folder import Folder
from fpsheet_sync.database.keys import Keys
from fpsheet_sync.ledger.receipt import Receipt

BOOK_SUFFIX = ".xlsx"
RETURNED_SUFFIX = "-retur.xlsx"
"""The returned workbook of a kommune that dropped its workbook in as it is."""

_LINE = re.compile(r"^([\w.-]+) ([0-9a-f]{64})$", re.ASCII | re.MULTILINE)

SUFFIXES = (RETURNED_SUFFIX, SEALED_SUFFIX, BOOK_SUFFIX, SUFFIX)
"""The files of a receipt in the order they are written: the last says that all are there."""


def stem_of(receipt: Receipt) -> str:
    """Return what the names of the files of a receipt begin with, its kommune's folder first."""
    return f"{receipt.kommune_kode}/{receipt.number}"


def are_whole(receipt: Receipt, theirs: bytes, folder: Folder, keys: Keys) -> bool:
    """Return whether each file that was written of a receipt is there as it was written.

    Args:
        receipt: The receipt.
        theirs: The file in the folder that says that all are there, as it was read.
        folder: The folder of the receipts.
        keys: The keys of the database, which the marks were made with.

    Raises:
        OutsideError: The folder cannot be reached.
    """
    marks = _read_marks(folder, receipt.kommune_kode)

    def is_whole(suffix: str) -> bool:
        mark = marks.get(f"{receipt.number}{suffix}")
        if mark is None:
            return suffix != SUFFIX
        data = theirs if suffix == SUFFIX else folder.get(f"{stem_of(receipt)}{suffix}")
        return data is not None and mark == _mark(receipt, suffix, data, keys)

    return all(is_whole(suffix) for suffix in SUFFIXES)


def _mark(receipt: Receipt, suffix: str, data: bytes, keys: Keys) -> str:
    return keys.mark_posted(f"{stem_of(receipt)}{suffix} {receipt.sha256}", data)


def put_files(receipt: Receipt, files: Mapping[str, bytes], folder: Folder, keys: Keys) -> None:
    """Write the files of a receipt, by suffix, and their marks.

    Raises:
        WorkbookFileError: A file on this machine cannot be written.
        OutsideError: The folder cannot be reached or written.
    """
    for suffix in SUFFIXES:
        if suffix in files:
            folder.put(f"{stem_of(receipt)}{suffix}", files[suffix])
    # Read anew: another run may have written receipts of the same kommune meanwhile.
    marks = dict(_read_marks(folder, receipt.kommune_kode))
    for suffix in SUFFIXES:
        marks.pop(f"{receipt.number}{suffix}", None)
    for suffix, data in files.items():
        marks[f"{receipt.number}{suffix}"] = _mark(receipt, suffix, data, keys)
    lines = "".join(f"{name} {mark}\n" for name, mark in sorted(marks.items()))
    folder.put(_list_of(receipt.kommune_kode), lines.encode())


def _list_of(kommune_kode: str) -> str:
    return f"afsendt-{kommune_kode}.txt"


def _read_marks(folder: Folder, kommune_kode: str) -> Mapping[str, str]:
    """Return file name → mark; what is no such line is left out."""
    text = (folder.get(_list_of(kommune_kode)) or b"").decode("ascii", "replace")
    return dict(_LINE.findall(text))
