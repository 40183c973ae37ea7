"""Editions: frozen, numbered, given out again to the byte (I12), and keeping what they printed.

On SQLite and PostgreSQL, through the function the command line calls.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fpsheet.statistics.publishing import internal_edition
from fpsheet_sync.database.access_log import read_log
from fpsheet_sync.database.store import open_store, settled
from fpsheet_sync.disclosure.disclosure_error import DisclosureError, disclosure_failure
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_sync.statistics.publication.draft import describe, make_draft
from fpsheet_sync.statistics.publication.frozen_files import (
    freeze,
    freeze_releases,
    thaw,
    thaw_releases,
)
from fpsheet_sync.statistics.publication.publication import (
    read_before,
    read_publications,
    save_drafts,
)
from fpsheet_sync.statistics.stat_table import Column, ColumnKind, Period, Release, StatTable
from fpsheet_sync.statistics.tables.number_name import number_of
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_templates.errors import StoreError, UsageError
from fpsheet_templates.load import load_form
from tests.support.editions import (
    ACTOR,
    DAY,
    LEVELS,
    SECRET,
    YEAR,
    bytes_of,
    edition,
    first_reports,
    inside,
    issue,
    order,
    report,
    revised_reports,
    ten_of_each,
    write,
)
from tests.support.logs import find_break
from tests.support.submissions import START

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet.statistics.edition_order import Written
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.publication.publication import Publication


LATER = date(2026, 6, 1)
HALF = Period(date(2025, 1, 1), date(2025, 6, 30))
sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
"""For what does not depend on the database: a publication takes a second or two."""


def published(store: Store, period: Period = YEAR) -> tuple[Publication, ...]:
    """Return the editions of Greenland."""
    with store.read() as connection:
        return read_publications(connection, "GL", period)


def printed(release: Release) -> dict[str, object]:
    """Return every count of an edition by its name, as it stands."""
    return {
        number_of(release, table, column, key).id: cell
        for table in release.tables
        for key, row in zip(table.keys, table.rows, strict=True)
        for column, cell in zip(table.columns, row, strict=True)
        if column.of and column.kind is ColumnKind.COUNT
    }


@pytest.mark.slow
def test_an_edition_is_given_out_again_to_the_byte(store: Store, tmp_path: Path) -> None:
    """I12: after later reports, another publication and other settings, in every format."""
    first_reports(store)
    issue(store, tmp_path / "first")
    known = bytes_of(tmp_path / "first")
    assert {name.rpartition(".")[2] for name in known} == {"xlsx", "ods", "csv"}
    revised_reports(store)
    issue(store, tmp_path / "second", counted_on=LATER)
    write(store, tmp_path / "again", edition=1, counted_on=LATER, threshold=9)
    assert bytes_of(tmp_path / "again") == known
    write(store, tmp_path / "english", edition=1, language="en")
    assert len(bytes_of(tmp_path / "english")) == len(known)
    assert [each.number for each in published(store)] == [1, 2]
    # What is counted once more as of the edition's commit is what it printed.
    write(store, tmp_path / "day", as_of=(START + timedelta(days=1)).date())
    second = bytes_of(tmp_path / "second")
    assert bytes_of(tmp_path / "day") == second
    assert second.keys() != known.keys()


@sqlite
def test_a_later_version_of_the_program_gives_the_same_bytes(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was handed out is kept: a version with wider columns writes the old files again."""
    first_reports(store)
    issue(store, tmp_path / "first")
    known = bytes_of(tmp_path / "first")
    monkeypatch.setattr("fpsheet.statistics.page_layout._NARROW", 30.0)
    write(store, tmp_path / "again", edition=1)
    assert bytes_of(tmp_path / "again") == known
    write(store, tmp_path / "same")
    assert bytes_of(tmp_path / "same") == known
    write(store, tmp_path / "one", edition=1, kommuner=("955",))
    own = bytes_of(tmp_path / "one")
    assert own == {name: data for name, data in known.items() if "-955-" in name}
    # Nobody was handed English files, so they are made now.
    write(store, tmp_path / "english", edition=1, language="en")
    assert len(bytes_of(tmp_path / "english")) == len(known)


@sqlite
def test_an_edition_of_an_earlier_version_has_no_files_of_its_own(
    store: Store, tmp_path: Path
) -> None:
    """Editions published before files were kept are made from what they printed."""
    first_reports(store)
    issue(store, tmp_path / "first")
    with store.write() as connection:
        connection.execute(text("UPDATE publikation SET filer = NULL"))
    write(store, tmp_path / "again", edition=1)
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "first")


def test_published_twice_with_nothing_changed_is_one_edition(store: Store, tmp_path: Path) -> None:
    """The second time gives the first edition, its day of counting and its bytes."""
    first_reports(store)
    once = issue(store, tmp_path / "once")
    log = len(read_log(store))
    twice = issue(store, tmp_path / "twice", counted_on=date(2026, 3, 9))
    assert bytes_of(tmp_path / "once") == bytes_of(tmp_path / "twice")
    assert (set(once.new), set(twice.new)) == ({"GL"}, set())
    assert len(published(store)) == 1
    assert len(read_log(store)) == log
    # A report that is not published is that edition too while nothing has changed.
    write(store, tmp_path / "plain")
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "once")


@sqlite
def test_a_year_later_the_figures_are_final_which_is_another_edition(
    store: Store, tmp_path: Path
) -> None:
    """Provisional figures say so; when they stop, the edition is a new one with equal numbers."""
    first_reports(store)
    issue(store, tmp_path, kommuner=("956",))
    issue(store, tmp_path, kommuner=("956",), counted_on=date(2027, 1, 1))
    first, second = edition(store, 1), edition(store, 2)
    assert all(table.provisional for table in first.tables)
    assert not any(table.provisional for table in second.tables)
    assert printed(first) == printed(second)
    assert second.edition == (
        "Udgave 2. Afløser udgave 1, opgjort pr. 2. marts 2026. Ingen tal er flyttet."
    )


def test_two_who_publish_at_once_make_one_edition(store: Store, tmp_path: Path) -> None:
    """Both get the same files; only one of them published."""
    first_reports(store)
    found: dict[int, Written] = {}

    def run(number: int) -> None:
        own = open_store(
            store.engine.url.render_as_string(hide_password=False), load_form(), keys=store.keys
        )
        found[number] = issue(own, tmp_path / str(number))
        own.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(published(store)) == 1
    assert sorted(len(written.new) for written in found.values()) == [0, 1]
    assert bytes_of(tmp_path / "0") == bytes_of(tmp_path / "1")


def test_an_edition_that_was_numbered_too_early_is_not_saved(store: Store, tmp_path: Path) -> None:
    """Numbered, then another is published, then counted with that one known: made again."""
    first_reports(store)
    plan = EditionPlan(load_form(), "GL", YEAR, DAY, settled(store), ("da",), 3, {}, secret=SECRET)
    numbered = describe(store, plan)
    issue(store, tmp_path / "first")
    draft = make_draft(store, plan, numbered, publishes=True)
    assert draft.seen == published(store)[-1].id
    assert not save_drafts(store, [draft], ACTOR)
    assert len(published(store)) == 1


def test_a_publication_that_fails_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """Where its line in the log cannot be written there is no edition and no file."""
    first_reports(store)
    with store.write() as connection:
        connection.execute(text("ALTER TABLE adgangslog RENAME TO borte"))
    with pytest.raises(StoreError):
        issue(store, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    assert published(store) == ()
    with store.write() as connection:
        connection.execute(text("ALTER TABLE borte RENAME TO adgangslog"))
    # Published, and killed before the files were written: they are made again by number.
    issue(store, tmp_path / "lost")
    write(store, tmp_path / "found", edition=1)
    assert bytes_of(tmp_path / "found") == bytes_of(tmp_path / "lost")
    assert read_log(store)[-1].deed.action == "udgivelse"
    assert find_break(store) is None


@sqlite
def test_a_number_keeps_its_print(store: Store, tmp_path: Path) -> None:
    """955's two højeste become four: every number stands as it stood, and nothing is listed."""
    few = {n: award for n, award in ten_of_each().items() if n > 8}
    report(store, "955", few)
    report(store, "956", ten_of_each())
    issue(store, tmp_path, kommuner=("956",))
    more = few | {31: ("hoejeste", ""), 32: ("hoejeste", "")}
    report(store, "955", more, minute=10)
    issue(store, tmp_path, kommuner=("956",))
    first, second = (printed(edition(store, number)) for number in (1, 2))
    assert first == second
    assert first["afgoerelse.tilkendelse|2025-01-01|2025-12-31|land=955|niveau=hoejeste"] in {0, 5}
    assert "T22" not in {each.id for each in edition(store, 2).tables}
    with store.read() as connection:
        before = read_before(connection, "GL")
    assert {name: ones[-1].value for name, ones in before.prints.items()}.items() >= first.items()
    assert before.exact == {}


@sqlite
def test_a_year_does_not_tell_the_half_that_nobody_printed(store: Store, tmp_path: Path) -> None:
    """Half a year is printed, then the year: the rest, 955's two awards of July, may be 0 to 10."""
    months = {n: (LEVELS[n % 3], "") for n in range(1, 91) if n % 12 <= 5}
    report(store, "955", months | {6: ("laveste", ""), 18: ("laveste", "")})
    report(store, "956", {n: (LEVELS[n % 3], "") for n in range(1, 91)})
    issue(store, tmp_path, period=HALF, kommuner=("956",))
    issue(store, tmp_path, kommuner=("956",))
    name = "afgoerelse.tilkendelse|2025-01-01|{}|land=955"
    half = int(str(printed(edition(store, 1, period=HALF))[name.format("2025-06-30")]))
    year = int(str(printed(edition(store, 1))[name.format("2025-12-31")]))
    assert half % 5 == year % 5 == 0
    rest = {
        whole - part
        for whole in range(year - 4, year + 5)
        for part in range(half - 4, half + 5)
        if whole >= part
    }
    assert len(months) + 2 - len(months) in rest
    assert len(rest) >= 3


@pytest.mark.slow
@sqlite
@pytest.mark.parametrize(
    "spoil",
    [
        "celler = (SELECT celler FROM publikation WHERE id = 2)",
        "udgaver = (SELECT udgaver FROM publikation WHERE id = 2)",
        "celler = x'00'",
    ],
    ids=["numbers of another", "tables of another", "unreadable"],
)
def test_what_is_kept_of_an_edition_must_be_what_it_printed(
    store: Store, tmp_path: Path, spoil: str
) -> None:
    """Swapped for another edition's, or damaged: nothing is published, and a sentence says so."""
    first_reports(store)
    issue(store, tmp_path / "year")
    issue(store, tmp_path / "half", period=HALF)
    report(store, "955", {n: award for n, award in ten_of_each().items() if n > 9}, minute=10)
    with store.write() as connection:
        connection.execute(text(f"UPDATE publikation SET {spoil} WHERE id = 1"))
    with pytest.raises(StoreError, match="passer ikke med det, udgaven viser") as refused:
        issue(store, tmp_path / "none")
    assert "sikkerhedskopi" in str(refused.value.remedy)
    assert len(published(store)) == 1
    assert not (tmp_path / "none").exists()


@sqlite
def test_there_is_no_edition_of_that_number(store: Store, tmp_path: Path) -> None:
    """The sentence says which there are, and nothing is written."""
    first_reports(store)
    with pytest.raises(UsageError, match="Intet er udgivet for den periode"):
        write(store, tmp_path / "none", edition=1)
    issue(store, tmp_path / "first")
    with pytest.raises(UsageError, match="Der er udgivet: 1"):
        write(store, tmp_path / "none", edition=2)
    assert not (tmp_path / "none").exists()


@sqlite
def test_the_internal_edition_of_a_publication(store: Store, tmp_path: Path) -> None:
    """It is counted again as of the edition's commit and day, whatever came later."""
    first_reports(store)
    issue(store, tmp_path / "public")
    write(store, tmp_path / "then", internal=True)
    revised_reports(store)
    write(store, tmp_path / "again", internal=True, edition=1, counted_on=LATER)
    then, again = (bytes_of(inside(tmp_path / name)) for name in ("then", "again"))
    assert then
    assert then == again
    assert not (tmp_path / "then").exists()


@sqlite
def test_a_rounding_that_is_not_done_in_time_publishes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence with a way out; no edition, no file, and the next run does it all."""
    first_reports(store)

    def late(*_: object, **__: object) -> None:
        raise disclosure_failure("time")

    with monkeypatch.context() as patched:
        patched.setattr("fpsheet_sync.statistics.protection.protect.round_release", late)
        with pytest.raises(DisclosureError, match="ikke færdig inden for tiden") as refused:
            issue(store, tmp_path / "none")
    assert "--minutes" in str(refused.value.remedy)
    assert published(store) == ()
    assert not (tmp_path / "none").exists()
    assert issue(store, tmp_path / "now").new == {"GL"}


@pytest.mark.slow
@sqlite
def test_a_draft_prints_what_is_published_and_another_secret_does_not(
    store: Store, tmp_path: Path
) -> None:
    """The numbers looked through are those that go out; without the secret nobody foresees them.

    A secret lost after the first edition moves nothing that was printed.
    """
    report(store, "955", {n: award for n, award in ten_of_each().items() if n % 7})
    report(store, "956", {n: award for n, award in ten_of_each().items() if n % 3})
    write(store, tmp_path / "draft")
    issue(store, tmp_path / "published")
    other = b"another secret of the departement"
    late = {n: award for n, award in ten_of_each().items() if n % 3} | {31: ("laveste", "")}
    report(store, "956", late, minute=10)
    write(store, tmp_path / "again", secret=other)
    draft, out = numbers(tmp_path / "draft"), numbers(tmp_path / "published")
    assert draft == out
    assert len(out) > 500
    assert numbers(tmp_path / "again") == out
    with store.write() as connection:
        connection.execute(text("DELETE FROM publikation"))
    write(store, tmp_path / "foreseen", secret=other)
    assert numbers(tmp_path / "foreseen") != out


def numbers(folder: Path) -> list[bytes]:
    """Return every line of the tables of a folder, but T21, without what it says of its edition."""
    return [
        b";".join(line.split(b";")[:-6])
        for name, data in sorted(bytes_of(folder).items())
        if name.endswith(".csv") and not name.endswith(("-t21.csv", "-indhold.csv"))
        for line in data.splitlines()
    ]


def before_rounding(store: Store) -> None:
    """Let the first edition be one of before numbers were rounded, with every number exact."""
    areas = ("GL", "955", "956")
    full = [internal_edition(store, order(edition=1), area)[0] for area in areas]
    exact = [replace(public_tables(made), internal=False, number=1) for made in full]
    counts = {name: value for made in exact for name, value in printed_numbers(made).items()}
    kept = {"celler": freeze({"printed": counts, "hidden": {}}), "udgaver": freeze_releases(exact)}
    with store.write() as connection:
        connection.execute(
            text("UPDATE publikation SET celler = :celler, udgaver = :udgaver WHERE id = 1"), kept
        )


@sqlite
def test_an_edition_from_before_numbers_were_rounded(store: Store, tmp_path: Path) -> None:
    """It is written again as it was; the next is rounded and says that the two do not compare.

    955's four awards at højeste stand in it, so that nothing takes them back: that is told.
    """
    few = {number: award for number, award in ten_of_each().items() if number not in range(1, 7)}
    report(store, "955", few)
    report(store, "956", ten_of_each())
    assert issue(store, tmp_path / "first").plain == ()
    known = bytes_of(tmp_path / "first")
    before_rounding(store)
    write(store, tmp_path / "again", edition=1)
    assert bytes_of(tmp_path / "again") == known
    report(store, "956", ten_of_each() | {31: ("laveste", "")}, minute=10)
    told = issue(store, tmp_path / "second", threshold=5).plain
    award = "T11: Kommune Kujalleq, Tilkendelser: Højeste."
    assert (
        f"Et lille tal kan ikke beskyttes mere, fordi tidligere udgaver røber det: {award}" in told
    )
    second = edition(store, 2)
    assert second.base == 5
    assert "de to udgaver kan ikke sammenlignes tal for tal" in second.edition
    assert not {"T22", "T22b"} & {each.id for each in second.tables}
    assert all(int(str(cell)) % 5 == 0 for cell in printed(second).values())


def test_what_an_earlier_version_kept_beside_a_column_is_passed_over() -> None:
    """An edition that was stored with more about its columns opens as it was."""
    column = Column("borgere", "Borgere (antal)", ColumnKind.COUNT, of="borger")
    table = StatTable("T01", "Borgere", (), (column,), ((8,),), (("",),), (), "central", YEAR)
    release = Release("Statistik", "GL", "da", DAY, "0", internal=False, tables=(table,))
    kept = thaw(freeze_releases([release]))
    kept[0]["tables"][0]["columns"][0]["compares"] = ["afslag"]
    assert thaw_releases(freeze(kept)) == (release,)
