"""The wheel carries the four floors with their data, the sdist all that builds and tests it."""

from __future__ import annotations

import email.parser
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

FLOORS = {
    "fpsheet": "fpsheet",
    "fpsheet_sync": "sync/fpsheet_sync",
    "fpsheet_validation": "validation/fpsheet_validation",
    "fpsheet_templates": "templates/fpsheet_templates",
}


@pytest.fixture(scope="module")
def wheel_names(distributions: Path) -> set[PurePosixPath]:
    """Every file in the wheel."""
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {PurePosixPath(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sdist_names(distributions: Path) -> set[PurePosixPath]:
    """Every file in the sdist, below its top folder."""
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        return {PurePosixPath(*PurePosixPath(name).parts[1:]) for name in archive.getnames()}


def test_the_wheel_puts_nothing_but_the_four_packages_into_site_packages(
    wheel_names: set[PurePosixPath],
) -> None:
    """No generic name such as `tests` or `sync` lands there."""
    folders = {name.parts[0] for name in wheel_names}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(FLOORS)


@pytest.mark.parametrize(("package", "folder"), FLOORS.items(), ids=FLOORS)
def test_each_package_is_in_the_wheel_whole(
    package: str, folder: str, root: Path, wheel_names: set[PurePosixPath]
) -> None:
    """Modules, data files and the type marker are there, and nothing else.

    What makes the repository's documents stays in the repository.
    """
    own = {
        PurePosixPath(package, *path.relative_to(root / folder).parts)
        for path in (root / folder).rglob("*")
        if path.is_file() and not {"__pycache__", "documents"} & {*path.parts}
    }
    assert {name for name in wheel_names if name.parts[0] == package} == own
    assert PurePosixPath(package, "py.typed") in own


def test_the_metadata_say_what_pyproject_says(distributions: Path, root: Path) -> None:
    """Name, version, Python and the command come through; pandas is not asked for."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        info = f"fpsheet-{project['version']}.dist-info"
        metadata = email.parser.BytesParser().parsebytes(archive.read(f"{info}/METADATA"))
        scripts = archive.read(f"{info}/entry_points.txt").decode()
    assert (metadata["Name"], metadata["Version"]) == ("fpsheet", project["version"])
    assert metadata["Requires-Python"] == project["requires-python"]
    assert "fpsheet = fpsheet.__main__:main" in scripts
    assert not [need for need in metadata.get_all("Requires-Dist", []) if "pandas" in need.lower()]


def test_the_sdist_holds_what_it_takes_to_build_and_to_test(
    root: Path, sdist_names: set[PurePosixPath]
) -> None:
    """Sources, tests and pins are in; whatever else lies in the folder is not."""
    listed = {"fpsheet", "sync", "validation", "templates", "tests", "docs"}
    files = {
        "pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "GLOSSARY.md", "run.py",
        "requirements.lock.txt", "requirements-dev.lock.txt", "requirements-oldest.lock.txt",
    }  # fmt: skip
    generated = {"PKG-INFO", ".gitignore"}
    tops = {name.parts[0] for name in sdist_names if name.parts}
    assert tops == {name for name in listed | files if (root / name).exists()} | generated
    assert PurePosixPath("tests/package/test_distributions.py") in sdist_names
