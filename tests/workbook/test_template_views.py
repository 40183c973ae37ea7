"""The calculated sheets, recalculated by LibreOffice: Forside, Overblik, Huskeliste.

One made-up kommune, worked by hand; the day is 2 March 2026. Its citizens belong to nobody (day
61 to 91). By their numbers A (650378) is born in 1978, B (700180) in 1980, C (610295) in 1995,
D (620360) in 1960, E (630485) in 1985, F (640590) in 1990.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fpsheet.workbook.style import date_serial
from tests.support.issued import blank, issue, typed_rows
from tests.support.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.libreoffice import Document, LibreOffice

TODAY: Final = date(2026, 3, 2)

ROWS: Final = typed_rows("""
# borger
| cpr        | navn     | lokalitet | ansoegning_dato | pensionist_foer_reform | sagsbehandler |
| 6503781234 | Fiktiv   | Nuuk      | 2016-09-01      | nej                    | ab            |
| 7001801234 | Opdigtet |           |                 | nej                    | ab            |
| 6102951234 |          |           |                 | nej                    | ab            |
| 6203601234 |          |           |                 | ja                     | ab            |
| 6304851234 |          |           |                 | ja                     | ab            |
| 6405901234 |          |           |                 | ja                     |               |

# forloeb
| cpr        | forloeb_type      | start_dato | slut_dato  | resultat           | annuller |
| 6503781234 | andet             | 2018-01-10 |            |                    |          |
| 6503781234 | revurdering       | 2016-12-01 | 2017-07-01 | afgoerelse_truffet |          |
| 6503781234 | afklaringsforloeb | 2016-12-01 | 2017-03-01 | nyt_forloeb        |          |
| 6503781234 | revurdering       | 2017-12-01 | 2018-03-01 | afgoerelse_truffet |          |
| 6503781234 | andet             | 2017-01-01 |            |                    | dublet   |
| 7001801234 | andet             | 2026-02-01 |            |                    |          |

# vurdering
| cpr        | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 6503781234 | 2018-02-15     | 40              | 15                |
| 6503781234 | 2017-06-15     | 60              | 22.5              |
| 6102951234 | 2024-03-01     | 60              | 20                |

# job
| cpr        | job_type | start_dato | timer_pr_uge | branche |
| 6503781234 | fleksjob | 2018-06-01 | 15           | A03     |
| 6102951234 | fleksjob | 2024-01-15 | 20           | Q       |

# afgoerelse
| cpr        | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | instans            | foreliggende_grundlag |
| 6503781234 | 2018-03-01      | aendring    | mellemste | 2018-04-01    | kommunalbestyrelse |                       |
| 6503781234 | 2017-07-01      | tilkendelse | laveste   | 2017-08-01    | kommunalbestyrelse |                       |
| 7001801234 | 2025-03-02      | udsaettelse |           |               | kommunalbestyrelse | ja                    |
| 6102951234 | 2023-03-02      | udsaettelse |           |               | kommunalbestyrelse | ja                    |

# overdragelse
| cpr        | til_kommune | dato       |
| 6304851234 | 957         | 2020-01-01 |
""")  # noqa: E501 - a table is one line per row

NBSP: Final = "\u00a0"
HISTORY: Final = """
| Fra        | Til        | Hvad                                   | Enkeltheder           | Resultat                | Timer | Evne | Niveau    | Ark         | Linje |
| 01-09-2016 |            | Ansøgning                              |                       |                         |       |      |           | Borgere     | 4     |
| 01-12-2016 | 01-07-2017 | Revurdering                            |                       | Afsluttet med afgørelse |       |      |           | Forløb      | 5     |
| 01-12-2016 | 01-03-2017 | "      └ Afklaringsforløb"             |                       | Afsluttet til nyt forløb |      |      |           | Forløb      | 6     |
| 15-06-2017 |            | Arbejdsevnevurdering                   |                       |                         | 22,5  | 60   |           | Vurderinger | 5     |
| 01-07-2017 |            | Afgørelse: Tilkendelse                 | Instans: Kommunalbestyrelsen; | Laveste          |       | 60   | Laveste   | Afgørelser  | 5     |
|            |            |                                        | Virkningsdato: 01-08-2017 |                      |       |      |           |             |       |
| 01-12-2017 | 01-03-2018 | Revurdering                            |                       | Afsluttet med afgørelse |       | 60   | Laveste   | Forløb      | 7     |
| 10-01-2018 |            | "      └ Andet forløb"                 |                       |                         |       | 60   | Laveste   | Forløb      | 4     |
| 15-02-2018 |            | Arbejdsevnevurdering                   |                       |                         | 15,0  | 40   | Laveste   | Vurderinger | 4     |
| 01-03-2018 |            | Afgørelse: Ændret niveau ved           | Instans: Kommunalbestyrelsen; | Mellemste        |       | 40   | Mellemste | Afgørelser  | 4     |
|            |            | revurdering                            | Virkningsdato: 01-04-2018 |                      |       |      |           |             |       |
| 01-06-2018 |            | Fleksjob                               | Branche: A03 Fiskeri og fangst |                         | 15,0  | 40   | Mellemste | Job         | 4     |
"""  # noqa: E501 - a table is one line per row

# 2019-01-10 to 2026-01-10 is seven years with two leap days, then 51 days: 2608.
# 2021-07-01 to 2025-07-01 is four years with one leap day, then 244 days: 1705.
# 2023-03-01 to 2026-03-01 is three years with one leap day, then one day: 1097.
DUE: Final = """
| Frist      | Hvornår                     | Hvad                                    | CPR-nummer  | Navn     | Sagsbehandler | Ark        | Linje |
| 10-01-2019 | ✖ Overskredet med 2608 dage | Forløb uden slutdato efter lang tid     | 650378-1234 | Fiktiv   | ab | Forløb     | 4     |
| 01-07-2021 | ✖ Overskredet med 1705 dage | Revurdering inden 5 år                  | 640590-1234 |          |    | Borgere    | 9     |
| 01-03-2023 | ✖ Overskredet med 1097 dage | Revurdering inden 5 år                  | 650378-1234 | Fiktiv   | ab | Borgere    | 4     |
| 02-03-2026 | ⚠ I dag                     | Ny vurdering inden 1 år efter udsættelse | 700180-1234 | Opdigtet | ab | Afgørelser | 6     |
| 01-02-2027 | ⚠ Om 336 dage               | Forløb uden slutdato efter lang tid     | 700180-1234 | Opdigtet | ab | Forløb     | 9     |
| 01-03-2027 | ⚠ Om 364 dage               | Fleksjob: ny vurdering hvert 3. år      | 610295-1234 |          | ab | Job        | 5     |
"""  # noqa: E501 - a table is one line per row


@pytest.fixture(scope="module")
def workbook(
    libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Document]:
    """The filled workbook, open on the day of the tests."""
    path = tmp_path_factory.mktemp("views") / "956.xlsx"
    path.write_bytes(issue(ROWS, premade=20))
    with libreoffice.open(path) as document:
        document.cell("_fpsheet", "D1").setValue(date_serial(TODAY))
        document.recalculate()
        yield document


def shown(
    document: Document, sheet: str, letters: str, *, first: int, rows: int
) -> list[list[str | None]]:
    """Return what a person reads in some rows, None for an empty cell."""
    return [
        [document.shown(sheet, f"{letter}{row}") or None for letter in letters]
        for row in range(first, first + rows)
    ]


def expected(table: str) -> list[list[str | None]]:
    """Return the rows of a table as `shown` gives them."""
    return [
        [cell and cell.replace("      └", f"{6 * NBSP}└") for cell in row]
        for row in read_table(table).rows
    ]


@pytest.mark.lo
def test_no_formula_of_a_filled_workbook_is_an_error(workbook: Document) -> None:
    """Not on any sheet, the hidden one included."""
    errors = {name: workbook.error_cells(name) for name in workbook.sheet_names}
    assert errors == dict.fromkeys(workbook.sheet_names, ())


@pytest.mark.lo
def test_overblik_tells_a_citizen_by_day(workbook: Document) -> None:
    """Sorted by start, forløb under the revurdering they lie in, annulled rows left out, level
    and arbejdsevne as they are after each event.
    """
    workbook.set_text("Overblik", "C4", "650378-1234")
    told = expected(HISTORY)
    assert shown(workbook, "Overblik", "BCDEFGHIJK", first=11, rows=len(told)) == told
    assert workbook.value("Overblik", f"D{11 + len(told)}") == ""
    facts = [workbook.shown("Overblik", cell) for cell in ("C5", "C6", "C7", "F4", "F5", "F6")]
    assert facts == ["Fiktiv", "Nuuk", "ab", "47", "40", "Mellemste"]
    assert workbook.shown("Overblik", "F7") == "01-03-2023"
    assert workbook.shown("Overblik", "B8") == "10 hændelser."


@pytest.mark.lo
def test_overblik_takes_any_number_and_says_when_there_is_nobody(workbook: Document) -> None:
    """The list offers; typing is free, with hyphen or without."""
    workbook.cell("Overblik", "C4").setString("7001801234")
    assert workbook.value("Overblik", "C5") == "Opdigtet"
    assert workbook.value("Overblik", "B8") == "2 hændelser."
    workbook.cell("Overblik", "C4").setString("610101-0001")
    assert workbook.value("Overblik", "B8") == "Der er ingen linjer om borgeren."
    workbook.cell("Overblik", "C4").setString("")
    choose = (
        "Vælg eller skriv et CPR-nummer i det hvide felt ovenfor, eller skriv en del af navnet."
    )
    assert workbook.value("Overblik", "B8") == choose
    assert set(workbook.values("Overblik", "B11:K160")) == {("",) * 10}


@pytest.mark.lo
def test_overblik_finds_a_citizen_by_name(workbook: Document) -> None:
    """A part of it is enough, in small letters too; it says who, and whether it fits others."""
    workbook.cell("Overblik", "C4").setString("digtet")
    assert workbook.value("Overblik", "C5") == "Opdigtet"
    assert workbook.value("Overblik", "B8") == "700180-1234: 2 hændelser."
    workbook.cell("Overblik", "C4").setString("t")
    several = (
        "650378-1234: 10 hændelser. Flere borgere passer til det, der er skrevet."
        " Skriv mere af navnet, eller vælg CPR-nummeret."
    )
    assert workbook.value("Overblik", "B8") == several
    workbook.cell("Overblik", "C4").setString("Ingen Sådan")
    assert workbook.value("Overblik", "B8") == "Der er ingen linjer om borgeren."
    workbook.cell("Overblik", "C4").setString("")


@pytest.mark.lo
@pytest.mark.parametrize(("days", "rows"), [(0, 4), (180, 4), (335, 4), (336, 5), (364, 6)])
def test_huskeliste_shows_what_is_due_and_overdue(workbook: Document, days: int, rows: int) -> None:
    """A: revurdering five years after the afgørelse of 2018, a forløb of 2018 without end, and
    no fleksjob, being over 40. B: udsat a year ago today, and a forløb that shall have an end a
    year after it began. C: assessed after the udsættelse, and in fleksjob under 40: three years
    after the vurdering. D is over 60 at the deadline, E has moved, F has had a pension since
    before the reform: five years from 1 July 2016. The list looks as far ahead as it is told.
    """
    workbook.cell("Huskeliste", "D4").setValue(days)
    assert shown(workbook, "Huskeliste", "BCDEFGHI", first=8, rows=rows) == expected(DUE)[:rows]
    assert workbook.value("Huskeliste", f"B{8 + rows}") == ""
    summary = f"Overskredne frister: 3. Frister, der kommer: {rows - 3}."
    assert workbook.value("Huskeliste", "B5") == summary


@pytest.mark.lo
def test_huskeliste_without_deadlines_says_so(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """An empty list alone could also be one that does not work."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(blank())
    with libreoffice.open(path) as document:
        assert str(document.value("Huskeliste", "B5")).startswith("✔ Ingen frister")


LAST_YEAR: Final = typed_rows("""
# borger
| cpr        | pensionist_foer_reform | sagsbehandler |
| 6503781234 | nej                    | ab            |
| 6405901234 | ja                     | ab            |

# job
| cpr        | job_type | start_dato | timer_pr_uge | branche |
| 6102951234 | fleksjob | 9999-01-15 | 20           | Q       |

# afgoerelse
| cpr        | afgoerelse_dato | afgoerelse  | niveau  | virkning_dato | instans            |
| 6503781234 | 9999-12-31      | tilkendelse | laveste | 2017-08-01    | kommunalbestyrelse |
| 7001801234 | 9999-03-02      | udsaettelse |         |               | kommunalbestyrelse |
""")


UNREADABLE: Final = typed_rows("""
# borger
| cpr        | navn     | pensionist_foer_reform | sagsbehandler |
| 6503781234 | Fiktiv   | nej                    | ab            |
| 6405901234 | Opdigtet | nej                    | ab            |
| 6102951234 | Påhit    | nej                    | ab            |

# forloeb
| cpr        | forloeb_type | start_dato |
| 6405901234 | andet        | 2024-01-10 |
| 6102951234 | andet        | 2024-02-10 |
""")


@pytest.mark.lo
def test_huskeliste_names_nobody_where_a_number_cannot_be_read(
    libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """Two citizens whose numbers are at fault in the same way are not taken for one another."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(issue(UNREADABLE))
    with libreoffice.open(path) as document:
        document.cell("_fpsheet", "D1").setValue(date_serial(TODAY))
        # The first citizen's number became a number, and so did that of another one's forløb.
        document.cell("Borgere", "C4").setValue(6503781234.0)
        document.cell("Forløb", "C4").setValue(6405901234.0)
        document.recalculate()
        assert shown(document, "Huskeliste", "EFI", first=8, rows=2) == [
            [None, None, "4"],
            ["610295-1234", "Påhit", "5"],
        ]


@pytest.mark.lo
def test_a_deadline_beyond_the_calendar_hides_no_other(
    libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """A year typed as 9999: three years later there is no day, and the list goes on without it."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(issue(LAST_YEAR))
    with libreoffice.open(path) as document:
        document.cell("_fpsheet", "D1").setValue(date_serial(TODAY))
        document.recalculate()
        assert {name: document.error_cells(name) for name in document.sheet_names} == dict.fromkeys(
            document.sheet_names, ()
        )
        assert shown(document, "Huskeliste", "BEI", first=8, rows=2) == [
            ["01-07-2021", "640590-1234", "5"],
            [None, None, None],
        ]


@pytest.mark.lo
def test_huskeliste_says_when_it_cannot_show_all(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """A kommune that has just begun: 310 from before the reform, none assessed, room for 300."""
    numbers = [f"6101{year:02}{serial:04}" for year in (80, 85) for serial in range(1000, 1155)]
    before = "pensionist_foer_reform"
    rows = [{"cpr": number, before: "ja", "sagsbehandler": "ab"} for number in numbers]
    path = tmp_path / "956.xlsx"
    path.write_bytes(issue({"borger": rows}))
    with libreoffice.open(path) as document:
        document.cell("_fpsheet", "D1").setValue(date_serial(TODAY))
        document.recalculate()
        summary = document.value("Huskeliste", "B5")
        assert document.value("Huskeliste", "I307") == 303
        late = document.shown("Forside", "B14")
    assert late == "⚠ 310 frister er overskredet. Se arket Huskeliste."
    told = "Overskredne frister: 310. Frister, der kommer: 0. Kun de første er vist."
    assert summary == told


@pytest.mark.lo
def test_forside_counts_and_says_what_to_do(workbook: Document) -> None:
    """Six citizens of whom one lacks a caseworker: mend that first, then go on."""
    counts = shown(workbook, "Forside", "BDE", first=18, rows=8)
    assert counts == expected("""
| Ark          | Linjer | Fejl |
| Borgere      | 6      | 1    |
| Forløb       | 6      | 0    |
| Vurderinger  | 3      | 0    |
| Job          | 2      | 0    |
| Afgørelser   | 4      | 0    |
| Indkomst     | 0      | 0    |
| Overdragelse | 1      | 0    |
| I alt        | 22     | 1    |
""")
    assert workbook.value("Forside", "G18") == "Linje 9"
    assert workbook.shown("Forside", "B13").startswith("✖ Ret 1 fejl.")
    assert workbook.value("Forside", "B14") == "⚠ 3 frister er overskredet. Se arket Huskeliste."
    workbook.cell("Borgere", "H9").setString("ab")
    assert workbook.shown("Forside", "B13").startswith("→ Skriv navn og e-mail")
    workbook.cell("Forside", "C8").setString("Kontakt")
    assert workbook.shown("Forside", "B13").startswith("→ Skriv navn og e-mail")
    workbook.cell("Forside", "C9").setString("kontakt@kommune.example")
    assert workbook.shown("Forside", "B13").startswith("⚠ ")
    workbook.cell("Forside", "C10").setString("Ja")
    assert workbook.shown("Forside", "B13").startswith("✖ Der er valgt Ja til Ingen sager")


@pytest.mark.lo
def test_forside_of_a_kommune_without_cases(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """First the contact, then the first citizen or the nil return, then who vouches for it."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(blank())
    with libreoffice.open(path) as document:
        assert document.shown("Forside", "B13").startswith("→ Skriv navn")
        document.set_text("Forside", "C8", "Kontakt")
        document.set_text("Forside", "C9", "kontakt@kommune.example")
        assert document.shown("Forside", "B13").startswith("→ Skriv den første borger")
        document.set_text("Forside", "C10", "Ja")
        assert document.shown("Forside", "B13").startswith("→ Intet mangler at blive rettet")
        document.set_text("Forside", "C28", "Fiktiv Leder")
        document.set_text("Forside", "C29", "02-03-2026")
        assert document.shown("Forside", "C29") == "02-03-2026"
        assert document.shown("Forside", "B13").startswith("✔ Ingen sager i perioden.")
        assert document.shown("Forside", "B14") == ""
