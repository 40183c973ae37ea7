"""The command line speaks the person's language, also where it refuses.

Exit codes: 0 done, 1 findings, 2 wrong usage, 3 our fault.
"""

from __future__ import annotations

import io
import pickle
import sys
from typing import TYPE_CHECKING

import click
import pytest

from fpsheet.cli.console import Console, lay_out, prepare_streams, wants_plain
from fpsheet.cli.failure_output import ExitCode, run_guarded
from fpsheet.cli.program import make_program, run
from fpsheet.cli.words import find_language, load_words
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_templates.errors import SpecError, UsageError, WorkbookFileError
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENGLISH_OF_CLICK = (
    "Usage",
    "Options",
    "Commands",
    "Show this message",
    "Error",
    "No such",
    "Missing",
    "Invalid",
    "Got unexpected",
    "requires an argument",
    "does not take",
    "Try",
    "default:",
    "required",
)


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Return the path of a command and of every command below it."""
    yield path
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from walk(child, (*path, name))


PATHS = list(walk(make_program(load_words("da"))))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_is_danish(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Help of every command is there, in Danish, without a word of click's own."""
    assert run([*path, "--help"], environment={}) == ExitCode.DONE
    shown = capsys.readouterr().out
    assert "Brug: fpsheet" in shown
    assert "Vis denne hjælp" in shown
    assert not [word for word in ENGLISH_OF_CLICK if word in shown]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_is_english_on_request(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`--lang en` gives the help in English, wherever it stands."""
    assert run([*path, "--help", "--lang", "en"], environment={}) == ExitCode.DONE
    shown = capsys.readouterr().out
    assert "Usage: fpsheet" in shown
    assert "Brug:" not in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tempalte"], "ikke nogen kommando, der hedder tempalte. Mente du template?"),
        (["template", "--komune", "956"], "ikke noget tilvalg, der hedder --komune. Mente du"),
        (["template", "--kommune", "956"], "Tilvalget --out skal angives."),
        (["template", "--kommune"], "Tilvalget --kommune skal følges af en værdi."),
        (["spec", "--json=1"], "Tilvalget --json kan ikke have en værdi."),
        (["spec", "a", "b"], "Der er skrevet for meget: a b."),
        (["check"], "Der mangler FIL..."),
        (["import", "blank", "--out", "x.xlsx"], "Der mangler LISTE. Vælg mellem benchmark, skat."),
        (["check", "findes-ikke.xlsx"], "Filen »findes-ikke.xlsx« findes ikke."),
        (["check", "."], "».« er en mappe. Skriv navnet på en fil."),
        (["template", "--kommune", "000", "--out", "x.xlsx"], "ikke nogen kommune med koden »000«"),
        (["template", "--year", "i år"], "--year: »i år« er ikke et år mellem 1984 og 2099"),
        (["template", "--year", "99999"], "--year: »99999« er ikke et år mellem"),
        (["status", "--year", "0"], "--year: »0« er ikke et år mellem"),
        (["demo", "--scale", "stor"], "»stor« kan ikke vælges. Vælg mellem small, national."),
    ],
)
def test_wrong_usage(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage gets a Danish sentence on standard error, a hint, and exit code 2."""
    assert run(arguments, environment={}) == ExitCode.USAGE
    caught = capsys.readouterr()
    assert sentence in caught.err
    assert not [word for word in ENGLISH_OF_CLICK if word in caught.err]
    assert "Traceback" not in caught.err


def test_no_command_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The bare program shows what it can do; nothing was done, so the code is 2."""
    assert run([], environment={}) == ExitCode.USAGE
    assert "Kommandoer" in capsys.readouterr().out


def test_the_commands_stand_by_who_uses_them(capsys: pytest.CaptureFixture[str]) -> None:
    """The kommune's commands come first, the departement's after them; none is left over."""
    run(["--help"], environment={})
    shown = capsys.readouterr().out
    headings = [line for line in shown.splitlines() if line.startswith("Kommandoer")]
    assert headings == [
        "Kommandoer for kommunens koordinator:",
        "Kommandoer for departementet:",
        "Kommandoer for driften og om nøgler:",
        "Kommandoer for alle:",
    ]
    ours, _, others = shown.partition(headings[1])
    assert all(f"  {name} " in ours for name in ("check", "submit", "receive"))
    assert all(f"  {name} " in others for name in ("sync", "report", "db", "demo"))


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (("keys", "trust"), "--heard CIFRE"),
        (("conflicts", "resolve"), "--reason TEKST"),
        (("import", "blank"), "LISTE"),
    ],
)
def test_a_placeholder_says_what_is_typed(
    path: tuple[str, ...], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Digits are CIFRE, a sentence TEKST, a list LISTE, and none is a NAVN or VALG."""
    run([*path, "--help"], environment={})
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["spec", "--lang", "xx"], {}),
        (["--lang=xx", "spec"], {}),
        (["spec"], {"FPSHEET_LANG": "xx"}),
    ],
)
def test_an_unknown_language_is_refused_with_those_there_are(
    arguments: list[str], environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody gets Danish who asked for something else."""
    assert run(arguments, environment=environment) == ExitCode.USAGE
    said = capsys.readouterr()
    assert "»xx«" in said.err
    assert "da, en" in said.err
    assert not said.out


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "da"),
        (["check", "--lang", "en"], {}, "en"),
        (["--lang=en", "check"], {"FPSHEET_LANG": "da"}, "en"),
        ([], {"FPSHEET_LANG": "en"}, "en"),
        (["check", "--lang"], {}, ""),
    ],
)
def test_language_is_found_before_parsing(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    """The language is known before anything else, because refusals need it too."""
    assert find_language(arguments, environment) == language


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("Perioden er vendt om."), ExitCode.USAGE),
        (WorkbookFileError("Filen er åben."), ExitCode.USAGE),
        (store_failure("locked"), ExitCode.USAGE),
        (SpecError("A text is missing."), ExitCode.OURS),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
)
def test_known_errors(
    error: BaseException, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of ours shows its own sentence, and its class decides the exit code.

    Where the form itself is wrong, what to do about it is said too.
    """

    def fail() -> int:
        raise error

    assert run_guarded(fail, words=load_words("da"), environment={}) == code
    caught = capsys.readouterr().err
    assert str(error) in caught
    assert "Traceback" not in caught
    assert ("Installér programmet igen" in caught) == isinstance(error, SpecError)


def test_a_failure_of_the_database_is_said_in_the_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database's part speaks Danish; `--lang en` has the sentence and the remedy in English."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    for language, said in (("da", "Der er ingen database på"), ("en", "There is no database at")):
        arguments = ["status", "--db", url, "--lang", language]
        assert run(arguments, environment={}) == ExitCode.USAGE
        caught = capsys.readouterr().err
        assert said in caught
        assert "fpsheet db init" in caught


def test_a_failure_keeps_its_words_between_processes(capsys: pytest.CaptureFixture[str]) -> None:
    """What a worker raises is said in the language of the one who asked."""
    error = pickle.loads(pickle.dumps(disclosure_failure("setting", name="threshold", allowed=3)))

    def fail() -> int:
        raise error

    for language, said in (
        ("da", "Indstillingen threshold for"),
        ("en", "The setting threshold for"),
    ):
        assert run_guarded(fail, words=load_words(language), environment={}) == ExitCode.USAGE
        assert said in capsys.readouterr().err


def test_unknown_error_tells_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected exception is one sentence with its class: its text may hold a cell's value."""
    secret = "610170-4285"

    def fail() -> int:
        raise ValueError(secret)

    assert run_guarded(fail, words=load_words("da"), environment={}) == ExitCode.OURS
    caught = capsys.readouterr()
    assert "ValueError" in caught.err
    assert secret not in caught.err + caught.out


def test_console_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a console that knows cp1252 alone, other symbols are replaced and nothing fails."""
    stream = io.BytesIO()
    console = io.TextIOWrapper(stream, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", console)
    monkeypatch.setattr(sys, "stderr", console)
    words = load_words("da")

    def talk() -> int:
        click.echo("Forløb ✓ … → ≤ 5 ĸ")
        return 0

    run(["--help"], environment={})
    assert run_guarded(talk, words=words, environment={}) == ExitCode.DONE
    console.flush()
    shown = stream.getvalue().decode("cp1252")
    assert "Forløb + … -> <= 5 ?" in shown


def test_every_symbol_of_the_texts_has_a_stand_in() -> None:
    """No sentence of any language shows a question mark where a console lacks its symbol."""
    prepare_streams()
    texts = load_form().texts
    for language in texts.languages():
        for key, text in texts.by_language[language].items():
            shown = text.encode("cp1252", errors="fpsheet").decode("cp1252")
            assert shown.count("?") == text.count("?"), key


@pytest.mark.parametrize(
    ("environment", "is_plain"),
    [({}, False), ({"NO_COLOR": ""}, False), ({"NO_COLOR": "1"}, True), ({"TERM": "dumb"}, True)],
)
def test_colours_can_be_refused(environment: dict[str, str], *, is_plain: bool) -> None:
    """NO_COLOR and a terminal without colours get the words alone; the words are always there."""
    painted = Console(is_plain=wants_plain(environment)).paint("FEJL", "FEJL FLT-001")
    assert ("\x1b[" not in painted) is is_plain
    assert "FEJL FLT-001" in painted


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("sync", "gopher://x"), "kendes ikke"),
        (("sync", "sftp://a/b"), "paramiko"),
        (("status", "--db", "mysql://x/y"), "postgresql://server/navn"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_in_a_sentence(
    command: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and what is possible, not the name of an exception."""
    assert run(command, environment={}) == ExitCode.USAGE
    assert told in capsys.readouterr().err


def test_a_table_without_columns_has_no_lines() -> None:
    """A figure of zero has no records behind it to lay out."""
    assert lay_out([], []) == []


def test_a_table_is_folded_to_the_width_of_the_terminal() -> None:
    """No line is wider, nothing is lost but columns of zeros, and a wide terminal has it whole."""
    header = ["Kommune", "Fil", "Nye", "Annulleret", "Konflikt"]
    rows = [
        ["956", "956-2026-7a4db6107974.fpsheet", 2336, 0, None],
        ["707", "707-2026-c52986c9ae67.fpsheet", 329, 0, 3],
    ]
    assert lay_out(header, rows, width=80) == lay_out(header, rows)
    assert lay_out(header, rows, width=42) == [
        "Kommune  Fil                 Nye  Konflikt",
        "-------  ----------------  -----  --------",
        "956      956-2026-7a4db61  2.336",
        "         07974.fpsheet",
        "707      707-2026-c52986c    329         3",
        "         9ae67.fpsheet",
    ]


def test_a_row_of_status_fits_eighty_columns() -> None:
    """The longest names, every number told: each line within the width, every word in it."""
    header = ["Kommune", "Tilstand", "Modtaget", "Filer", "Linjer i karantæne", "Konflikter"]
    header = [*header, "Uforklarede advarsler"]
    row = ["956 Kommuneqarfik Sermersooq", "tilbageholdt", "02-03-2026", 12, 1234, 12, 1234]
    lines = lay_out(header, [row], width=80)
    assert max(map(len, lines)) <= 80
    words = " ".join(lines).split()
    assert set(" ".join(header).split()) <= set(words)
    assert {"956", "Kommuneqarfik", "Sermersooq", "tilbageholdt", "1.234"} <= set(words)


def test_a_row_of_sync_breaks_no_heading_at_eighty_columns() -> None:
    """Seven numbers do not fit beside a file's name: the row is a list, each heading whole."""
    header = ["Kommune", "Fil", "Tilstand", "Nye", "Ændret", "Annulleret", "Uændret", "Konflikt"]
    header = [*header, "Karantæne", "Mangler"]
    row = ["956", "956-2026-7a4db6107974.fpsheet", "tilbageholdt", 2336, 12, 3, 120, 4, 66, 9]
    assert lay_out(header, [row, [*row[:3], *[None] * 7]], width=80) == [
        "Kommune     956",
        "Fil         956-2026-7a4db6107974.fpsheet",
        "Tilstand    tilbageholdt",
        "Nye         2.336",
        "Ændret      12",
        "Annulleret  3",
        "Uændret     120",
        "Konflikt    4",
        "Karantæne   66",
        "Mangler     9",
        "",
        "Kommune     956",
        "Fil         956-2026-7a4db6107974.fpsheet",
        "Tilstand    tilbageholdt",
    ]


def test_a_folded_table_breaks_no_word() -> None:
    """A long Danish word stands whole; what is folded is folded between words."""
    header = ["Kommune", "Forløbstype", "Påbegyndte forløb (antal)", "Afsluttede forløb (antal)"]
    header = [*header, "Igangværende forløb (antal)"]
    rows = [["Norddjurs Kommune", "Møde i rehabiliteringsteam", 6, 6, 1]]
    lines = lay_out(header, rows, width=72)
    assert max(map(len, lines)) <= 72
    assert {"rehabiliteringsteam", "Igangværende", "Norddjurs"} <= set(" ".join(lines).split())


@pytest.mark.parametrize(("is_terminal", "folds"), [(True, True), (False, False)])
def test_a_table_is_folded_on_a_terminal_and_whole_in_a_pipe(
    is_terminal: bool,
    folds: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """COLUMNS says how wide the window is, and a pipe has none."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    Console().fitted_table(["Kommune", "Navn"], [["956", "Kommuneqarfik Sermersooq " * 2]])
    assert (max(map(len, capsys.readouterr().out.splitlines())) <= 40) is folds
