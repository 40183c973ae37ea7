"""The rooms stay as large as a newcomer can take in, and a name stands for one thing."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.house_figures import (
    ROOT,
    large_rooms,
    list_modules,
    long_modules,
    repeated_classes,
    repeated_names,
    split_spoken,
)

SAME_THING = {"steps", "commit"}
"""Names that two rooms share because they hold the same thing: the steps of a kommune and of a
departement, and what is merged beside the table that keeps it."""

NAMED = re.compile(
    r"`(fpsheet(?:_\w+)?\.(?!toml|logende)[a-z][\w.]*\w|(?!polars)\w+(?:/\w+)*\.py)`"
)
"""A module of ours between backticks: dotted, or as a path; the others are a setting and a log."""

_EXCEL = ("fpsheet", "excel")

CROSSING = {"attack", "end_to_end", "package", "support", "tools"}
"""Folders of tests that belong to no single room."""


def test_a_room_holds_what_can_be_taken_in() -> None:
    """No folder has more than 25 modules, and no module more than 400 lines."""
    modules = list_modules()
    assert len({path.parent for path in modules}) > 20
    assert large_rooms(modules) == {}
    assert long_modules(modules) == {}


def test_a_name_stands_for_one_thing() -> None:
    """No module name twice in a package, but for the same thing; no public class name twice."""
    modules = list_modules()
    assert {name for _, name in repeated_names(modules)} <= SAME_THING
    assert repeated_classes(modules) == {}


def test_a_form_in_one_language_is_one_value() -> None:
    """What is told in a language takes a `SpokenForm`; these take a language for what they make."""
    makers = {"build_workbook", "fill_workbook", "_cover_cells", "_entries", "render_kept"}
    of_others = {"open_receipt", "check_period"}
    untranslated = {"untranslated_codes", "untranslated_document", "_lines"}
    assert set(split_spoken(list_modules())) <= makers | of_others | untranslated


def test_the_form_is_loaded_at_the_entry_alone() -> None:
    """Whatever is called below the entry of a program is given its form (ADR 0020)."""
    entries = {Path("fpsheet/cli/session.py"), Path("templates/fpsheet_templates/load.py")}
    callers = {
        path
        for path in list_modules()
        if "load_form(" in (ROOT / path).read_text("utf-8") and "documents" not in path.parts
    }
    assert callers == entries


def test_the_command_line_and_excel_open_no_database_themselves() -> None:
    """They call the steps of the kommune and the departement, and none reaches past."""
    outer = [path for path in list_modules() if path.parts[:2] in {("fpsheet", "cli"), _EXCEL}]
    assert len(outer) > 30
    opening = ("open_central(", "open_store(")
    texts = {path: (ROOT / path).read_text("utf-8") for path in outer}
    assert [path for path, text in texts.items() if any(one in text for one in opening)] == []


def test_tests_stand_in_folders_named_like_what_they_test() -> None:
    """A folder of tests has the name of a room, or is one of those that cross the rooms."""
    rooms = {_without_package(path.parent) for path in list_modules()}
    folder = ROOT / "tests"
    homes = {path.parent.relative_to(folder) for path in folder.rglob("test_*.py")}
    assert {str(home) for home in homes - rooms if home.parts[0] not in CROSSING} == set()


def test_every_module_that_a_page_or_a_comment_names_is_there() -> None:
    """What moved is named where it is now; the changelog alone tells of the past."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    pages += [ROOT / path for path in list_modules()]
    named = [(page.name, name) for page in pages for name in NAMED.findall(page.read_text("utf-8"))]
    assert len(named) > 100
    rooms = ("fpsheet", "sync", "validation", "templates", "tests", "tools", "benchmarks")
    folders = [ROOT / name for name in rooms]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    there = {f"/{path.with_suffix('').relative_to(ROOT).as_posix()}" for path in files}
    there |= {place.rpartition("/")[0] for place in there}
    assert [each for each in named if not _is_there(each[1], there)] == []


def _is_there(name: str, there: set[str]) -> bool:
    """Return whether a path of a module, or a module, a room or a name in a module, is there."""
    path = name.removesuffix(".py") if name.endswith(".py") else name.replace(".", "/")
    places = [path] if name.endswith(".py") else [path, path.rpartition("/")[0]]
    return any(known.endswith(f"/{place}") for place in places for known in there)


def _without_package(room: Path) -> Path:
    return Path(*(part for part in room.parts if not part.startswith("fpsheet")))


def test_the_attacker_of_editions_shares_nothing_with_the_program() -> None:
    """Its modules import each other, the standard library and foreign packages, and no more."""
    paths = sorted((ROOT / "tests/attack").glob("*.py"))
    assert len(paths) > 15
    imported = {name for path in paths for name in _imported(path)}
    assert {name for name in imported if name.startswith(("fpsheet", "sync"))} == set()
    ours = {name for name in imported if name.startswith(("tests", "tools", "benchmarks"))}
    assert {name for name in ours if not name.startswith("tests.attack.")} == set()


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


def test_the_solver_is_not_loaded_to_write_an_internal_edition() -> None:
    """It takes a while to load, and only what is published is rounded and proved."""
    program = "import sys, fpsheet.statistics.publishing; sys.exit('highspy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
