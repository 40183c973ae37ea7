"""A withdrawn edition stays in the list with its reason; the next one says what it replaces."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fpsheet.cli.program import make_program, run
from fpsheet.cli.session import Session
from fpsheet.cli.words import load_words
from fpsheet.statistics.edition_list import list_editions
from fpsheet_sync.database.access_log import read_log
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.statistics.publication.withdrawal import Withdrawal
from fpsheet_templates.errors import UsageError
from tests.support.editions import bytes_of, edition, first_reports, issue, write
from tests.support.submissions import new_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store

PERIOD = ("--from", "01-01-2025", "--to", "31-12-2025")
EDITION_1 = (*PERIOD, "--country", "GL", "--edition", "1")
REASON = "956 havde sendt et forkert aar."


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return where the database is."""
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    return f"sqlite:///{(tmp_path / 'central.db').as_posix()}"


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """Return a database that has published edition 1."""
    with closing(new_store(url)) as made:
        first_reports(made)
        issue(made, tmp_path / "first")
        yield made


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command; return its exit code and all it said, lines joined."""
    code = run([*words], environment={"FPSHEET_CONFIG": "none", "FPSHEET_KEY_FOLDER": "none"})
    said = capsys.readouterr()
    return code, " ".join((said.out + said.err).split())


@pytest.mark.slow
def test_a_withdrawn_edition_is_listed_refused_and_replaced(
    store: Store, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Withdraw 1; it is not given out again; the same numbers become 2, which says why."""
    code, said = ask(capsys, "withdraw", *EDITION_1, "--reason", REASON, "--db", url)
    assert (code, "er trukket tilbage" in said) == (0, True)
    code, said = ask(capsys, "editions", "--db", url)
    assert code == 0
    assert "Grønland, 2025: udgave 1, opgjort pr. 2. marts 2026." in said
    assert "hele landet" not in said
    assert "udgave 1, opgjort pr. 2. marts 2026." in said
    assert f": {REASON}" in said
    with pytest.raises(UsageError, match=REASON) as refusal:
        write(store, tmp_path / "again", edition=1)
    assert "Udgiv en ny udgave med --publish" in str(refusal.value.remedy)
    assert bytes_of(tmp_path / "again") == {}
    assert issue(store, tmp_path / "second").new == {"GL"}
    told = edition(store, 2).edition
    assert "Udgave 2." in told
    assert "Udgave 1 blev trukket tilbage" in told
    assert told.endswith(REASON)
    with pytest.raises(UsageError, match="trukket tilbage") as refusal:
        write(store, tmp_path / "again", edition=1, internal=True)
    assert "Brug udgave 2" in str(refusal.value.remedy)
    assert write(store, tmp_path / "used", edition=2).files
    assert bytes_of(tmp_path / "used") == bytes_of(tmp_path / "second")
    # Edition 2 stands: the same order gives it again, and no third.
    assert issue(store, tmp_path / "third").new == frozenset()
    code, said = ask(capsys, "editions", *PERIOD, "--db", url, "--json")
    shown = [(one["edition"], one["reason"], one["replaced_by"]) for one in json.loads(said)]
    assert shown == [(1, REASON, 2), (2, "", 0)]
    (line,) = [e for e in read_log(store) if e.deed.action == "tilbagetrukket"]
    with store.read() as connection:
        assert [one.replaced_by for one in list_editions(connection, ("GL",), None)] == [2, 0]
    assert line.deed.details["grund"] == REASON


@pytest.mark.slow
def test_what_cannot_be_withdrawn_is_told_and_nothing_changes(
    store: Store, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No such edition, no country, a CPR number in the reason, twice."""
    go = ("withdraw", *PERIOD, "--db", url)
    for words, wanted in (
        (("--country", "GL", "--edition", "7", "--reason", "x"), "7"),
        (("--country", "SE", "--edition", "1", "--reason", "x"), "Skriv GL eller DK"),
        (("--country", "GL", "--edition", "1", "--reason", "om 610180-1234"), "CPR"),
    ):
        code, said = ask(capsys, *go, *words)
        assert (code, wanted in said) == (2, True), said
        assert "610180" not in said
    with store.read() as connection:
        assert [one.withdrawal for one in list_editions(connection, ("GL",), None)] == [None]
    again = (*go, "--country", "GL", "--edition", "1", "--reason", REASON)
    assert ask(capsys, *again)[0] == 0
    code, said = ask(capsys, *again)
    assert (code, "blev trukket tilbage" in said) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Copenhagen", date(2026, 3, 3)), ("America/Nuuk", date(2026, 3, 2))]
)
def test_the_day_is_that_of_the_desk(store: Store, url: str, zone: str, day: date) -> None:
    """Half past eleven in the evening by UTC is the next day in Copenhagen."""
    words, now = load_words("da"), datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    session = Session(words, {"FPSHEET_CONFIG": "none"}, now=now, zone=ZoneInfo(zone))
    typed = ["withdraw", *EDITION_1, "--reason", REASON, "--db", url]
    make_program(words).main(typed, "fpsheet", standalone_mode=False, obj=session)
    with store.read() as connection:
        (listed,) = list_editions(connection, ("GL",), None)
    assert listed.withdrawal == Withdrawal(day, REASON)


def test_a_period_that_ends_before_it_begins_is_refused_of_editions_too(
    store: Store, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """To list and to withdraw: the sentence and its remedy, and not that there are none."""
    turned = ("--from", "31-12-2025", "--to", "01-01-2025", "--db", url)
    last = ("--country", "GL", "--edition", "1", "--reason", REASON)
    for words in (("editions", *turned), ("withdraw", *turned, *last)):
        code, said = ask(capsys, *words)
        assert code == 2
        assert "Perioden slutter, før den begynder. Skriv den første dag først" in said
    # One day alone narrows the list too.
    for alone, count in (
        (("--from", "01-01-2025"), 1),
        (("--from", "01-02-2025"), 0),
        (("--to", "31-12-2025"), 1),
        (("--to", "30-11-2025"), 0),
    ):
        code, said = ask(capsys, "editions", *alone, "--db", url, "--json")
        assert (code, len(json.loads(said))) == (0, count), alone
    with store.read() as connection:
        assert [one.withdrawal for one in list_editions(connection, ("GL",), None)] == [None]
