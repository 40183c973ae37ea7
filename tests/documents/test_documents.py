"""Generated documents say what the form says today."""

import csv
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from fpsheet.documents import pictures
from fpsheet.documents.__main__ import DOCUMENTS, main, stale_documents
from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form

LARGEST_PICTURE = 150_000
"""Bytes; a coordinator with a bad line reads the guides, too."""

ROOT = Path(__file__).parents[2]


def test_generated_documents_are_up_to_date() -> None:
    """Each generated document in the repository equals what the generator gives now."""
    stale = stale_documents(ROOT, load_form())
    assert not stale, f"run python -m fpsheet.documents: {' and '.join(stale)} is of an older form"


def test_check_tells_a_changed_document_and_writing_mends_it(tmp_path: Path) -> None:
    """`--check` exits 1 and writes nothing; without it every document is written."""
    assert main([str(tmp_path), "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
    for path in DOCUMENTS:
        assert b"\r\n" not in (tmp_path / path).read_bytes()


def test_every_picture_of_the_guides_is_made_small_and_shown() -> None:
    """What the guides show is what the maker makes, and each file is a PNG of fair size."""
    guides = [(ROOT / path).read_text(encoding="utf-8") for path in DOCUMENTS if "vejl" in path]
    shown = set(re.findall(r"!\[[^]]{20,}\]\(billeder/([\w-]+)\.png\)", "".join(guides)))
    assert shown == {picture.name for picture in pictures.pictures(load_form())}
    assert "".join(guides).count("](billeder/") >= len(shown)
    for name in shown:
        content = (ROOT / pictures.FOLDER / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < LARGEST_PICTURE


def test_links_of_the_guides_lead_somewhere() -> None:
    """Each file that a guide or the first page links to is there."""
    for path in [*(path for path in DOCUMENTS if "vejl" in path), "README.md", "CONTRIBUTING.md"]:
        text = (ROOT / path).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / path).parent / target).exists(), (path, target)


def test_without_the_programs_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written, and no traceback is shown."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    monkeypatch.setattr("os.defpath", str(tmp_path))
    assert pictures.main([str(tmp_path / "repo")]) == 1
    assert "Install LibreOffice" in capsys.readouterr().err
    assert not (tmp_path / "repo").exists()


DATA = ROOT / "templates/fpsheet_templates/data"


def _listed(heading: str) -> list[list[str]]:
    """Return the rows below a heading of docs/kilder.md."""
    text = (ROOT / "docs/kilder.md").read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def _shown(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return f"{value:g}".replace(".", ",") if isinstance(value, int | float) else "–"


def test_sources_list_every_bound_and_day_with_its_country() -> None:
    """The files are read again here: each value of each country has its line, with a source."""
    wanted = set()
    for name, entry in tomllib.loads((DATA / "constants.toml").read_text("utf-8")).items():
        own = {land: each["value"] for land, each in entry.items() if isinstance(each, dict)}
        lands = [land for land in entry.get("jurisdictions", ["GL", "DK"]) if land not in own]
        wanted.add((name, _shown(entry["value"]), " ".join(lands)))
        wanted |= {(name, _shown(value), land) for land, value in own.items()}
    rows = _listed("Tal og dage")
    assert {tuple(row[:3]) for row in rows} == wanted
    assert all(len(row[3]) > len("Praksis") for row in rows)
    limits = {
        f"{sheet['id']}.{field['id']}"
        for file in ("form-1.toml", "form-2.toml")
        for sheet in tomllib.loads((DATA / file).read_text("utf-8"))["sheet"]
        for field in sheet.get("field", ())
        if "minimum" in field or "maximum" in field
    }
    assert limits <= {row[0] for row in _listed("Felter") if row[4] != "–"}


def test_sources_list_every_code_with_its_days_and_country() -> None:
    """Every line of every code list is there, with the days it holds and where it is from."""
    wanted = {
        (
            file.stem,
            row["code"],
            row["jurisdiction"],
            row["valid_from"] or "–",
            row["valid_to"] or "–",
        )
        for file in (DATA / "codes").glob("*.csv")
        for row in csv.DictReader(file.read_text("utf-8").splitlines())
    }
    rows = _listed("Koder")
    assert {(*row[:2], *row[3:6]) for row in rows} == wanted
    assert all(row[6] != "–" for row in rows)


def test_sources_list_every_rule_with_its_days_and_country() -> None:
    """Every rule of the files is there; the days of a reform are those of the constants named."""
    days = tomllib.loads((DATA / "constants.toml").read_text("utf-8"))
    wanted = {
        (
            rule["code"],
            rule["severity"],
            " ".join(rule.get("jurisdictions", ["GL", "DK"])),
            *(
                _shown(days[rule[k]]["value"]) if k in rule else "–"
                for k in ("valid_from", "valid_to")
            ),
        )
        for file in (DATA / "rules").glob("*.toml")
        for rule in tomllib.loads(file.read_text("utf-8"))["rule"]
    }
    rows = _listed("Regler")
    assert {tuple(row[:5]) for row in rows} == wanted
    assert all(row[5] != "–" for row in rows)


def test_sources_list_the_acts_with_their_days_and_country() -> None:
    """Each act has a country, days where they were found, and where it was read."""
    wanted = [
        [value or "–" for value in row.values()]
        for row in csv.DictReader((DATA / "acts.csv").read_text("utf-8").splitlines())
    ]
    assert _listed("Love") == wanted
    found = {row[0]: row[3:5] for row in wanted}
    # The reform of 1 July 2016 ends the act before it and begins its own.
    assert found["Landstingsforordning 4/2007"][1] == "2016-07-01"
    assert found["Inatsisartutlov 40 af 9. december 2015"] == ["2016-07-01", "–"]
    assert all("–" not in (row[2], row[5]) for row in wanted)


def test_no_expression_of_a_rule_names_a_day_of_law() -> None:
    """From when and until when a rule holds is said beside it, once, by the field it goes by."""
    days = {
        name
        for name, entry in tomllib.loads((DATA / "constants.toml").read_text("utf-8")).items()
        if isinstance(entry["value"], date)
    }
    form = load_form()
    for rule in form.rules:
        named = {rule.valid_from, rule.valid_to} - {""}
        assert named <= days
        assert not named or form.sheet(rule.sheet)[rule.day].type is FieldType.DATE
    for file in (DATA / "rules").glob("*.toml"):
        for rule in tomllib.loads(file.read_text("utf-8"))["rule"]:
            assert not days & set(re.findall(r"[A-Z_0-9]{4,}", rule.get("fails_when", "")))
