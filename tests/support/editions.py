"""A small country that publishes, is revised, and publishes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from fpsheet.progress import Silent
from fpsheet.statistics.edition_order import Order, Written
from fpsheet.statistics.publishing import publish
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.statistics.publication.publication import read_editions, read_publications
from fpsheet_sync.statistics.stat_table import Period
from tests.support.submissions import Sending, send

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.stat_table import Release, StatTable

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
DAY = date(2026, 3, 2)
ACTOR = Actor("departementet", datetime(2026, 3, 2, 12, tzinfo=UTC))
SECRET = b"afrunding i proever, ikke hemmelig"
LEVELS = ("hoejeste", "mellemste", "laveste")
WORKBOOKS = {"955": "CCCCCCCC", "956": "AAAAAAAA"}
DANISH = {"707": "DDDDDDDD", "751": "EEEEEEEE"}

Award = tuple[str, str]
"""Level, and the reason for annulling it ("" for none)."""


def cpr(kommune: str, number: int) -> str:
    """Return the CPR number of an invented citizen, all born on the same day of 1980."""
    return f"610180{1000 + 100 * (int(kommune) - 950) % 9000 + number}"


def awards(kommune: str, given: Mapping[int, Award], moves: Mapping[int, str] | None = None) -> str:
    """Return the sheets of a kommune: awards of 2025, and citizens that moved at the end of it.

    Award n was given on the 5th of month 1 + n modulo 12.
    """
    lines = ["# afgoerelse", "| id | cpr | afgoerelse_dato | afgoerelse | niveau | annuller |"]
    lines += [
        f"| {n} | {cpr(kommune, n)} | 2025-{1 + n % 12:02}-05 | tilkendelse | {level} | {gone} |"
        for n, (level, gone) in given.items()
    ]
    if moves:
        lines += ["", "# overdragelse", "| id | cpr | til_kommune | dato |"]
        lines += [
            f"| {n} | {cpr(kommune, who)} | {where} | 2025-12-15 |"
            for n, (who, where) in enumerate(moves.items(), start=1)
        ]
    return "\n".join(lines)


def ten_of_each() -> dict[int, Award]:
    """Return ten awards of each level: 1-10 højeste, 11-20 mellemste, 21-30 laveste."""
    return {
        1 + 10 * place + n: (level, "") for place, level in enumerate(LEVELS) for n in range(10)
    }


def report(
    store: Store,
    kommune: str,
    given: Mapping[int, Award],
    *,
    moves: Mapping[int, str] | None = None,
    minute: int = 0,
) -> None:
    """Let a kommune report its awards."""
    sending = Sending(kommune=kommune, workbook=(WORKBOOKS | DANISH)[kommune], minute=minute)
    send(store, awards(kommune, given, moves), sending)


def first_reports(store: Store) -> None:
    """Let 955 and 956 report thirty awards each."""
    for kommune in WORKBOOKS:
        report(store, kommune, ten_of_each())


def revised_reports(store: Store) -> None:
    """Let both report again, with one change of each kind.

    955 corrects award 1 (højeste, should be mellemste) and withdraws award 30 (laveste). 956 has
    one more (højeste), and hands the citizen of award 11 (mellemste) over to 955.
    """
    corrected = ten_of_each()
    corrected[1] = ("mellemste", "")
    corrected[30] = ("laveste", "fejlindtastning")
    report(store, "955", corrected, minute=10)
    report(store, "956", ten_of_each() | {31: ("hoejeste", "")}, moves={11: "955"}, minute=10)


def order(**details: object) -> Order:
    """Return an order for 2025 in Danish at the lowest threshold."""
    plain = Order(YEAR, DAY, "da", threshold=3, secret=SECRET)
    return replace(plain, **details)  # type: ignore[arg-type]


def issue(store: Store, folder: Path, **details: object) -> Written:
    """Publish, and write the files."""
    wanted = order(actor=ACTOR, **details)
    return publish(store, wanted, folder, Silent())


def write(store: Store, folder: Path, **details: object) -> Written:
    """Write files without publishing."""
    return publish(store, order(**details), folder, Silent())


AUDIT = "-kontrol-"
"""In the name of the audit report, which is written once, when an edition is published."""


def inside(folder: Path) -> Path:
    """Return where what must not be passed on is written when a folder is named."""
    return folder.with_name(f"{folder.name}-fortroligt")


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return every file of the editions below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and AUDIT not in path.name
    }


def edition(store: Store, number: int, area: str = "GL", period: Period = YEAR) -> Release:
    """Return a published edition in Danish."""
    with store.read() as connection:
        known = read_publications(connection, "GL", period)
        found = read_editions(connection, next(one for one in known if one.number == number))
    return next(one for one in found if (one.area, one.language) == (area, "da"))


def table_of(release: Release, table_id: str) -> StatTable:
    """Return a table of an edition."""
    return next(table for table in release.tables if table.id == table_id)
