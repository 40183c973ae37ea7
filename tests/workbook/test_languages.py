"""Languages of the workbook: English is English throughout, and a translator needs no code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter

import fpsheet_templates
from fpsheet.documents.untranslated import (
    main,
    untranslated_codes,
    untranslated_document,
    untranslated_texts,
)
from fpsheet.workbook.entry_help import PROMPT_LENGTH
from fpsheet_templates.load import load_form
from tests.support.issued import opened
from tests.support.package_lint import lint_package

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = load_form()

DANISH: Final = re.compile(
    r"[æøåÆØÅ]|\b(og|eller|ikke|skal|borger\w*|linje\w*|ark|felt\w*|dato|skriv|vælg|årsag|fejl)\b",
    re.IGNORECASE,
)
LEGAL: Final = frozenset({"førtidspension", "fleksjob", "skånejob", "nyttejob"})
"""Danish words that have no English ones."""


def texts(language: str, kommune: str) -> Iterator[tuple[str, str]]:
    """Return every text a person sees in a blank workbook, with its place."""
    for page in opened(kommune, language).worksheets:
        if page.sheet_state != "visible":
            continue
        yield page.title, page.title
        for row in page.iter_rows():
            cells = [cell for cell in row if isinstance(cell, Cell)]
            yield from (_shown(cell) for cell in cells if _is_seen(page.column_dimensions, cell))
        for validation in page.data_validations.dataValidation:
            for text in (validation.promptTitle, validation.prompt, validation.error):
                yield f"{page.title} {validation.sqref}", str(text or "")


def _is_seen(columns: object, cell: Cell) -> bool:
    is_hidden = columns[get_column_letter(cell.column)].hidden  # type: ignore[index]
    return cell.row != 2 and isinstance(cell.value, str) and not is_hidden


def _shown(cell: Cell) -> tuple[str, str]:
    """Return a cell's text; of a formula, the texts in it."""
    text = str(cell.value)
    if cell.data_type == "f":
        text = " ".join(re.findall(r'"([^"]*)"', text))
    return f"{cell.parent.title}!{cell.coordinate}", text


@pytest.mark.parametrize("kommune", ["956", "707"])
def test_an_english_workbook_is_english(kommune: str) -> None:
    """No Danish word on any sheet or in any message, but words of the law and names of places."""
    codes = {code.id for codes in FORM.code_lists.values() for code in codes.codes}
    places = {label for code in FORM.code_lists["kommune"].codes for label in code.labels.values()}
    assert any(DANISH.search(text) for _, text in texts("da", kommune))
    found = []
    for place, text in texts("en", kommune):
        plain = text
        for name in places:
            plain = plain.replace(name, "")
        words = [m.group() for m in re.finditer(r"[^\W\d_]+", plain) if DANISH.search(m.group())]
        if text not in codes and not {word.casefold() for word in words} <= LEGAL:
            found.append((place, text))
    assert not found[:10]


FOREIGN = {
    "956": re.compile(r"Danmark er|37 timer|Denmark per|37 hours"),
    "707": re.compile(r"bygd|904[AT]|40 timer|Winformatik|settlement|40 hours"),
}
"""Kommune → what only the other country's workbook says."""


@pytest.mark.parametrize(("kommune", "language"), list(product(FOREIGN, ("da", "en"))))
def test_a_workbook_speaks_its_own_countrys_words(kommune: str, language: str) -> None:
    """No word of the other country in a message or in Vejledning; its own are there."""
    own, other = (kommune, *(set(FOREIGN) - {kommune}))
    said = [text for _, text in texts(language, own)]
    assert not [text for text in said if FOREIGN[own].search(text)]
    assert any(FOREIGN[own].search(text) for _, text in texts(language, other))


@pytest.mark.parametrize("language", FORM.texts.languages())
def test_input_messages_are_whole(language: str) -> None:
    """None is cut where Excel would cut it, the word that a field must be filled included."""
    must = FORM.texts.get("workbook.entry.required", language)
    for sheet in FORM.sheets:
        for field in sheet.fields:
            text = FORM.field_help(sheet.id, field.id, language)
            assert len(f"{text} {must}") <= PROMPT_LENGTH, (sheet.id, field.id)


def test_nothing_is_missing_in_english() -> None:
    """The list for translators is empty, for texts and for codes."""
    assert untranslated_document(FORM, "en") == ""
    assert main(["en"]) == 0


def test_what_a_new_language_lacks_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a language without a folder everything is: what is printed is TOML with Danish texts."""
    assert main(["kl"]) == 1
    missing = untranslated_texts("kl")
    danish = FORM.texts.by_language["da"]
    assert {key for lacking in missing.values() for key in lacking} == set(danish)
    printed = capsys.readouterr().out
    part = printed.split("# templates/fpsheet_templates/data/text/kl/workbook.toml\n")[1]
    filled = tomllib.loads(part.split("\n\n")[0])
    assert filled["workbook"]["cover"]["kommune"] == "Kommune"
    assert untranslated_codes(FORM, "kl")["ja_nej"] == {"ja": "Ja", "nej": "Nej"}
    assert "# ja = Ja" in printed


TRANSLATED: Final = """
[workbook.cover]
kommune = "Kommunia"

[workbook.entry]
star = "* immersugassaq."
"""


@pytest.mark.slow
def test_a_translator_adds_a_folder_and_no_code(tmp_path: Path) -> None:
    """A folder `kl` with two texts and a column `kl` for one code list: the workbook has them, all
    else is Danish, and the list of what is missing no longer names them.
    """
    package = tmp_path / "fpsheet_templates"
    shutil.copytree(Path(fpsheet_templates.__file__).parent, package)
    folder = package / "data" / "text" / "kl"
    folder.mkdir()
    (folder / "workbook.toml").write_text(TRANSLATED, encoding="utf-8")
    yes_no = package / "data" / "codes" / "ja_nej.csv"
    header, *lines = yes_no.read_text(encoding="utf-8").splitlines()
    words = {"ja": "Aap", "nej": "Naamik"}
    lines = [f"{line},{words[line.split(',')[0]]}" for line in lines]
    yes_no.write_text("\n".join((f"{header},kl", *lines)) + "\n", encoding="utf-8")
    path = tmp_path / "kl.xlsx"
    command = ("fpsheet", "template", "--kommune", "956", "--year", "2026", "--lang", "kl")
    assert _run(tmp_path, *command, "--out", str(path)).returncode == 0
    book = load_workbook(path)
    assert book["Forside"]["B4"].value == "Kommunia"
    assert book["Forside"]["B5"].value == "Indberetningsår"
    assert "* immersugassaq." in str(book["Borgere"]["D1"].value)
    words_of_codes = {str(cell.value) for row in book["Koder"].iter_rows() for cell in row}
    assert {"Aap", "Naamik"} <= words_of_codes
    assert not {"Ja", "Nej"} & words_of_codes
    missing = _run(tmp_path, "fpsheet.documents.untranslated", "kl")
    assert missing.returncode == 1
    assert 'workbook.cover.aar = "Indberetningsår"' in missing.stdout
    assert "workbook.cover.kommune" not in missing.stdout
    assert "ja_nej.csv" not in missing.stdout


VOWELS: Final = str.maketrans("aeiouæøå", "eioauøåæ")
"""Makes a language that nobody speaks: each text is as long as the Danish one, and is another."""


@pytest.mark.slow
def test_a_half_translated_language_is_used_all_the_way(tmp_path: Path) -> None:
    """Half of the texts that the list for translators names, put into files as the guide says:
    the workbook is sound, and it is checked, returned and sent like any other.
    """
    package = tmp_path / "fpsheet_templates"
    shutil.copytree(Path(fpsheet_templates.__file__).parent, package)
    folder = package / "data" / "text" / "kl"
    folder.mkdir()
    told, chance = untranslated_document(FORM, "kl").split("\n\n"), Random(1)
    for part in told:
        lead, *lines = part.strip().splitlines()
        if lead.endswith(".toml"):
            own = "\n".join(_spoken(line) for line in lines if chance.random() < 0.5)
            (folder / Path(lead).name).write_text(own + "\n", encoding="utf-8")
    assert len(list(folder.iterdir())) > 15
    path, back = tmp_path / "kl.xlsx", tmp_path / "retur.xlsx"
    kommune = ("--kommune", "956", "--year", "2026")
    made = _run(tmp_path, "fpsheet", "template", *kommune, "--lang", "kl", "--out", str(path))
    assert (made.returncode, made.stderr) == (0, "")
    today = ("--today", "02-03-2026", "--lang", "kl")
    checked = _run(tmp_path, "fpsheet", "check", str(path), "--return", str(back), *today)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert lint_package(path.read_bytes()) == lint_package(back.read_bytes()) == ()
    sent = _run(tmp_path, "fpsheet", "submit", str(back), "--to", str(tmp_path / "ud"), *today)
    assert (sent.returncode, sent.stderr) == (0, "")
    titles = load_workbook(path).sheetnames
    swapped = {FORM.sheet_title(sheet.id, "da").translate(VOWELS) for sheet in FORM.sheets}
    assert 0 < len(swapped & set(titles)) < len(titles)


def _spoken(line: str) -> str:
    """Translate one line of the list: not the key, and not what the program fills in."""
    key, text = line.split(" = ", 1)
    parts = re.split(r"(\{\w+\}|\\.)", text)
    parts[::2] = [part.translate(VOWELS) for part in parts[::2]]
    return f"{key} = {''.join(parts)}"


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module with the copied package before the installed one."""
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=folder,
    )
