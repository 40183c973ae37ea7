"""A release written to a folder: the workbook, the same tables as ODS and as CSV."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fpsheet.files import clear_way, remove_old, write_whole
from fpsheet.statistics.csv_file import write_csv, write_csv_contents
from fpsheet.statistics.page_layout import Publisher, lay_out_book
from fpsheet.table_book.book import without_figures
from fpsheet.table_book.ods import write_ods
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.statistics.stat_table import Release
from fpsheet_templates.form import Form


def write_release(release: Release, folder: Path, form: Form) -> Path:
    """Write every file of a release that nobody publishes; return the path of its workbook.

    All files are made before the first is written, and each appears whole.

    Raises:
        WorkbookFileError: A file cannot be written (open in Excel, no right to, disk full).
    """
    made = render_release(release, form, publisher=Publisher())
    (path,) = write_sets([made], folder, language=release.language)
    return path


def write_sets(
    sets: Sequence[Mapping[str, bytes]], folder: Path, *, language: str
) -> tuple[Path, ...]:
    """Write the files of some editions, each whole, and return the paths of their workbooks.

    A set's workbook is written after the rest of the set, and the first set after all others; old
    workbooks that are to be others are gone by then. So a workbook stands for all its set, and
    the first one for all sets, also where the program was killed. The next run does the rest.

    Args:
        sets: Path in the folder → bytes, of each edition; its workbook comes first. The national
            edition is the first set.
        folder: Where they go; it is made.
        language: Language of what goes wrong.

    Raises:
        WorkbookFileError: A file cannot be written (open in Excel, no right to, disk full).
    """
    clear_way((folder / name for files in sets for name in files), language=language)
    workbooks = [next(iter(files)) for files in sets]
    for name, files in zip(workbooks, sets, strict=True):
        remove_old(folder / name, files[name], language=language)
    for files in reversed(sets):
        for name, data in reversed(tuple(files.items())):
            write_whole(folder / name, data, language=language)
    return tuple(folder / name for name in workbooks)


def render_release(release: Release, form: Form, *, publisher: Publisher) -> dict[str, bytes]:
    """Return the files of a release: path inside its folder → bytes, the workbook first.

    The names of all begin with the same stem, so that a file taken out of its folder still says
    what it is, and that it is not to be passed on.
    """
    book = lay_out_book(release, form, publisher=publisher)
    stem = book.stem
    files = {
        f"{stem}.xlsx": write_xlsx(book),
        f"{stem}.ods": write_ods(without_figures(book)),
        f"{stem}-csv/{stem}-indhold.csv": write_csv_contents(release),
    }
    for table in release.tables:
        files[f"{stem}-csv/{stem}-{table.id.lower()}.csv"] = write_csv(table, release)
    return files


def render_book(release: Release, form: Form) -> tuple[str, bytes]:
    """Return the workbook of a release that nobody publishes: its file name and its bytes."""
    book = lay_out_book(release, form, publisher=Publisher())
    return f"{book.stem}.xlsx", write_xlsx(book)
