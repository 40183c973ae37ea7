"""A kommune is told of its deadline in its folder of receipts, also when it has sent nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from fpsheet.cli.program import run
from fpsheet_sync.database.keys import write_keys
from tests.support.submissions import Sending, new_store, send

if TYPE_CHECKING:
    from pathlib import Path

ROW = "# forloeb\n| id | cpr | forloeb_type | start_dato |\n| 1 | 6101801234 | andet | 2026-01-05 |"


@pytest.mark.parametrize("language", ["da", "en"])
def test_an_answer_reaches_who_sent_nothing_and_is_renewed_when_it_sends(
    tmp_path: Path, language: str
) -> None:
    """Granted, refused and late, each in the folder of its kommune; a dry run writes none."""
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(new_store(url)) as store:
        send(store, ROW)
        send(store, ROW, Sending(kommune="959", workbook="Q7K2M9XA"))
    settings = tmp_path / "fpsheet.toml"
    settings.write_text('[frister]\nalle = ["31-01-2027"]\n', "utf-8")
    surroundings = {"FPSHEET_CONFIG": str(settings), "FPSHEET_KEY_FOLDER": "none"}
    inbox, folder = tmp_path / "indbakke", tmp_path / "kvitteringer"
    inbox.mkdir()

    def call(*words: str) -> None:
        command = ["--lang", language, *words, "--db", url]
        assert run(command, environment=surroundings) == 0

    def letters() -> dict[str, str]:
        return {
            one.relative_to(folder).as_posix(): one.read_text("utf-8")
            for one in sorted(folder.glob("*/*-frist.txt"))
        }

    def sync(day: str, *options: str) -> dict[str, str]:
        call("sync", str(inbox), "--receipts", str(folder), "--today", day, *options)
        return letters()

    call("deadline", "957", "15-03-2027")
    call("deadline", "959", "28-02-2027")
    call("deadline", "707", "31-03-2027")
    assert sync("10-01-2027", "--dry-run") == {}
    early = sync("10-01-2027")
    assert list(early) == [f"{kode}/{kode}-2026-frist.txt" for kode in ("707", "957", "959")]
    assert "31-03-2027" in early["707/707-2026-frist.txt"]  # no other Danish kommune has sent
    assert "15-03-2027" in early["957/957-2026-frist.txt"]
    assert "28-02-2027" in early["959/959-2026-frist.txt"]
    late = sync("01-02-2027")
    assert list(late) == sorted([*early, "955/955-2026-frist.txt", "960/960-2026-frist.txt"])
    assert "31-01-2027" in late["955/955-2026-frist.txt"]
    assert "1)" in late["960/960-2026-frist.txt"]
    assert late["957/957-2026-frist.txt"] == early["957/957-2026-frist.txt"]
    with closing(new_store(url)) as store:
        send(store, ROW, Sending(kommune="960", workbook="X7K2M9XA"))
    renewed = sync("02-02-2027")["960/960-2026-frist.txt"]
    has_come = {"da": "har modtaget", "en": "has received"}[language]
    assert has_come in renewed
    assert "1)" not in renewed
