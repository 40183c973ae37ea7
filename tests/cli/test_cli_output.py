"""What somebody typed is not written over: a file that is there is refused, whatever the command.

The option, the ending of the name and `--overwrite`; only the coordinator's page, in which nobody
types, is replaced without being asked.
"""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from fpsheet.cli.output import OutputOption
from fpsheet.cli.program import make_program, run
from fpsheet.cli.values import PathValue
from fpsheet.cli.words import load_words
from fpsheet.ooxml.zip_file import unpack
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook

TYPED = b"typed by somebody"
USAGE = 2


def options(command: click.Command) -> list[click.Option]:
    """Return the options of a command and of all below it."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = [param for param in command.params if isinstance(param, click.Option)]
    return own + [option for child in below for option in options(child)]


def test_every_option_for_a_file_to_be_written_is_an_output() -> None:
    """No command can take a name to write to past the rule."""
    for option in options(make_program(load_words("da"))):
        kind = option.type
        if isinstance(kind, PathValue) and not kind.exists and kind.folder is not True:
            assert isinstance(option, OutputOption), option.opts


@pytest.mark.parametrize(
    "command",
    [
        ("template", "--kommune", "956"),
        ("pull", "--kommune", "956"),
        ("status",),
        ("rules",),
        ("export", "skat"),
        ("export", "side900"),
        ("import", "blank", "skat"),
    ],
    ids=" ".join,
)
def test_a_file_that_is_there_is_refused_and_the_remedy_named(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, a sentence with the name and the way out, and the same bytes as before."""
    file = tmp_path / "956-2026.xlsx"
    file.write_bytes(TYPED)
    assert run([*command, "--out", str(file)], environment={}) == USAGE
    said = capsys.readouterr().err
    assert file.name in said
    assert "--overwrite" in said
    assert file.read_bytes() == TYPED


def test_overwrite_is_what_it_says(tmp_path: Path) -> None:
    """Asked for, the file is replaced."""
    file = tmp_path / "956-2026.xlsx"
    file.write_bytes(TYPED)
    call = ["template", "--kommune", "956", "--out", str(file), "--overwrite"]
    assert run(call, environment={}) == 0
    assert "xl/workbook.xml" in unpack(file.read_bytes())


def test_a_name_that_does_not_end_as_a_workbook_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database's key stays, `--overwrite` or not; a CSV would not be one."""
    key = tmp_path / "central.noegle"
    key.write_bytes(TYPED)
    call = ["template", "--kommune", "956", "--out", str(key), "--overwrite"]
    assert run(call, environment={}) == USAGE
    assert ".xlsx" in capsys.readouterr().err
    assert key.read_bytes() == TYPED
    assert run(["export", "skat", "--out", str(tmp_path / "x.csv")], environment={}) == USAGE
    assert not (tmp_path / "x.csv").exists()


def test_the_second_check_keeps_the_corrections_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The returned workbook may hold corrections; the page holds nothing of anybody's."""
    monkeypatch.chdir(tmp_path)
    own, returned, page = Path("956.xlsx"), Path("fejl.xlsx"), Path("fejl.html")
    own.write_bytes(make_workbook(load_form(), {}))
    call = ["check", "956.xlsx", "--page", "fejl.html", "--return"]
    assert run([*call, "fejl.xlsx"], environment={}) in {0, 1}
    returned.write_bytes(TYPED)
    page.write_bytes(page.read_bytes() + b"<!-- old -->")
    assert run([*call, "fejl.xlsx"], environment={}) == USAGE
    assert returned.read_bytes() == TYPED
    returned.unlink()
    assert run([*call, "fejl.xlsx"], environment={}) in {0, 1}
    assert b"<!-- old -->" not in page.read_bytes()
    page.write_bytes(TYPED)
    capsys.readouterr()
    assert run([*call, "fejl2.xlsx"], environment={}) == USAGE
    assert "--page" in capsys.readouterr().err
    assert page.read_bytes() == TYPED


def test_many_files_go_into_a_folder_where_none_of_their_names_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is there will do; one of the names taken, and nothing is written at all."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.xlsx", "b.xlsx"):
        Path(name).write_bytes(make_workbook(load_form(), {}))
    Path("ud").mkdir()
    call = ["check", "a.xlsx", "b.xlsx", "--return", "ud"]
    assert run(call, environment={}) in {0, 1}
    assert {path.name for path in Path("ud").iterdir()} == {"a.xlsx", "b.xlsx"}
    Path("ud/a.xlsx").unlink()
    Path("ud/b.xlsx").write_bytes(TYPED)
    assert run(call, environment={}) == USAGE
    assert [path.name for path in Path("ud").iterdir()] == ["b.xlsx"]
    assert Path("ud/b.xlsx").read_bytes() == TYPED
