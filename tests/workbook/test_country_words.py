"""A code has the words of the country: in lists, in cells and in tables; both countries' are read.

The words are spelled out here once more. The code itself is the same in both countries.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from fpsheet.returned.record_words import read_told, told_value
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import check_bytes, edit
from tests.support.issued import blank, issue, opened
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from openpyxl import Workbook

FORM: Final = load_form()

# Field → its code, the word in Greenland, the word in Denmark.
WORDS: Final = {
    "da": {
        "afgoerelse.bortfald_aarsag": (
            "alderspension",
            "Overgang til alderspension",
            "Overgang til folkepension",
        ),
        "forloeb.resultat": ("udsat", "Udsat", "Sat i bero"),
        "job.job_type": ("selvstaendig", "Selvstændig (fx fanger, fisker)", "Selvstændig"),
    },
    "en": {
        "afgoerelse.bortfald_aarsag": (
            "alderspension",
            "Transfer to old-age pension",
            "Transfer to state pension (folkepension)",
        ),
        "forloeb.resultat": ("udsat", "Postponed", "Put on hold"),
        "job.job_type": ("selvstaendig", "Self-employed (hunter, fisher)", "Self-employed"),
    },
}
BOTH: Final = pytest.mark.parametrize(("kommune", "country"), [("956", "GL"), ("707", "DK")])
LANGUAGES: Final = pytest.mark.parametrize("language", ["da", "en"])


@BOTH
@LANGUAGES
def test_a_list_offers_the_words_of_the_country(kommune: str, country: str, language: str) -> None:
    """And not those of the other one."""
    page = opened(kommune, language)[FORM.sheet_title("koder", language)]
    offered = {cell.value for row in page.iter_rows() for cell in row}
    for code, greenland, denmark in WORDS[language].values():
        own, other = (greenland, denmark) if country == "GL" else (denmark, greenland)
        assert {code, own} <= offered
        assert other not in offered


@BOTH
@LANGUAGES
def test_a_filled_workbook_shows_them(kommune: str, country: str, language: str) -> None:
    """What the database holds as a code is written in the words of the country."""
    rows = {
        name.partition(".")[0]: [{"cpr": "6101801234", name.partition(".")[2]: code}]
        for name, (code, *_) in WORDS[language].items()
    }
    book = load_workbook(BytesIO(issue(rows, kommune=kommune, language=language)))
    for name, (_, greenland, denmark) in WORDS[language].items():
        sheet, field = name.split(".")
        cell = f"{column_of(sheet, field, country)}4"
        shown = book[FORM.sheet_title(sheet, language)][cell].value
        assert shown == (greenland if country == "GL" else denmark)


@BOTH
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_word_of_either_country_is_read(kommune: str, country: str, place: int) -> None:
    """In either workbook, as is the code: all three are the same value and no finding."""

    def fill(book: Workbook) -> None:
        for name, words in WORDS["da"].items():
            sheet, field = name.split(".")
            page = book[FORM.sheet_title(sheet, "da")]
            page[f"{column_of(sheet, 'cpr', country)}4"] = "610180-1234"
            page[f"{column_of(sheet, field, country)}4"] = words[place].upper()

    checked = check_bytes(edit(blank(kommune), fill), FORM)
    for name, (code, *_) in WORDS["da"].items():
        sheet, field = name.split(".")
        assert checked.check.sheets[sheet].frame[field].to_list() == [code], name
    named = {tuple(name.split(".")) for name in WORDS["da"]}
    unread = [f for f in checked.findings if (f.sheet, f.field) in named and f.code[:3] == "FLT"]
    assert not unread


@BOTH
@LANGUAGES
def test_receipts_and_conflicts_say_them(kommune: str, country: str, language: str) -> None:
    """A value is told in the words of the kommune's country, and what is typed there is read."""
    spoken = SpokenForm(FORM, language).of_kommune(kommune)
    for name, (code, greenland, denmark) in WORDS[language].items():
        sheet, field = name.split(".")
        kind = spoken.form.sheet(sheet)[field]
        assert told_value(spoken, kind, code) == (greenland if country == "GL" else denmark)
        for word in (greenland, denmark, code):
            assert read_told(spoken, kind, word) == (True, code)
    assert SpokenForm(FORM, language).of_kommune("000").form is FORM


def test_the_words_of_a_country_fit_no_other_code() -> None:
    """In a list, what either country says stands for one code alone."""
    for codes in FORM.code_lists.values():
        for language in FORM.texts.languages():
            told = [
                (label.casefold(), code.id)
                for code in codes.codes
                for label in (code.label(language), *code.other_labels(language))
            ]
            assert len({label for label, _ in told}) == len(told), codes.id
            for country in ("GL", "DK"):
                own = codes.in_country(country)
                assert own.by_entry(language) == codes.by_entry(language)
                assert own.in_country("GL" if country == "DK" else "DK").ids() == codes.ids()


def test_a_nyttejob_is_explained_in_english() -> None:
    """A community job reads as a sentence of a court; the old label is still read."""
    kinds = FORM.code_lists["job_type"]
    assert kinds["nyttejob"].label("en") == "Community job (unpaid useful work)"
    assert kinds.by_entry("en")["community job"] == "nyttejob"
    assert kinds["nyttejob"].label("da") == "Nyttejob"


@BOTH
@LANGUAGES
def test_a_workbook_of_denmark_knows_no_cycle(kommune: str, country: str, language: str) -> None:
    """Greenland reassesses every fifth year, Denmark does not: heading, help and Status."""
    word = {"da": "for cyklus", "en": "the cycle"}[language]
    with ZipFile(BytesIO(blank(kommune, language))) as package:
        told = b"".join(map(package.read, package.namelist())).decode()
    assert (word in told) is (country == "GL")


@BOTH
@LANGUAGES
def test_the_words_of_a_country_are_no_renamed_headings(
    kommune: str, country: str, language: str
) -> None:
    """A blank workbook is read by the headings it was made with, whichever country's they are."""
    del country
    told = check_bytes(blank(kommune, language), FORM)
    assert "STR-068" not in {finding.code for finding in told.findings}
