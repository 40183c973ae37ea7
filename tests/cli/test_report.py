"""`report` through the real command line: what goes wrong is said in a sentence, and nothing is
half done. Exit code 1 where there is nothing to write, 2 where the question is wrong.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.departement import statistics_steps
from fpsheet.statistics.edition_order import Order, Written
from fpsheet_sync.database.keys import write_clerk_secret
from tests.support.editions import bytes_of, first_reports, revised_reports
from tests.support.submissions import new_store

YEAR = ("--from", "01-01-2025", "--to", "31-12-2025")
TODAY = ("--today", "02-03-2026")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with the settings of a departement that shows counts from 3."""
    settings = tmp_path_factory.mktemp("settings") / "fpsheet.toml"
    settings.write_text('publisher = "Departementet for prøver"\nthreshold = 3\n', "utf-8")
    return {"FPSHEET_CONFIG": str(settings)}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the reports of two kommuner."""
    folder = tmp_path_factory.mktemp("central")
    url = f"sqlite:///{folder / 'central.db'}"
    write_clerk_secret(folder / "central.lognoegle", bytes(range(32)))
    store = new_store(url)
    first_reports(store)
    store.close()
    return url


def ask(
    arguments: list[str], environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run `report` and return exit code, output and what it says went wrong."""
    capsys.readouterr()
    code = run(["report", *arguments], environment=environment)
    caught = capsys.readouterr()
    assert "Traceback" not in caught.err
    return code, caught.out, caught.err


@pytest.mark.parametrize(
    ("more", "seconds"), [([], 120), (["--proof-seconds", "7"], 7), (["--proof-seconds", "0"], 1)]
)
def test_worlds_are_sought_as_long_as_is_asked_for(
    more: list[str],
    seconds: int,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two minutes for each period if nothing is asked, and never not at all."""
    orders: list[Order] = []

    def take(_central: object, order: Order, *_: object) -> Written:
        orders.append(order)
        return Written()

    monkeypatch.setattr(statistics_steps, "publish_statistics", take)
    ask(
        [*YEAR, "--publish", "--db", "sqlite:///none.db", "--out", "ud", *more], environment, capsys
    )
    assert [order.certify_seconds for order in orders] == [seconds]


def test_an_empty_database_says_why_there_is_nothing(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 1, the reason and what to do; no folder is made, published or not."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    write_clerk_secret(tmp_path / "central.lognoegle", bytes(range(32)))
    new_store(url).close()
    out = tmp_path / "ud"
    arguments = [*YEAR, *TODAY, "--db", url, "--out", str(out)]
    for more in ([], ["--publish"], ["--internal"], ["--as-of", "01-02-2026"]):
        code, _, err = ask([*arguments, *more], environment, capsys)
        assert code == ExitCode.FINDINGS
        assert "Der er ikke skrevet nogen statistik, for ingen kommune havde" in err or (
            "for ingen kommune har indberettet noget endnu. Hent indberetningerne med" in err
        )
    code, told, err = ask([*arguments, "--json"], environment, capsys)
    assert code == ExitCode.FINDINGS
    assert json.loads(told)["files"] == []
    assert "fpsheet sync" in json.loads(told)["why_nothing"]
    assert err == ""
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (
            ["--from", "31-12-2025", "--to", "01-01-2025"],
            2,
            "slutter, før den begynder. Skriv den første dag først og den sidste dag sidst.",
        ),
        (
            ["--from", "01-01-2028", "--to", "31-12-2028"],
            2,
            "Ingen kommune har indberettet for 2028. Vælg en periode, som en kommune har",
        ),
        ([*YEAR, "--kommune", "999"], 2, "999"),
        ([*YEAR, "--kommune", "957"], 1, "ingen indberetning fra Qeqqata Kommunia"),
        ([*YEAR, "--as-of", "7"], 2, "Der er ingen udgave 7 for 2025. Intet er udgivet"),
        ([*YEAR, "--as-of", "31-02-2026"], 2, "hverken nummeret på en udgave eller en dag"),
        ([*YEAR, "--as-of", "01-01-2020"], 1, "ved udgangen af 1. januar 2020"),
        ([*YEAR, "--publish", "--internal"], 2, "--publish kan ikke bruges sammen med"),
        ([*YEAR, "--publish", "--as-of", "1"], 2, "--publish kan ikke bruges sammen med"),
    ],
)
def test_questions_without_an_answer(
    arguments: list[str],
    code: int,
    sentence: str,
    database: str,
    tmp_path: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A clear sentence, the code that was promised, and no folder."""
    out = tmp_path / "ud"
    given = [*arguments, *TODAY, "--db", database, "--out", str(out)]
    found, _, err = ask(given, environment, capsys)
    assert found == code
    assert sentence in err
    assert not out.exists()


def test_a_folder_that_cannot_be_written_in(
    database: str,
    tmp_path: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file in its place, a file above it, and a place nobody may write to; nothing is published.

    `/proc` refuses everybody, where a folder without the right to write still lets root write.
    """
    taken = tmp_path / "fil"
    taken.write_text("kept", encoding="utf-8")
    places = [taken, taken / "under", *([Path("/proc/ud")] if Path("/proc").is_dir() else [])]
    for place in places:
        given = [*YEAR, *TODAY, "--db", database, "--publish", "--out", str(place)]
        code, _, err = ask(given, environment, capsys)
        assert code == ExitCode.USAGE
        assert str(place) in err
    assert [path.name for path in tmp_path.iterdir()] == ["fil"]
    assert taken.read_text(encoding="utf-8") == "kept"
    code, _, err = ask(
        [*YEAR, "--as-of", "1", "--db", database, "--out", str(tmp_path / "ud")],
        environment,
        capsys,
    )
    assert (code, "Der er ingen udgave 1" in err) == (ExitCode.USAGE, True)


@pytest.mark.slow
def test_publish_and_give_out_again(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Draft, edition 1, the same again, edition 2, and edition 1 once more."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    write_clerk_secret(tmp_path / "central.lognoegle", bytes(range(32)))
    store = new_store(url)
    first_reports(store)

    def report(folder: str, *more: str) -> str:
        arguments = [*YEAR, *TODAY, "--db", url, "--out", str(tmp_path / folder), *more]
        code, out, err = ask(arguments, environment, capsys)
        assert (code, err) == (ExitCode.DONE, "")
        return out

    report("kladde")
    assert all("-kladde" in name for name in bytes_of(tmp_path / "kladde"))
    first = "Udgave 1 for Grønland er udgivet, opgjort pr. 2. marts 2026."
    assert first in report("et", "--publish")
    assert "Intet er ændret siden udgave 1" in report("igen", "--publish")
    assert bytes_of(tmp_path / "et") == bytes_of(tmp_path / "igen")
    revised_reports(store)
    store.close()
    told = json.loads(report("to", "--publish", "--json"))
    assert [(one["area"], one["edition"], one["new"]) for one in told["editions"]] == [
        ("GL", 2, True)
    ]
    # Five numbers have changed by one or two: no print moves, and T22 has nothing to list.
    assert any(name.endswith("udgave-2-t11.csv") for name in bytes_of(tmp_path / "to"))
    assert not any(name.endswith("udgave-2-t22.csv") for name in bytes_of(tmp_path / "to"))
    told_again = report("atter", "--as-of", "1")
    assert "Udgave 1 for Grønland, opgjort pr. 2. marts 2026, er skrevet" in told_again
    assert bytes_of(tmp_path / "atter") == bytes_of(tmp_path / "et")
