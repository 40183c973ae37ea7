"""Makes the pictures of the guide to Excel again: `python docs/billeder/lav_billeder.py`.

A workbook of invented citizens is checked by the real `fpsheet excel` over a stand-in for Excel,
saved, laid out by LibreOffice, and cut. LibreOffice, poppler and ImageMagick are needed.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.support.excel_case import opened  # noqa: E402 - the path comes first
from tests.support.libreoffice import LibreOffice, render_pdf, start_libreoffice  # noqa: E402

PAGES = {
    "forside.png": ("Sådan står det til", "✖"),
    "forloeb.png": ("Revalideringstiltag", "✖"),
    "fejlliste.png": ("Fejlliste: ret cellerne", "Regel"),
}
"""File → two texts by which its page is known."""

WIDTH = 1200
COLOURS = 24


def main() -> None:
    """Make every picture."""
    with (
        TemporaryDirectory() as name,
        start_libreoffice(profile=Path(name) / "profile", pipe="fpsheet-billeder") as office,
    ):
        folder = Path(name)
        with opened(folder) as case:
            case.run()
            case.saved("marked.xlsx")
        pages = lay_out(office, folder / "marked.xlsx")
        for file, texts in PAGES.items():
            page = next(png for png, said in pages if all(text in said for text in texts))
            cut(page, HERE / file)
            print(HERE / file)  # noqa: T201 - a script that talks to the person


def lay_out(office: LibreOffice, workbook: Path) -> list[tuple[Path, str]]:
    """Give a picture of each page of a workbook, and what the page says."""
    with office.open(workbook) as document:
        if "Fejlliste" in document.sheet_names:  # Excel fits the rows itself
            rows = document.sheet("Fejlliste").getCellRangeByName("A4:A99").Rows
            rows.OptimalHeight = True
        pdf = document.save_as(workbook.with_suffix(".pdf"))
    pictures = render_pdf(pdf, folder=workbook.parent / "pages", dots_per_inch=150)
    said = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True)  # noqa: S603, S607
    return list(zip(pictures, said.stdout.decode().split("\f"), strict=False))


def cut(page: Path, out: Path) -> None:
    """Cut the white edges off and make the picture small; the foot of the page goes too."""
    command = ["convert", page, "-gravity", "south", "-chop", "0x80", "-trim", "+repage"]
    command += ["-bordercolor", "white", "-border", "12", "-resize", f"{WIDTH}x>"]
    command += ["+dither", "-colors", str(COLOURS), "-strip", out]
    subprocess.run(command, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
