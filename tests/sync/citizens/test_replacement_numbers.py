"""Replacement CPR numbers over kommuner: one number from two kommuner is two citizens.

Each kommune makes them for itself, so the same ten digits need not be the same citizen; the note
to the tables says that they count in each until the real number is reported.

One small country is worked by hand, others are counted a second time by the naive implementation,
which is given CPR numbers and the words of the note: it knows nothing of pseudonyms.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.database.store import open_store
from fpsheet_sync.statistics.tables.release import (
    ReleaseRequest,
    compute_release,
    count_release,
    lay_out,
)
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.load import load_form
from tests.support.country import Country
from tests.support.editions import YEAR, table_of
from tests.support.naive_statistics import NaiveCount
from tests.support.statistics_check import differences
from tests.support.submissions import RowSpec, Sending, build, send, sync

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission
    from fpsheet_sync.statistics.stat_table import Cell, Release
    from tests.support.country import Record

SAME = "6101809123"
"""Made by two kommuner, each for a citizen of its own."""


def sheets(number: str) -> str:
    """Return what a kommune reports: an award, a job and a forløb of its citizen."""
    return f"""
# borger
| id | cpr      | pensionist_foer_reform |
| 1  | {number} | nej                    |

# forloeb
| id | cpr      | forloeb_type | start_dato |
| 1  | {number} | andet        | 2025-02-01 |

# job
| id | cpr      | job_type | start_dato |
| 1  | {number} | fleksjob | 2025-03-01 |

# afgoerelse
| id | cpr      | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato |
| 1  | {number} | 2025-03-01      | tilkendelse | mellemste | 2025-04-01    |
"""


def tables(store: Store) -> Release:
    """Count 2025 for Greenland."""
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    with store.read() as connection:
        return compute_release(connection, load_form(), request)


def numbers(made: Release, table_id: str, column: str) -> dict[tuple[str, ...], Cell]:
    """Return a column of the rows of 955, 956 and the country."""
    found = table_of(made, table_id)
    place = [each.id for each in found.columns].index(column)
    rows = {key: row[place] for key, row in zip(found.keys, found.rows, strict=True)}
    return {key: cell for key, cell in rows.items() if not any(key[1:])}


def test_one_replacement_number_of_two_kommuner_is_two_citizens(tmp_path: Path) -> None:
    """T14, T01, T08 and T15: one in each, two in the country; the note says that it is so."""
    keys = derive_keys(b"\x07" * 32, fictional=False)
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(open_store(url, load_form(), keys=keys, create=True)) as store:
        send(store, sheets(SAME), Sending(kommune="955", workbook="CCCCCCCC"))
        send(store, sheets(SAME), Sending(kommune="956", workbook="AAAAAAAA"))
        made = tables(store)
    for table_id, column in (("T14", "bestand"), ("T01", "borgere"), ("T08", "borgere_sidste_dag")):
        found = numbers(made, table_id, column)
        one = {key[0]: cell for key, cell in found.items()}
        assert (one["955"], one["956"], one[""]) == (1, 1, 2), table_id
        assert "stock_kommune" in table_of(made, table_id).notes
    # T15: nobody on the day before the period, so both came to it.
    found = numbers(made, "T15", "tilgang")
    assert {key[0]: cell for key, cell in found.items() if cell} == {"955": 1, "956": 1, "": 2}
    assert "stock_kommune" in table_of(made, "T15").notes
    note = Wording(load_form(), "da").text("note.stock_kommune")
    assert "erstatnings-CPR-nummer" in note
    assert "tæller i hver kommune for sig" in note


KOMMUNER = {"955": "CCCCCCCC", "956": "AAAAAAAA", "957": "BBBBBBBB"}
"""Kommune → its workbook."""
REPLACED = ("6101809123", "7512759124", "9112609125")
"""The same ten digits in several kommuner."""
REAL = ("0101809131", "1512759134", "3006609135")
"""Invented, but of days that exist: in the whole country each is one citizen's."""
SHEETS = {
    "forloeb": ("forloeb_type", ("revurdering", "andet", "afklaringsforloeb"), "start_dato"),
    "vurdering": ("arbejdsevne_pct", ("10", "30", "60"), "vurdering_dato"),
    "job": ("job_type", ("fleksjob", "ordinaer", "skaanejob"), "start_dato"),
    "afgoerelse": ("afgoerelse", ("tilkendelse", "afslag", "bortfald"), "afgoerelse_dato"),
    "indkomst": ("indkomst_kilde", ("loen", "arbejdsskade"), "fra_dato"),
    "overdragelse": ("til_kommune", tuple(KOMMUNER), "dato"),
}


@dataclass(frozen=True, eq=False)
class CountByNumber(NaiveCount):
    """Counts records that name their citizen by CPR number.

    As the note says: a replacement number in each kommune apart, until the real number is reported
    together with the former one.

    Attributes:
        real: (kommune, replacement number) → the real number reported together with it.
    """

    real: dict[tuple[str, str], str] = field(default_factory=dict)

    def unit(self, row: Record) -> str:
        """Return the citizen: the number, with the kommune where it is one of its own making."""
        kommune, cpr = str(row["kommune_kode"]), str(row["borger"])
        cpr = self.real.get((kommune, cpr), cpr)
        return f"{kommune} {cpr}" if int(cpr[:2]) > 60 else cpr


def invent(random: Random) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return what each kommune reports, by sheet, of citizens with replaced and real numbers."""
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 15), date(2025, 12, 31)]
    country: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for kommune in KOMMUNER:
        own = random.sample(REPLACED + REAL, k=4)
        sheets: dict[str, list[dict[str, Any]]] = {
            "borger": [
                {"cpr": cpr, "pensionist_foer_reform": random.choice(("ja", "nej"))} for cpr in own
            ]
        }
        for sheet, (what, kinds, day) in SHEETS.items():
            sheets[sheet] = [
                {"cpr": random.choice(own), what: random.choice(kinds), day: random.choice(days)}
                for _ in range(4)
            ]
        for row in sheets["vurdering"]:
            row["arbejdsevne_pct"] = int(row["arbejdsevne_pct"])
        for row in sheets["afgoerelse"]:
            if row["afgoerelse"] == "tilkendelse":
                row["niveau"] = random.choice(("laveste", "mellemste"))
        country[kommune] = sheets
    return country


def submission(kommune: str, sheets: dict[str, list[dict[str, Any]]], minute: int) -> Submission:
    """Return the file of a kommune."""
    workbook = KOMMUNER[kommune]
    rows = {
        sheet: [
            RowSpec(row, row_id(workbook, sheet, row), values)
            for row, values in enumerate(own, start=4)
        ]
        for sheet, own in sheets.items()
    }
    return build(rows, Sending(kommune=kommune, workbook=workbook, minute=minute))


def row_id(workbook: str, sheet: str, row: int) -> str:
    """Return the id of a row of a workbook."""
    return f"{workbook}-{load_form().sheet(sheet).letter}-{row:04}"


def as_records(country: dict[str, dict[str, list[dict[str, Any]]]]) -> dict[str, list[Record]]:
    """Return the same rows for the naive count, by sheet, each with kommune, number and id."""
    found: dict[str, list[Record]] = {}
    for kommune, sheets in country.items():
        for sheet, own in sheets.items():
            for number, row in enumerate(own, start=4):
                named = {"kommune_kode": kommune, "borger": row["cpr"]}
                named["raekke_id"] = row_id(KOMMUNER[kommune], sheet, number)
                found.setdefault(sheet, []).append(row | named)
    return found


def person(cpr: str) -> tuple[str, date]:
    """Return sex and birth date of a number of the 1900s; a replacement has 60 more days."""
    day = int(cpr[:2]) - 60 * (int(cpr[:2]) > 60)
    born = date(1900 + int(cpr[4:6]), int(cpr[2:4]), day)
    return ("M" if int(cpr[-1]) % 2 else "K"), born


def check_numbers(
    store: Store,
    country: dict[str, dict[str, list[dict[str, Any]]]],
    real: dict[tuple[str, str], str],
) -> int:
    """Compare every cell with the naive count; return how many citizens were counted."""
    form = load_form()
    kommuner = {code for code, each in form.kommuner.items() if each.jurisdiction == "GL"}
    persons = {cpr: person(cpr) for cpr in REPLACED + REAL}
    named = Country(persons, as_records(country))
    naive = CountByNumber(named, form, frozenset(kommuner), YEAR.fra, YEAR.til, real)
    facts = list(naive.facts())
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    with store.read() as connection:
        counting = count_release(connection, form, request)
        for area in ("GL", *KOMMUNER):
            own = replace(request, area=area)
            assert differences(lay_out(counting, own), own, facts, kommuner) == [], area
    return len({naive.unit(row) for rows in named.records.values() for row in rows})


@pytest.mark.parametrize("seed", range(3))
def test_replacement_numbers_count_as_the_words_of_the_note_say(tmp_path: Path, seed: int) -> None:
    """Every cell of every table; then once more when one kommune has learned a real number."""
    country = invent(Random(seed))
    keys = derive_keys(b"\x07" * 32, fictional=False)
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(open_store(url, load_form(), keys=keys, create=True)) as store:
        sync(store, *(submission(kode, sheets, 0) for kode, sheets in country.items()))
        before = check_numbers(store, country, {})
        shared = [cpr for cpr in REPLACED if len(who_has(country, cpr)) > 1]
        former = shared[0]
        kommune = who_has(country, former)[0]
        now = next(cpr for cpr in REAL if kommune not in who_has(country, cpr))
        for rows in country[kommune].values():
            for row in rows:
                row["cpr"] = now if row["cpr"] == former else row["cpr"]
        (citizen,) = (row for row in country[kommune]["borger"] if row["cpr"] == now)
        citizen["tidligere_cpr"] = former
        sync(store, submission(kommune, country[kommune], 1))
        after = check_numbers(store, country, {(kommune, former): now})
    # One less where another kommune had the real number already; never one less of the others'.
    assert before - after == bool(who_has(country, now)[1:])


def who_has(country: dict[str, dict[str, list[dict[str, Any]]]], cpr: str) -> list[str]:
    """Return the kommuner that report a number."""
    return [
        kode
        for kode, sheets in country.items()
        if any(row["cpr"] == cpr for row in sheets["borger"])
    ]
