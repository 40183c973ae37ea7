"""The workbook that is open in Excel: what is asked of it and done to it.

What xlwings has no word for is asked of Excel itself (`api`): a copy, locks, links, panes, and
going to a sheet, since xlwings' own way to a sheet also wants its Excel to be the first of all that
run.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from fpsheet.excel.cell_union import join_cells
from fpsheet.excel.excel_failure import ExcelError, excel_failures, said_plainly
from fpsheet.excel.finding_list import WIDTH, OpenList, Place, is_list, read_list
from fpsheet.excel.list_sheet import write_list
from fpsheet.ooxml.own_style import FAULT_FILL, WARNING_FILL
from fpsheet.returned.cell_mark import (
    COMMENT_LEAD,
    SIGNATURE,
    CellMark,
    is_our_comment,
    is_signature,
)
from fpsheet.returned.finding_list_text import IDENTITY_ROW, FaultLine, free_title
from fpsheet.returned.own_list import MOST_HEAD_ROWS

if TYPE_CHECKING:
    from xlwings import App, Book, ConditionalFormat, Note, Sheet

Buttons = Literal["ok", "yes_no_cancel"]

_MOST_NOTES = 500
"""On one sheet. Each takes Excel a dozen calls; where there are more, the list says the rest."""

_META_KEY = "form_version"
"""What the hidden sheet of our workbooks begins with."""

_META_AREA, _PARENT_KEY = "A1:B20", "parent"
"""Its keys and values, and the key beside which the stamp stands."""

_EXCEPTION = -2147352567
"""DISP_E_EXCEPTION: Excel was asked and said no."""

_ALLOWED = (
    "AllowFormattingCells",
    "AllowFormattingColumns",
    "AllowFormattingRows",
    "AllowInsertingColumns",
    "AllowInsertingRows",
    "AllowInsertingHyperlinks",
    "AllowDeletingColumns",
    "AllowDeletingRows",
    "AllowSorting",
    "AllowFiltering",
    "AllowUsingPivotTables",
)
"""What the protection of a sheet may leave free."""

_NOTE_WIDTH = 230
_NOTE_LINE = 14
_LETTERS_PER_LINE = 40


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A workbook open in Excel. What the caseworker typed is never overwritten; the stamp is ours.

    Attributes:
        book: The workbook.
        app: The Excel it is open in.
        language: Language of what is said when something fails.
    """

    book: "Book"
    app: "App"
    language: str

    @property
    def name(self) -> str:
        """Return the file's name."""
        with said_plainly(self.language):
            return self.book.name

    @property
    def stem(self) -> str:
        """Return the file's name without its ending."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def is_saved(self) -> bool:
        """Return whether the file holds what is seen."""
        with said_plainly(self.language):
            return bool(self.book.api.Saved)

    @property
    def is_read_only(self) -> bool:
        """Return whether it can only be saved under another name."""
        with said_plainly(self.language):
            return bool(self.book.api.ReadOnly)

    @property
    def folder(self) -> Path | None:
        """Return its folder; None where it has none on this machine (new, or in the cloud)."""
        with said_plainly(self.language):
            place = self.book.fullname
        if "://" in place or place == self.name:
            return None
        return Path(place).parent

    def is_ours(self) -> bool:
        """Return whether it looks like a workbook that fpsheet issued."""
        return self._meta() is not None

    def _meta(self) -> "Sheet | None":
        sheets = self.book.sheets
        return next((one for one in sheets if one.range("A1").raw_value == _META_KEY), None)

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """Return a copy as it stands now, what is not saved included; gone after the block.

        Raises:
            ExcelError: It was never saved, or Excel cannot copy it.
        """
        folder = TemporaryDirectory(prefix="fpsheet-")
        try:
            path = Path(folder.name) / self.name
            self._copy_to(path)
            yield path
        finally:
            try:
                folder.cleanup()
            except OSError:
                raise ExcelError("left_behind", self.language, folder=folder.name) from None

    def _copy_to(self, path: Path) -> None:
        with said_plainly(self.language):
            if self.book.fullname == self.name:
                raise ExcelError("new_book", self.language, name=self.name)
            save_copy = getattr(self.book.api, "SaveCopyAs", None)
            if save_copy is None:
                raise ExcelError("no_excel", self.language)
            save_copy(str(path))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Unlock the structure and hold the screen for the block; both as before after it.

        Raises:
            ExcelError: The structure is locked with a password, or Excel refuses.
        """
        api = self.book.api
        with said_plainly(self.language), ExitStack() as after:
            locks = {"Structure": bool(api.ProtectStructure), "Windows": bool(api.ProtectWindows)}
            here = self.book.sheets.active.name
            if any(locks.values()):
                self._unlock()
                after.callback(lambda: api.Protect(**locks))
            self.app.screen_updating = False
            after.callback(self._show_screen)
            after.callback(self._go_back, here)
            yield

    def _unlock(self) -> None:
        # Without an argument Excel would ask a person for the password.
        with suppress(*excel_failures()):
            self.book.api.Unprotect("")
        if self.book.api.ProtectStructure:
            raise ExcelError("locked", self.language, name=self.name)

    def _show_screen(self) -> None:
        self.app.screen_updating = True

    def _go_back(self, tab: str) -> None:
        sheet = self._find(tab)
        if sheet is not None:
            sheet.api.Activate()

    def clear_marks(self) -> None:
        """Take every mark and comment of ours away."""
        for sheet in self.book.sheets:
            formats = [rule for rule in sheet.cells.conditional_formats if _is_mark(rule)]
            notes = [note for note in sheet.notes if is_our_comment(note.text)]
            if formats or notes:
                with _unlocked(sheet) as is_open:
                    if is_open:
                        _delete(reversed(formats))
                        _delete(notes)

    def mark(self, tab: str, marks: Sequence[CellMark]) -> None:
        """Mark cells and say there what is wrong, faults first; other comments are left alone.

        A sheet under a password is left as it is: the list has its findings.
        """
        sheet = self._find(tab)
        if sheet is None:
            return
        with _unlocked(sheet) as is_open:
            if not is_open:
                return
            for is_fault, fill in ((False, WARNING_FILL), (True, FAULT_FILL)):
                cells = [mark.cell for mark in marks if mark.is_fault is is_fault]
                for address in join_cells(cells):
                    formats = sheet.range(address).conditional_formats
                    formats.add_custom(f"={SIGNATURE}", fill_color=f"#{fill}")
            said = sorted(marks, key=lambda mark: not mark.is_fault)
            for mark in said[:_MOST_NOTES]:
                self._comment(sheet, mark)

    def _comment(self, sheet: "Sheet", mark: CellMark) -> None:
        try:
            note = sheet.range(mark.cell).add_note(COMMENT_LEAD + mark.text)
        except ValueError:
            return  # the caseworker's own stands there
        except excel_failures() as error:
            # A thread of the caseworker's stands there, and Excel takes no note beside it.
            if getattr(error, "hresult", None) == _EXCEPTION:
                return
            raise
        lines = 2 + len(mark.text) // _LETTERS_PER_LINE + mark.text.count("\n")
        shape = note.api.Shape
        shape.Width = _NOTE_WIDTH
        shape.Height = _NOTE_LINE * lines

    def find_list(self) -> OpenList | None:
        """Read our list of findings as it stands now; None where there is none."""
        for sheet in self.book.sheets:
            head = sheet.range((1, 1), (MOST_HEAD_ROWS, WIDTH)).raw_value
            row = next((at for at, row in enumerate(head, start=1) if is_list(row)), 0)
            if row:
                last = max(sheet.used_range.last_cell.row, row + 1)
                return read_list(sheet.name, row, sheet.range((row, 1), (last, WIDTH)).raw_value)
        return None

    def drop_list(self) -> None:
        """Take our list away, if there is one; where somebody has written on it, it stays.

        Then it loses what makes it our list, and its name goes to the next one.
        """
        found = self.find_list()
        if found is None:
            return
        sheet = self.book.sheets[found.tab]
        is_beside = sheet.used_range.last_cell.column > WIDTH
        if not is_beside and found.row == IDENTITY_ROW and not list(sheet.notes):
            sheet.delete()
            return
        sheet.range((found.row, 1), (found.row, WIDTH)).clear_contents()
        sheet.name = self._free_tab(found.tab)

    def add_list(
        self, tab: str, title: str, headings: Sequence[str], lines: Sequence[FaultLine]
    ) -> str:
        """Add the list as the last sheet and return the name it got."""
        name = self._free_tab(tab)
        last = self.book.sheets[len(self.book.sheets) - 1]
        write_list(self.book.sheets.add(name, after=last), title, headings, lines)
        return name

    def _find(self, tab: str) -> "Sheet | None":
        return next((sheet for sheet in self.book.sheets if sheet.name == tab), None)

    def _free_tab(self, wanted: str) -> str:
        return free_title(wanted, (sheet.name for sheet in self.book.sheets))

    def here(self) -> Place | None:
        """Return tab and cell selected now; None where no cell is."""
        with said_plainly(self.language):
            self.book.api.Activate()
            chosen = self.app.selection
            if chosen is None:
                return None
            cell = chosen.address.partition(":")[0].partition(",")[0].replace("$", "")
            return self.book.sheets.active.name, cell

    def go_to(self, place: Place) -> None:
        """Select a cell.

        Raises:
            ExcelError: Its sheet is hidden or has another name now, or Excel refuses.
        """
        tab, cell = place
        with said_plainly(self.language):
            sheet = self._find(tab)
            if sheet is None:
                raise ExcelError("no_such_tab", self.language, tab=tab)
            if not sheet.visible:
                raise ExcelError("hidden_tab", self.language, tab=tab, cell=cell)
            self.book.api.Activate()
            sheet.api.Activate()
            sheet.range(cell).select()

    def save(self) -> None:
        """Save it where it is.

        Raises:
            ExcelError: It is read-only, or Excel refuses.
        """
        with said_plainly(self.language):
            if self.is_read_only:
                raise ExcelError("read_only", self.language, name=self.name)
            self.book.save()

    def stamp(self, parent: str) -> None:
        """Write into it which submission its next one descends from, and save it.

        Raises:
            ExcelError: It is read-only, its hidden sheet is gone or locked, or Excel refuses.
        """
        with said_plainly(self.language):
            sheet = None if self.is_read_only else self._meta()
            keys = sheet.range(_META_AREA).raw_value if sheet else []
            row = next((at for at, (key, _) in enumerate(keys, start=1) if key == _PARENT_KEY), 0)
            if sheet is None or not row:
                raise ExcelError("unstamped", self.language, name=self.name)
            with _unlocked(sheet) as is_open:
                if not is_open:
                    raise ExcelError("unstamped", self.language, name=self.name)
                sheet.range(f"B{row}").raw_value = [[parent]]
            self.book.save()

    def show(self, path: Path) -> None:
        """Open another workbook beside it, to be looked at."""
        with said_plainly(self.language):
            self.app.books.open(str(path), read_only=True)

    def open_names(self) -> tuple[str, ...]:
        """Return the names of all workbooks open in the same Excel."""
        with said_plainly(self.language):
            return tuple(book.name for book in self.app.books)

    def ask(self, text: str, title: str, buttons: Buttons) -> str:
        """Show a message and return the button that was pressed: "ok", "yes", "no" or "cancel"."""
        with said_plainly(self.language):
            return str(self.app.alert(text, title, buttons))


def _delete(found: "Iterable[ConditionalFormat] | Iterable[Note]") -> None:
    for one in found:
        one.delete()


def _is_mark(rule: "ConditionalFormat") -> bool:
    return rule.type == "custom" and is_signature(rule.formula or "")


@contextmanager
def _unlocked(sheet: "Sheet") -> Iterator[bool]:
    """Take the protection off a sheet for the block, and tell whether it could be done."""
    api = sheet.api
    if not api.ProtectContents:
        yield True
        return
    kept = {name: bool(getattr(api.Protection, name)) for name in _ALLOWED}
    kept["DrawingObjects"] = bool(api.ProtectDrawingObjects)
    kept["Scenarios"] = bool(api.ProtectScenarios)
    # Without an argument Excel would ask a person for the password.
    with suppress(*excel_failures()):
        api.Unprotect("")
    if api.ProtectContents:
        yield False
        return
    try:
        yield True
    finally:
        api.Protect(Contents=True, **kept)
