"""`python -m tools.house_figures`: print how large the rooms are, and what is named twice.

A room is a folder of modules in the four packages of the program.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGES = ("fpsheet", "sync", "validation", "templates")
MOST_MODULES = 25
MOST_LINES = 400
_SHOWN = 15


def list_modules() -> list[Path]:
    """Return the modules of the program; migrations stay as they were released and are left out."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path.relative_to(ROOT) for path in found if "migrations" not in path.parts]


def large_rooms(modules: Iterable[Path]) -> dict[Path, int]:
    """Return the folders with more modules than a room holds: folder to modules."""
    counts = Counter(path.parent for path in modules if path.name != "__init__.py")
    return {folder: count for folder, count in counts.items() if count > MOST_MODULES}


def long_modules(modules: Iterable[Path]) -> dict[Path, int]:
    """Return the modules that are too long: module to lines."""
    lines = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in modules}
    return {path: count for path, count in lines.items() if count > MOST_LINES}


def repeated_names(modules: Iterable[Path]) -> dict[tuple[str, str], list[Path]]:
    """Return the module names that a package has twice: package and name to modules."""
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in modules:
        if path.stem not in {"__init__", "__main__"}:
            found[path.parts[0], path.stem].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def repeated_classes(modules: Iterable[Path]) -> dict[str, list[Path]]:
    """Return the public class names that stand for two things: name to modules."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in modules:
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def split_spoken(modules: Iterable[Path]) -> dict[str, Path]:
    """Return the functions that take a form and a language apart: name to module.

    What is told in a language takes a `SpokenForm`.
    """
    found: dict[str, Path] = {}
    for path in modules:
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                taken = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                if {"form", "language"} <= {each.arg for each in taken}:
                    found[node.name] = path
    return found


def first_words(modules: Iterable[Path]) -> Counter[str]:
    """Return how many docstrings of functions begin with each word."""
    words: Counter[str] = Counter()
    for path in modules:
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                words.update((ast.get_docstring(node) or "").split()[:1])
    return words


def _show(title: str, found: Mapping[Any, object]) -> None:
    print(f"{title}: {len(found)}")
    for name, what in list(found.items())[:_SHOWN]:
        paths = ", ".join(map(str, what)) if isinstance(what, list) else what
        print(f"    {name}: {paths}")


def main() -> int:
    """Print the figures."""
    modules = list_modules()
    sizes = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in modules}
    rooms = sum(path.name == "__init__.py" for path in modules)
    print(f"modules: {len(modules)} ({rooms} of them `__init__`), lines: {sum(sizes.values())}")
    for package in PACKAGES:
        own = [size for path, size in sizes.items() if path.parts[0] == package]
        print(f"    {package}: {len(own)} modules, {sum(own)} lines")
    _show(f"folders with more than {MOST_MODULES} modules", large_rooms(modules))
    _show(f"modules of more than {MOST_LINES} lines", long_modules(modules))
    _show("module names used twice in a package", repeated_names(modules))
    _show("class names used twice", repeated_classes(modules))
    _show("functions that take form and language apart", split_spoken(modules))
    words = first_words(modules)
    often = ", ".join(f"{word} {count}" for word, count in words.most_common(8))
    print(f"docstrings of functions: {words.total()}, beginning with: {often}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
