"""The guide for those who run fpsheet at the departement: its commands work as they stand."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from fpsheet.cli.program import run
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook
from tests.support.exchange import TODAY, digits, keys_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_commands_of_the_guide_run_one_after_the_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line succeeds; what came before a key was revoked is replayed all the same."""
    monkeypatch.chdir(tmp_path)
    environment = keys_of(tmp_path)
    heard: dict[str, str] = {}

    def call(*arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        capsys.readouterr()
        code = run(list(arguments), environment=environment)
        said = capsys.readouterr()
        assert code in allowed, (arguments, said.out + said.err)
        return said.out

    text = (root / "docs" / "drift.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    fpsheet (.+)$", text, flags=re.MULTILINE)
    done = []
    for line in lines:
        command = [heard.get(word, word) for word in shlex.split(line)]
        if command[:2] == ["keys", "revoke"]:
            book = tmp_path / "956.xlsx"
            rows = {"borger": [{"cpr": "6101801234", "pensionist_foer_reform": "nej"}]}
            book.write_bytes(make_workbook(load_form(), rows))
            call("submit", str(book), "--to", "indbakke", *TODAY, allowed=(0, 1))
            (package,) = (tmp_path / "indbakke").iterdir()
            os.utime(package, (1_760_000_000, 1_760_000_000))
            call("sync", "indbakke", *TODAY, allowed=(0, 1))
        # A case that waits, and then a key that was revoked, make `sync` end with findings.
        said = call(*command, allowed=(0, 1) if command[0] == "sync" else (0,))
        if command[:2] == ["keys", "departement"]:
            heard["DEPARTEMENTETS CIFRE"] = digits(said)
        if command[:2] == ["keys", "new"]:
            heard["KOMMUNENS CIFRE"] = digits(said)
        done.append(command[0])
    assert {"db", "rebuild", "keys", "sync", "status", "conflicts"} == set(done)
    assert "er den samme" in call("rebuild", "--verify")
