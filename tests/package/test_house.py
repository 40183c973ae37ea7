"""The rooms stay as large as a newcomer can take in, and a name stands for one thing."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGES = ("fpsheet", "sync/fpsheet_sync", "validation/fpsheet_validation", "templates")
MOST_MODULES, MOST_LINES = 25, 400
SAME_THING = {"steps", "commit", "identity"}
"""Names that two rooms share because they hold the same thing: the steps of a kommune and of a
departement, and what is merged beside the table that keeps it."""


def modules(root: Path) -> list[Path]:
    """Return the modules of the program; migrations stay as they were released."""
    found = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def test_a_room_holds_what_can_be_taken_in(root: Path) -> None:
    """No folder has more than 25 modules, and no module more than 400 lines."""
    rooms: dict[Path, int] = defaultdict(int)
    for path in modules(root):
        rooms[path.parent] += path.name != "__init__.py"
    assert len(rooms) > 20
    assert {room: count for room, count in rooms.items() if count > MOST_MODULES} == {}
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules(root)}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_name_stands_for_one_thing(root: Path) -> None:
    """No module name twice in a package, but for the same thing; no public class name twice."""
    names: dict[tuple[str, str], list[Path]] = defaultdict(list)
    classes: dict[str, list[Path]] = defaultdict(list)
    for path in modules(root):
        if not path.stem.startswith("__"):
            names[path.relative_to(root).parts[0], path.stem].append(path)
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(path)
    twice = {name for (_, name), paths in names.items() if len(paths) > 1}
    assert twice <= SAME_THING
    assert {name: paths for name, paths in classes.items() if len(paths) > 1} == {}
