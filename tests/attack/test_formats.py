"""What another format or a list of moved numbers tells, and what a guess at a number is worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.attack.formats import ods_sheets, read_csv
from tests.attack.handwritten import books_of
from tests.attack.meaning import LAND, Key
from tests.attack.odds import behind, chances
from tests.attack.outside import otherwise
from tests.attack.printed import days_in
from tests.attack.revised import newest, revised_facts
from tests.attack.verdict import PUBLIC, Country, attack, too_far

if TYPE_CHECKING:
    from pathlib import Path

BOOK = """
=== Forside
{mark}Førtidspension, hele landet (Grønland), 2025
{said}
Periode: 1. januar 2025 til 31. december 2025, begge dage med.
=== T14
T14. Førtidspensionister efter niveau, hele landet (Grønland), 2025
Kommune|Førtidspensionister (antal)
"""
SAID = "Udgave 1.\nTallene er afrundet til tal, der kan deles med 5, højst 4 fra det talte."
INSIDE = "FORTROLIGT: Må ikke videregives."
PRINTED = "Hele landet|15\nA Kommune|5\nB Kommune|5\nC Kommune|5\n"
TRUE = "Hele landet|13\nA Kommune|3\nB Kommune|4\nC Kommune|6\n"
HEADER = "kommune_kode;kommune;bestand;omraade;fra;til;opgjort_pr;daekning;kilde"
END = "hele landet (Grønland);2025-01-01;2025-12-31;2026-03-03;Alle.;Kilde."


def _country(folder: Path) -> Country:
    texts = [
        BOOK.format(mark="", said=SAID) + PRINTED,
        BOOK.format(mark="FORTROLIGT. ", said=INSIDE) + TRUE,
    ]
    public, inside = books_of(texts, folder)
    return Country([public], [inside])


def _csv(folder: Path, rows: dict[str, str], header: str = HEADER) -> Path:
    place = folder / "udgave-1-csv"
    place.mkdir()
    lines = [
        header,
        *(f"{code};{label_and_number};{END}" for code, label_and_number in rows.items()),
    ]
    (place / "x-t14.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")
    (place / "x-indhold.csv").write_text("tabel;titel\r\nT14;T14.", encoding="utf-8-sig")
    return place


ROWS = {"": "Hele landet;15", "1": "A Kommune;5", "2": "B Kommune;5", "3": "C Kommune;5"}


def test_a_count_that_stands_in_a_csv_file_alone_is_found_and_used(tmp_path: Path) -> None:
    """B's 4 instead of 5 in a CSV file: its window is 1 to 8, and it is told.

    The country's 13 and A's 3 are 2 from their prints: no book may say that they are nearer.
    """
    country = _country(tmp_path)
    same = read_csv(_csv(tmp_path, ROWS), country.public[0])
    assert list(otherwise([*country.public, same])) == []
    (tmp_path / "more").mkdir()
    other = read_csv(_csv(tmp_path / "more", ROWS | {"2": "B Kommune;4"}), country.public[0])
    told = list(otherwise([*country.public, other]))
    assert len(told) == 1
    assert "T14 B" in told[0]
    assert too_far(country) == []
    wrong = Country([replace(country.public[0], farthest=1)], country.internal)
    assert len(too_far(wrong)) == 2
    known = Country([*country.public, other], country.internal).printed.known
    day = days_in("31. december 2025")[0]
    key = Key("pensioners", "B Kommune", day, day)
    assert (known.low[key], known.high[key]) == (1, 8)


def test_a_csv_file_that_the_workbook_knows_nothing_of_is_told(tmp_path: Path) -> None:
    """A column more, and a table more."""
    country = _country(tmp_path)
    more = HEADER.replace("bestand;", "bestand;sande;")
    place = _csv(tmp_path, {"1": "A Kommune;5;3"}, more)
    with pytest.raises(ValueError, match="other columns"):
        read_csv(place, country.public[0])
    (place / "x-t14.csv").rename(place / "x-t99.csv")
    with pytest.raises(ValueError, match="no table"):
        read_csv(place, country.public[0])


LATER = (
    SAID.replace("Udgave 1.", "Udgave 2.")
    + "\nI en udgave, der afløser en anden, op til 8 fra det talte."
)
MOVED = """
=== T22
T22. Tal, der er flyttet
Tabel|Række|Kolonne|Før|Nu
T14|Hele landet|Førtidspensionister (antal)|15|25
T14|B Kommune|Førtidspensionister (antal)|5|15
"""


def test_a_list_of_moved_numbers_is_believed(tmp_path: Path) -> None:
    """B was printed 5 and is 15: its count had left 5, so it is 14 at least, not 7.

    A stayed at 5, and if nobody revised it, it is 9 at most, not 13. For sure is neither.
    """
    rows = PRINTED.replace("landet|15", "landet|25").replace("B Kommune|5", "B Kommune|15")
    first, second = books_of(
        [
            BOOK.format(mark="", said=SAID) + PRINTED,
            BOOK.format(mark="", said=LATER) + rows.rstrip() + MOVED,
        ],
        tmp_path,
    )
    assert newest([first, second]) == [second]
    printed = Country([first, second], []).printed.known
    day = days_in("31. december 2025")[0]
    a, b = (Key("pensioners", f"{name} Kommune", day, day) for name in "AB")
    assert [(printed.low[key], printed.high[key]) for key in (a, b)] == [(0, 13), (7, 23)]
    believed = {
        next(iter(fact.terms)): (fact.low, fact.high)
        for fact in revised_facts([second])
        if not fact.sure
    }
    assert (believed[a], believed[b][0]) == ((1, 9), 14)
    assert believed[b.at(LAND)][0] == 24


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="T14"><table:table-row>
<table:table-cell office:value-type="string"><text:p>A</text:p><text:p>B</text:p></table:table-cell>
<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="5">
<text:p>5,0</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="2.5"><text:p>2,5</text:p>
</table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"""


def test_cells_of_a_spreadsheet_are_read_as_they_are_meant(tmp_path: Path) -> None:
    """A repeated cell stands twice, a number is its value and not its text."""
    with ZipFile(tmp_path / "x.ods", "w") as package:
        package.writestr("content.xml", ODS)
    assert ods_sheets(tmp_path / "x.ods") == {"T14": [("A\nB", 5, 5, 2.5)]}


def test_the_best_guess_is_worked_out_as_by_hand(tmp_path: Path) -> None:
    """Behind the three prints of 5 stand 3, 4 and 6, each once, so each is a third of the guesses.

    A's and B's are small. Nothing excludes 1 to 9, so each guess is right with one third.
    """
    country = _country(tmp_path)
    assert dict(behind(country).often["5"]) == {-2: 1, -1: 1, 1: 1}
    found = attack(country, PUBLIC, trusting=True, full=True)
    assert {(item.key.area, item.truth) for item in found} == {("A Kommune", 3), ("B Kommune", 4)}
    assert [item.range.possible for item in found] == [range(1, 10)] * 2
    worth = chances(country, found)
    assert [(each.printed, each.values) for each in worth] == [("5", 9)] * 2
    assert all(each.best == each.truth == pytest.approx(1 / 3) for each in worth)
