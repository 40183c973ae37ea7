"""The guides for kommune and departement: their commands work as they stand, in their order."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook
from tests.support.exchange import TODAY, digits, keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


_DATED = {"check", "preview", "submit", "receive", "upgrade", "sync", "report"}
"""Commands that ask for the day."""

_FINDING = {"check", "preview", "submit", "sync", "receive"}
"""Commands that tell of the invented CPR number by exit code 1."""

_ROWS: Mapping[str, Sequence[Mapping[str, str | int | float | date | None]]] = {
    "borger": [{"cpr": "6101801234", "pensionist_foer_reform": "nej", "sagsbehandler": "SB1"}],
    "vurdering": [
        {
            "cpr": "6101801234",
            "vurdering_dato": date(2026, 3, 2),
            "arbejdsevne_pct": 30,
            "maks_timer_pr_uge": 10,
        }
    ],
    "afgoerelse": [
        {
            "cpr": "6101801234",
            "afgoerelse_dato": date(2026, 3, 5),
            "afgoerelse": "tilkendelse",
            "niveau": "mellemste",
            "virkning_dato": date(2026, 4, 1),
            "instans": "kommunalbestyrelse",
        }
    ],
}


def _commands(root: Path, reader: str) -> list[list[str]]:
    text = (root / "docs" / f"vejledning-{reader}.md").read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^ {4,}fpsheet (.+)$", text, re.MULTILINE)]


def _check_again(folder: Path, environment: dict[str, str], words: Sequence[str]) -> None:
    """Run a command of step 2 once more: refused as it stands, done with `--overwrite`."""
    returned = folder / words[words.index("--return") + 1]
    returned.write_bytes(b"typed in")
    assert run([*words, *TODAY], environment=environment) == ExitCode.USAGE
    assert returned.read_bytes() == b"typed in"
    assert run([*words, "--overwrite", *TODAY], environment=environment) == ExitCode.DONE
    assert returned.read_bytes()[:2] == b"PK"


@pytest.mark.slow
def test_the_commands_of_the_guides_run_one_after_the_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A kommune does all its guide says, and the departement publishes what it sent.

    Step 2 twice: the first returned workbook stays as it was, and is written over when that is
    said.
    """
    monkeypatch.chdir(tmp_path)
    kommune, departement = keys_of(tmp_path / "k"), keys_of(tmp_path / "d")

    def call(environment: dict[str, str], *arguments: str) -> str:
        capsys.readouterr()
        dated = TODAY if arguments[0] in _DATED else ()
        code = run([*arguments, *dated], environment=environment)
        said = capsys.readouterr()
        assert code in {0, 1}, (arguments, said.out + said.err)
        assert code == 0 or arguments[0] in _FINDING, said
        return said.out

    call(departement, "db", "init")
    heard = {"DEPARTEMENTETS CIFRE": digits(call(departement, "keys", "departement"))}
    shutil.copy(tmp_path / "d" / "noegler" / "modtager.txt", tmp_path)
    (tmp_path / "956-2026.xlsx").write_bytes(make_workbook(load_form(), _ROWS))
    pages: list[str] = []
    for command in _commands(root, "koordinator"):
        words = [heard.get(word, word) for word in command]
        if words[0] == "receive":
            (receipt,) = (tmp_path / "kvitteringer" / "956").glob("*.kvittering")
            assert words[1] == receipt.name
            words[1] = str(receipt)
        said = call(kommune, *words)
        if "--return" in words:
            _check_again(tmp_path, kommune, words)
            pages.append(words[words.index("--page") + 1])
        if words[:2] == ["keys", "new"]:
            key = str(tmp_path / "k" / "noegler" / "underskrift-956.json")
            call(departement, "keys", "enrol", key, "--kommune", "956", "--heard", digits(said))
        if words[0] == "submit":
            (tmp_path / "udbakke").rename("indbakke")
            call(departement, "sync", "indbakke")
    assert pages == ["956-2026-fejl.html"] * 2
    for command in _commands(root, "departement"):
        said = call(departement, *command)
        if "--explain" in command:
            assert "K7Q2M9XA-A-0001" in said
    assert (tmp_path / "kladde").is_dir()
    again = {path.name: path.read_bytes() for path in (tmp_path / "udgave-1").glob("*.xlsx")}
    assert again
    for name, content in again.items():
        assert (tmp_path / "statistik" / name).read_bytes() == content
