"""The steps about receipts: write them, put aside those of a lost database, tell of deadlines."""

from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fpsheet.central import Central
    from fpsheet.departement.inbox_run import Processed
    from fpsheet.departement.read_inbox_files import Desk
    from fpsheet.departement.receipt_post import LetterWriter, Post


def post_receipts(
    processed: "Iterable[Processed]", folder: str, desk: "Desk", language: str
) -> "Iterator[Processed]":
    """Write the receipt of every file that has one, under the departement's number, and pass it on.

    Args:
        processed: What became of the files of an inbox.
        folder: A folder or any fsspec address; each kommune has its own in it. One that cannot be
            written is told of with its file, and stops no other.
        desk: The form, and the keys that receipts are signed and sealed with.
        language: Language of the workbooks.
    """
    from fpsheet.departement.receipt_post import post_receipts as write
    from fpsheet.transport.folder import Folder

    receipts = Folder(folder, is_private=True)
    receipts.sweep(desk.now)
    return write(processed, receipts, _post(desk, language))


def withdraw_receipts(central: "Central", folder: str, desk: "Desk", language: str) -> list[str]:
    """Put aside the receipts of a folder that a restored database does not know.

    Returns:
        Their numbers.

    Raises:
        StoreError: The database could not be used.
        OutsideError: The folder could not be reached or written.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.receipt_post import withdraw_receipts as withdraw
    from fpsheet.transport.folder import Folder

    with closing(open_central(central, with_keys=False)) as store:
        return withdraw(Folder(folder, is_private=True), store, _post(desk, language))


def post_letters(
    central: "Central",
    folder: str,
    desk: "Desk",
    language: str,
    write: "LetterWriter",
) -> None:
    """Tell each kommune of its deadline where no receipt does: it may have sent nothing at all.

    This year's deadlines are for the year before it; an answer may be given before its year.

    Args:
        central: The database.
        folder: The folder of receipts.
        desk: The form, the day, and the keys of the database.
        language: Language of the letters.
        write: Returns the text for a kommune, and whether it is to be told.

    Raises:
        StoreError: The database could not be used.
        OutsideError: The folder could not be reached or written.
    """
    from fpsheet.departement.receipt_post import post_letters as post_all
    from fpsheet.departement.steps import read_status
    from fpsheet.transport.folder import Folder

    receipts, post = Folder(folder, is_private=True), _post(desk, language)
    for lines in read_status(central, (desk.today.year - 1, desk.today.year)).values():
        post_all(lines, receipts, post, write)


def _post(desk: "Desk", language: str) -> "Post":
    """Return what the desk writes receipts with, in a language."""
    from fpsheet.departement.receipt_post import Post

    return Post(desk.form, desk.today, desk.key_file, language, desk.unsealing)
