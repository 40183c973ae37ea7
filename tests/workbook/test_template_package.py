"""The package opens without an offer to repair it: the rules Excel enforces, in both languages
and both jurisdictions, blank and filled, as issued and with our marks in it. The rules themselves
are tried on broken packages. (Every other kind of workbook: `tests/end_to_end/test_commands.py`.)
"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fpsheet.ooxml.zip_file import unpack
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, check_bytes, make_workbook, opened
from tests.support.issued import Row, blank, issue
from tests.support.package_lint import lint_package

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CITIZEN: Final = {
    "cpr": "6503781234",
    "navn": "=1+1",
    "sagsbehandler": "ab",
    "bemaerkning": "\x01<&",
}
FILLED: Final[Mapping[str, Sequence[Row]]] = {
    "borger": [CITIZEN],
    "forloeb": [
        {"cpr": "6503781234", "forloeb_type": "andet", "start_dato": date(2024, 2, 29)},
    ],
}
FORLOEB: Final = "xl/worksheets/sheet3.xml"
TABLE: Final = "xl/tables/table2.xml"


@pytest.fixture(scope="module")
def returned() -> dict[str, bytes]:
    """A workbook with a fault in it, checked and given back, as parts."""
    form = load_form()
    content = make_workbook(form, FAULTY_ROWS)
    checked = check_bytes(content, form)
    back = return_workbook(opened(content), checked.findings, checked.check, SpokenForm(form, "da"))
    return unpack(back)


@pytest.mark.parametrize("kommune", ["956", "707"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_workbook_is_sound(kommune: str, language: str) -> None:
    """No rule of the package is broken."""
    assert lint_package(blank(kommune, language)) == ()


def test_a_filled_workbook_is_sound() -> None:
    """Control characters, markup and a leading `=` in texts break nothing."""
    assert lint_package(issue(FILLED, premade=0)) == ()


TYPES: Final = "[Content_Types].xml"
BOOK: Final = "xl/workbook.xml"
COVER: Final = "xl/worksheets/sheet1.xml"
META: Final = "xl/worksheets/sheet13.xml"

BREACHES: Final = {
    "a part without a type": (TYPES, "/xl/tables/table2.xml", "/xl/x.xml", "content type"),
    "a long sheet name": (BOOK, 'name="Forløb"', f'name="{"F" * 32}"', "sheet name"),
    "two sheets of a name": (BOOK, 'name="Forløb"', 'name="Job"', "stands twice"),
    "a name like a cell": (BOOK, 'name="c_forloeb_cpr"', 'name="tbl1"', "not allowed"),
    "two equal names": (BOOK, 'name="c_job_cpr"', 'name="c_forloeb_cpr"', "stands twice"),
    "a name nobody defined": (BOOK, 'name="status_tekst"', 'name="andet"', "not defined"),
    "a table like a cell": (TABLE, 'displayName="tForloeb"', 'displayName="tbl1"', "table name"),
    "a table like a name": (TABLE, 'displayName="tForloeb"', 'displayName="idag"', "defined name"),
    "another heading": (TABLE, 'name="Slutdato"', 'name="Ende"', "headings and cells"),
    "two equal headings": (TABLE, 'name="Slutdato"', 'name="Status"', "heading stands twice"),
    "another column formula": (TABLE, "ColumnFormula>IF(", "ColumnFormula>ABS(", "differs"),
    "a formula without master": (FORLOEB, 'si="1"/>', 'si="99"/>', "does not stand above"),
    "a young function": (FORLOEB, "ISBLANK(", "XLOOKUP(", "no function"),
    "a long formula": (FORLOEB, "ISBLANK(", f'IF("{"x" * 9000}"="",', "characters"),
    "a long prompt": (FORLOEB, ' prompt="', f' prompt="{"x" * 256}', "prompt is longer"),
    "a long refusal": (FORLOEB, ' error="', f' error="{"x" * 226}', "error is longer"),
    "a long list": (FORLOEB, ">liste_forloeb_type", f'>"{"x," * 130}"', "list is longer"),
    "a format of no look": (FORLOEB, 'dxfId="0"', 'dxfId="99"', "no look"),
    "two equal priorities": (FORLOEB, 'priority="2"', 'priority="1"', "one priority"),
    "an unknown format": (FORLOEB, ' s="', ' s="9999', "unknown format"),
    "rows out of order": (FORLOEB, '<row r="5"', '<row r="3"', "out of order"),
    "a link to nowhere": (COVER, "location=\"'Job'!C4\"", 'location="X"', "nowhere"),
    "another type of part": (TYPES, "spreadsheetml.worksheet+xml", "x", "not that of worksheet"),
    "a relation too few": (FORLOEB, 'r:id="rId1"', 'r:id="rId99"', "asks for relation"),
    "two sheets chosen": (FORLOEB, "<sheetView ", '<sheetView tabSelected="1" ', "chosen beside"),
    "a hidden sheet in front": (BOOK, 'activeTab="0"', 'activeTab="12"', "cannot be seen"),
    "a name of no sheet": (BOOK, 'localSheetId="1"', 'localSheetId="40"', "sheet that is missing"),
    "a range for a value": (FORLOEB, "ISBLANK(", 'IF(k_forloeb_cpr="",', "one value is wanted"),
    "a long text in a formula": (FORLOEB, "ISBLANK(", f'IF("{"x" * 256}"="",', "longer than 255"),
    "a long limit": (FORLOEB, ">liste_forloeb_type", f">{'1+' * 130}1", "condition is longer"),
    "no number": (META, "<v>46027</v>", "<v>i dag</v>", "no value of its type"),
    "a number without end": (META, "<v>46027</v>", "<v>1E999</v>", "no value of its type"),
    "a high row": (COVER, ' ht="', ' ht="900', "too high"),
    "one cell merged": (COVER, '"B13:G13"', '"B13:B13"', "alone is merged"),
    "a prefix of nobody": (FORLOEB, "<worksheet ", '<worksheet Ignorable="x14ac" ', "not declared"),
    "merged cells that overlap": (COVER, '"B13:G13"', '"B13:G14"', "overlap"),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_broken_package_is_noticed(name: str) -> None:
    """Each rule of the lint names the breach it is for."""
    part, old, new, problem = BREACHES[name]
    parts = unpack(blank())
    text = parts[part].decode()
    assert old in text
    parts[part] = text.replace(old, new, 1).encode()
    assert any(problem in found for found in lint_package(_zip(parts)))


def test_a_returned_workbook_is_sound(returned: dict[str, bytes]) -> None:
    """Our marks, comments and lists are parts like the others."""
    assert any("comments" in name for name in returned)
    assert lint_package(_zip(returned)) == ()


@pytest.mark.parametrize(
    ("part", "old", "new", "problem"),
    [
        ("comments", ' authorId="0"', ' authorId="7"', "comment of nobody"),
        ("sheet3.xml", "<legacyDrawing ", "<oleObjects ", "no drawing shows"),
        ("vml", "<x:ClientData", "<x:Client", "fewer shapes"),
    ],
)
def test_a_broken_comment_is_noticed(
    returned: dict[str, bytes], part: str, old: str, new: str, problem: str
) -> None:
    """A comment has an author, a shape, and a drawing that shows it."""
    name = next(name for name, data in returned.items() if part in name and old.encode() in data)
    broken = returned | {name: returned[name].replace(old.encode(), new.encode(), 1)}
    assert any(problem in found for found in lint_package(_zip(broken)))


def test_a_calculation_chain_names_formulas() -> None:
    """We write none, for Excel makes it; one that came along with a file is looked at."""
    parts = unpack(blank())
    assert "xl/calcChain.xml" not in parts
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    link = f'<Relationship Id="x" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", link.encode())
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    typed = f'<Override PartName="/xl/calcChain.xml" ContentType="{mime}"/></Types>'
    parts[TYPES] = parts[TYPES].replace(b"</Types>", typed.encode())
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    chain = f'<calcChain xmlns="{space}"><c r="B4" i="2"/><c r="C4"/></calcChain>'
    parts["xl/calcChain.xml"] = chain.encode()
    assert lint_package(_zip(parts)) == ("xl/calcChain.xml: C4 of sheet 2 holds no formula",)


def test_a_missing_part_is_noticed() -> None:
    """A relation or a content type that points at nothing is named."""
    parts = unpack(blank())
    del parts["docProps/app.xml"]
    assert any("missing" in problem for problem in lint_package(_zip(parts)))


def test_a_part_that_stands_twice_is_noticed() -> None:
    """Excel refuses a zip with two parts of one name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("xl/workbook.xml", b"<a/>")
    assert lint_package(target.getvalue()) == ("xl/workbook.xml: part stands twice",)


def _zip(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()
