"""CONTRIBUTING.md: each recipe is carried out as it stands there, in a copy of the tracked files.

A step is one of three: add lines to a file (at its end, or below a line that is quoted), write a
new file, or run a command. With a step left out, the check that the recipe names says which.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools.draw_rooms import PICTURE, draw_rooms, read_layers

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = {"A code value", "A row rule", "A table", "A field", "A command"}
WRITTEN = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Step:
    """A numbered step: what to do, and the lines of the block below it (empty where it runs)."""

    words: str
    lines: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe.

    Attributes:
        steps: Number → step.
        checks: The commands that it names after "Check with".
    """

    steps: dict[int, Step]
    checks: tuple[str, ...]


def read_recipes() -> dict[str, Recipe]:
    """Return the recipes by their headings."""
    chapter = GUIDE.partition("\n## Recipes\n")[2].partition("\n## ")[0]
    parts = re.split(r"^### (.+)\n", chapter, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], map(read_recipe, parts[1::2]), strict=True))


def read_recipe(text: str) -> Recipe:
    """Return the recipe of a section."""
    steps = {}
    pattern = r"^(\d+)\. (.+)\n(?:\n   ```\w+\n((?:   .*\n|\n)*?)   ```\n)?"
    for number, words, block in re.findall(pattern, text, flags=re.MULTILINE):
        steps[int(number)] = Step(words, re.sub("^   ", "", block, flags=re.MULTILINE))
    (check,) = re.findall(r"^Check with .*", text, flags=re.MULTILINE)
    assert list(steps) == list(range(1, len(steps) + 1))
    return Recipe(steps, tuple(WRITTEN.findall(check)))


RECIPE = read_recipes()


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files of the checkout that git holds or would take."""
    copy = tmp_path_factory.mktemp("tracked")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode("utf-8").split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    return copy


def run(command: str, copy: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of a recipe in the copy, with the copy's packages."""
    program, *rest = shlex.split(command)
    assert program == "python", command
    folders = [copy, *(copy / name for name in ("sync", "validation", "templates"))]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
    }
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(
        [sys.executable, *rest],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def carry_out(step: Step, copy: Path) -> None:
    """Do what a step says; a file or line that it names and that is not there fails."""
    named = WRITTEN.findall(step.words)
    if step.words.startswith("Run "):
        done = run(named[0], copy)
        assert done.returncode == 0, done.stdout + done.stderr
        return
    path = copy / named[0]
    if step.words.startswith("Write "):
        assert not path.exists()
        path.write_text(step.lines, encoding="utf-8", newline="\n")
        return
    assert step.words.startswith("In "), step.words
    text = path.read_text(encoding="utf-8")
    if ", at the end, add" in step.words:
        text += step.lines
    else:
        assert ", below `" in step.words, step.words
        line = f"{named[1]}\n"
        assert text.count(f"\n{line}") == 1, (named[0], named[1])
        text = text.replace(f"\n{line}", f"\n{line}{step.lines}")
    path.write_text(text, encoding="utf-8", newline="\n")


def follow(recipe: Recipe, copy: Path, *, without: int = 0) -> None:
    """Carry out every step but one."""
    for number, step in recipe.steps.items():
        if number != without:
            carry_out(step, copy)


def test_the_recipes_are_those_asked_for() -> None:
    """Five of them, each with steps and a check."""
    assert set(RECIPE) == RECIPES
    for recipe in RECIPE.values():
        assert len(recipe.steps) >= 3
        assert recipe.checks


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_recipe_works_as_it_stands(name: str, tracked: Path, tmp_path: Path) -> None:
    """Every step can be done literally, and then every check passes."""
    copy = tmp_path / "copy"
    shutil.copytree(tracked, copy)
    follow(RECIPE[name], copy)
    for check in RECIPE[name].checks:
        done = run(check, copy)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "without", "test", "says"),
    [
        (
            "A code value",
            2,
            "tests/documents/test_documents.py",
            r"run python -m fpsheet\.documents",
        ),
        (
            "A row rule",
            3,
            "tests/templates/test_form.py",
            r"not both in da and en: .*rule\.JOB-090\.",
        ),
        (
            "A row rule",
            4,
            "tests/cli/test_rules_command.py -k history",
            r"rule-history\.csv lacks a line about JOB-090",
        ),
        (
            "A row rule",
            5,
            "tests/validation/rules/test_rules.py -k JOB-090",
            r"JOB-090 has no example that passes",
        ),
        (
            "A row rule",
            6,
            "tests/validation/rules/test_rules.py -k JOB-090",
            r"JOB-090 has no example that it strikes",
        ),
        (
            "A table",
            3,
            "tests/sync/statistics/tables/test_statistics_naive_tables.py",
            r"the text statistics\.table\.T90\.title is missing",
        ),
        (
            "A table",
            4,
            "tests/sync/statistics/tables/test_statistics_naive_tables.py",
            r"T90 is missing in TABLES of tests/support/naive_tables\.py",
        ),
        ("A field", 3, "tests/templates/test_form.py", r"field\.job\.mentor\.help"),
        (
            "A field",
            4,
            "tests/sync/database/test_migrations.py",
            r"Formularen har job\.mentor, databasen på .* har ikke.*tools\.make_migration",
        ),
        ("A command", 1, "tests/cli/test_cli_usage.py", r"command\.codes\.\w+ is missing"),
        (
            "A command",
            7,
            "tests/documents/test_documents.py",
            r"run python -m fpsheet\.documents: docs/kommandoer\.md",
        ),
    ],
)
def test_a_step_left_out_is_named(
    name: str, without: int, test: str, says: str, tracked: Path, tmp_path: Path
) -> None:
    """The named check fails, and one sentence of it says what is missing."""
    copy, recipe = tmp_path / "copy", RECIPE[name]
    assert test.split(maxsplit=1)[0] in recipe.checks[0]
    shutil.copytree(tracked, copy)
    for number, step in recipe.steps.items():
        if number != without and not step.words.startswith("Run "):
            carry_out(step, copy)
    done = run(f"python -m pytest -q -x {test} -m 'not pg'", copy)
    assert done.returncode != 0
    assert re.search(says, " ".join(done.stdout.split())), done.stdout[-3000:]


def test_the_map_has_every_room_in_the_order_of_the_contracts() -> None:
    """The rows of the map, and the words of the picture, are the layers of pyproject.toml."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    mapped = re.findall(r"^\| `(\w+)/(\w+)` \|", GUIDE, flags=re.MULTILINE)
    drawn = [
        element.text or ""
        for element in ET.parse(ROOT / PICTURE).iter("{http://www.w3.org/2000/svg}text")
    ]
    for contract in contracts["contracts"]:
        for floor in set(contract.get("containers", ())) & {"fpsheet", "fpsheet_sync"}:
            layers = contract["layers"]
            rooms = [room for layer in layers for room in layer.split(" | ")]
            assert [room for own, room in mapped if own == floor] == rooms
            start = next(n for n, text in enumerate(drawn) if text.split()[0] == floor) + 1
            assert drawn[start : start + len(layers)] == layers
    for floor, room in mapped:
        (folder,) = (f for f in (ROOT / floor, *ROOT.glob(f"*/{floor}")) if f.is_dir())
        assert (folder / room).is_dir(), (floor, room)


def test_the_picture_of_the_rooms_is_drawn_from_the_contracts() -> None:
    """As `python -m tools.draw_rooms` draws it today."""
    drawn = (ROOT / PICTURE).read_text(encoding="utf-8")
    assert drawn == draw_rooms(read_layers(ROOT)), "run python -m tools.draw_rooms"
