"""An engine of xlwings over any program with a backend, as strict as Excel.

xlwings' own objects run over it, so fpsheet is tested with real ones. A locked structure takes no
sheet and a protected sheet no mark. Attributes of the base classes are read-only properties, so
each is overridden on the class.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from xlwings import base_classes

from tests.support.excel_api import Area, Desk, read_areas, refuse
from tests.support.excel_backend import ALLOWED, Lock
from tests.support.excel_cells import Note, Range, Setter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.excel_backend import BookBackend, SheetBackend

    OpenFile = Callable[[str], Any]


class Engine:
    """The running Excels."""

    name: ClassVar[str] = "stand-in"
    type: ClassVar[str] = "desktop"

    def __init__(self, *apps: App) -> None:
        self.apps = Apps(apps)


class Apps(base_classes.Apps):
    """The running Excels."""

    def __init__(self, apps: tuple[App, ...]) -> None:
        self._apps = apps

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps)

    def __len__(self) -> int:
        return len(self._apps)


class App(base_classes.App):
    """One running Excel."""

    engine = SimpleNamespace(
        name=Engine.name, type=Engine.type, prepare_xl_data_element=lambda value, _: value
    )

    def __init__(self, open_file: OpenFile, *paths: str, pid: int = 1) -> None:
        self.desk = Desk()
        self._pid = pid
        self._books = Books(self, open_file)
        self.is_shown = True
        for path in paths:
            self._books.open(path)

    pid = property(lambda self: self._pid)
    books = property(lambda self: self._books)
    screen_updating = property(
        lambda self: self.is_shown, lambda self, value: setattr(self, "is_shown", value)
    )

    display_alerts = property(lambda self: False, lambda self, value: None)

    @property
    def api(self) -> SimpleNamespace:
        """Return what is asked of Excel itself."""
        views = SimpleNamespace(Count=self.desk.protected_views)
        return SimpleNamespace(ProtectedViewWindows=views, ActiveWindow=_Window(self._books))

    @property
    def selection(self) -> Range:
        """Return the selected cells of the workbook in front."""
        sheet = self._books.active.sheets.active
        return Range(sheet, (sheet.own.selected(),))

    def alert(
        self, prompt: str, title: str, buttons: str, mode: str | None, callback: object
    ) -> str:
        """Show a dialog."""
        return self.desk.ask(prompt)


class _Window:
    """Excel's window: its split becomes frozen rows."""

    def __init__(self, books: Books) -> None:
        self.__dict__["books"] = books

    def __setattr__(self, name: str, value: int) -> None:
        known = self.__dict__
        known[name] = value
        if name == "FreezePanes" and value:
            known["books"].active.sheets.active.own.set_view("frozen", known["SplitRow"])


class Books(base_classes.Books):
    """The open workbooks."""

    def __init__(self, app: App, open_file: OpenFile) -> None:
        self.app = app
        self._open_file = open_file
        self._open: list[Book] = []

    @property
    def active(self) -> Book:
        """Return the workbook in front."""
        return self._open[-1]

    def open(self, fullname: str, *args: object, **options: object) -> Book:
        """Open a workbook."""
        book = Book(self.app, fullname, self._open_file(fullname))
        self._open.append(book)
        return book

    def bring(self, book: Book) -> None:
        """Bring a workbook to the front."""
        self._open.sort(key=lambda other: other is book)

    def __call__(self, name: str) -> Book:
        for book in self._open:
            if book.name.casefold() == name.casefold():
                return book
        raise KeyError(name)

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self._open))

    def __len__(self) -> int:
        return len(self._open)


class Book(base_classes.Book):
    """An open workbook."""

    def __init__(self, app: App, fullname: str, own: BookBackend) -> None:
        self._app = app
        self.place = fullname
        self.own = own
        self._api = BookApi(self)

    @property
    def name(self) -> str:
        """Return the name of the file."""
        self._app.desk.touch()
        return self.place.replace("\\", "/").rpartition("/")[2]

    app = property(lambda self: self._app)
    api = property(lambda self: self._api)
    fullname = property(lambda self: self.place)

    @property
    def sheets(self) -> Sheets:
        """Return the worksheets."""
        return Sheets(self)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it."""
        self.own.save(path or self.place)
        self._api.Saved = True

    def change(self) -> None:
        """Note that something is changed."""
        self._app.desk.touch()
        self._api.Saved = False


class BookApi:
    """What is asked of Excel's own workbook; the names are Excel's."""

    ProtectWindows = False

    def __init__(self, book: Book) -> None:
        self._book = book
        self.Saved = True
        self.ReadOnly = False
        self.password = ""

    def Activate(self) -> None:
        """Bring it to the front."""
        self._book.app.books.bring(self._book)

    def SaveCopyAs(self, path: str) -> None:
        """Write a copy, what is not saved included."""
        self._book.app.desk.touch()
        self._book.own.save(path)

    ProtectStructure = property(lambda self: self._book.own.is_locked)

    def Unprotect(self, password: str) -> None:
        """Unlock the structure."""
        if password != self.password:
            refuse()
        self._book.own.is_locked = False

    def Protect(self, *, Structure: bool, Windows: bool) -> None:
        """Lock the structure."""
        self._book.own.is_locked = Structure


class Sheets(base_classes.Sheets):
    """The worksheets of a workbook."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def active(self) -> Sheet:
        """Return the sheet in front."""
        return Sheet(self._book, self._book.own.active())

    def __call__(self, name_or_index: str | int) -> Sheet:
        for number, sheet in enumerate(self, start=1):
            if name_or_index in {number, sheet.name}:
                return sheet
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self._book.own.sheets())

    def __iter__(self) -> Iterator[Sheet]:
        return (Sheet(self._book, own) for own in self._book.own.sheets())

    def add(self, before: object = None, after: object = None, name: str = "") -> Sheet:
        """Add a sheet as the last, and go to it."""
        if self._book.own.is_locked:
            refuse()
        self._book.change()
        return Sheet(self._book, self._book.own.add(name))


class Sheet(base_classes.Sheet):
    """A worksheet."""

    def __init__(self, book: Book, own: SheetBackend) -> None:
        self._book = book
        self.own = own

    book = property(lambda self: self._book)
    cells = property(lambda self: self.range("A1:XFD1048576"))
    visible = property(lambda self: self.own.is_visible)
    show_gridlines = property(None, lambda self, value: self.own.set_view("gridlines", value))

    @property
    def api(self) -> SheetApi:
        """Return what is asked of Excel's own sheet."""
        return SheetApi(self)

    @property
    def name(self) -> str:
        """Return the name on the tab."""
        self._book.app.desk.touch()
        return self.own.title

    @name.setter
    def name(self, value: str) -> None:
        if self._book.own.is_locked:
            refuse()
        self.own.title = value

    @property
    def notes(self) -> list[Note]:
        """Return the notes."""
        return [Note(self.range(cell), text) for cell, text in self.own.notes().items()]

    @property
    def used_range(self) -> Range:
        """Return the smallest rectangle with everything in it."""
        return Range(self, (Area(1, 1, *self.own.used()),))

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """Return cells."""
        return Range(self, read_areas(arg1, arg2))

    def delete(self) -> None:
        """Delete it."""
        if self._book.own.is_locked:
            refuse()
        self._book.change()
        self._book.own.remove(self.own)

    def change(self) -> None:
        """Note that something is changed, which a protection forbids."""
        if self.own.lock:
            refuse()
        self._book.change()


class SheetApi:
    """What is asked of Excel's own sheet; the names are Excel's."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._lock = sheet.own.lock or Lock("", {})
        self.Tab = Setter(lambda _, value: sheet.own.set_view("tab", value))
        self.PageSetup = Setter(sheet.own.set_view)

    def Activate(self) -> None:
        """Go to it."""
        if not self._sheet.visible:
            refuse()
        self._sheet.book.own.activate(self._sheet.own)

    ProtectContents = property(lambda self: self._sheet.own.lock is not None)
    ProtectDrawingObjects = property(lambda self: self._lock.says["DrawingObjects"])
    ProtectScenarios = property(lambda self: self._lock.says["Scenarios"])

    @property
    def Protection(self) -> SimpleNamespace:
        """Return what is allowed."""
        return SimpleNamespace(**{name: self._lock.says[name] for name in ALLOWED})

    def Unprotect(self, password: str) -> None:
        """Take the protection off."""
        if self._lock.password != password:
            refuse()
        self._sheet.own.lock = None

    def Protect(self, *, Contents: bool, **says: bool) -> None:
        """Protect the sheet; what is not said is not allowed."""
        names = ("DrawingObjects", "Scenarios", *ALLOWED)
        lock = Lock("", {name: says.get(name, False) for name in names})
        self._sheet.own.lock = lock if Contents else None
