"""A release written to a folder: the workbook, the same tables as ODS and as CSV."""

from collections.abc import Mapping
from pathlib import Path

from fpsheet.files import write_whole
from fpsheet.statistics.book import without_figures
from fpsheet.statistics.csv_file import write_csv, write_csv_contents
from fpsheet.statistics.layout import Publisher, lay_out_book
from fpsheet.statistics.ods import write_ods
from fpsheet.statistics.xlsx import write_xlsx
from fpsheet_sync.stat_table import Release
from fpsheet_templates.form import Form


def write_release(
    release: Release, folder: Path, form: Form, *, publisher: Publisher | None = None
) -> tuple[Path, ...]:
    """Write every file of a release and give their paths, the workbook first.

    All files are made before the first is written, and each appears whole.

    Raises:
        WorkbookFileError: A file cannot be written (open in Excel, no right to, disk full).
    """
    made = render_release(release, form, publisher=publisher or Publisher())
    return write_files(made, folder, language=release.language)


def write_files(files: Mapping[str, bytes], folder: Path, *, language: str) -> tuple[Path, ...]:
    """Write files that were made, each whole, and give their paths in the same order.

    Raises:
        WorkbookFileError: A file cannot be written (open in Excel, no right to, disk full).
    """
    for name, data in files.items():
        write_whole(folder / name, data, language=language)
    return tuple(folder / name for name in files)


def render_release(release: Release, form: Form, *, publisher: Publisher) -> dict[str, bytes]:
    """Give the files of a release: path inside its folder → bytes.

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
        files[f"{stem}-csv/{stem}-{table.id.lower()}.csv"] = write_csv(table)
    return files


def render_book(
    release: Release, form: Form, *, publisher: Publisher | None = None
) -> tuple[str, bytes]:
    """Give the workbook of a release alone: its file name and its bytes."""
    book = lay_out_book(release, form, publisher=publisher or Publisher())
    return f"{book.stem}.xlsx", write_xlsx(book)
