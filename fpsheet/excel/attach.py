"""Finding the open workbook: the one module that imports xlwings, and only its BSD part."""

import sys
from typing import TYPE_CHECKING

from fpsheet.excel.excel_failure import ExcelError, said_plainly
from fpsheet.excel.open_book import OpenBook

if TYPE_CHECKING:
    from types import ModuleType

_PATIENCE = 3000
"""How often a call that Excel turns away is tried again; xlwings itself would never stop."""


def load_xlwings() -> "ModuleType":
    """Import xlwings without the part that is not BSD.

    xlwings tries that part when it is imported and goes on without it; an entry of None makes
    Python refuse it before any of it runs.
    """
    sys.modules.update({"xlwings.pro": None})  # type: ignore[dict-item]
    import xlwings

    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        vars(windows)["N_COM_ATTEMPTS"] = _PATIENCE
    return xlwings


def attach(wanted: str, language: str) -> OpenBook:
    """Return the open workbook of a name; without a name the only one, or the only one of ours.

    Raises:
        ExcelError: There is no Excel, no workbook, or more than one that it could be.
    """
    xlwings = load_xlwings()
    if xlwings.engines.active is None:
        raise ExcelError("no_excel", language)
    with said_plainly(language):
        apps = list(xlwings.apps)
        if not apps:
            raise ExcelError("not_running", language)
        books = [OpenBook(book, app, language) for app in apps for book in app.books]
        if not books:
            is_protected = any(app.api.ProtectedViewWindows.Count for app in apps)
            raise ExcelError("protected_view" if is_protected else "no_book", language)
        return _choose(books, wanted, language)


def attach_caller(language: str) -> OpenBook:
    """Return the workbook in which "Run main" was pressed.

    Raises:
        ExcelError: Excel does not answer.
    """
    with said_plainly(language):
        xlwings = load_xlwings()
        if xlwings.engines.active is None:
            raise ExcelError("no_excel", language)
        book = xlwings.Book.caller()
        return OpenBook(book, book.app, language)


def _choose(books: list[OpenBook], wanted: str, language: str) -> OpenBook:
    names = ", ".join(sorted(book.name for book in books))
    found = books
    if wanted:
        name = wanted.casefold()
        found = [book for book in books if name in {book.name.casefold(), book.stem.casefold()}]
    elif len(books) > 1:
        found = [book for book in books if book.is_ours()]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(sorted(book.name for book in found))
        raise ExcelError("several", language, names=names)
    raise ExcelError("no_such_book" if wanted else "none_ours", language, names=names)
