"""The pinned versions fit what pyproject asks for and name no place to fetch from."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from pathlib import Path

USER = "requirements.lock.txt"
DEVELOPER = "requirements-dev.lock.txt"
OLDEST = "requirements-oldest.lock.txt"

# The groups of dependencies beside the project's own that each file pins.
PINNED = {
    USER: ["bootstrap"],
    DEVELOPER: ["bootstrap", "test", "dev"],
    OLDEST: ["bootstrap", "test"],
}
_PIN = re.compile(r"[a-z0-9-]+==[a-z0-9.]+( ; [a-z_]+ .+)?")


def read_pins(path: Path) -> list[str]:
    """Give the lines that are no comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def read_versions(path: Path) -> dict[str, str]:
    """Give the version pinned for each package."""
    pins = [Requirement(line) for line in read_pins(path)]
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}


def read_needs(pyproject: dict[str, Any], groups: list[str]) -> list[Requirement]:
    """Give what the project and these groups of it ask for."""
    lists = [pyproject["project"]["dependencies"]]
    lists += [pyproject["dependency-groups"][group] for group in groups]
    return [Requirement(text) for texts in lists for text in texts if isinstance(text, str)]


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PINNED)
def test_a_pin_is_a_name_a_version_and_at_most_a_condition(name: str, root: Path) -> None:
    """No address, no path, no option, and no package twice under one condition."""
    lines = read_pins(root / name)
    assert [line for line in lines if not _PIN.fullmatch(line)] == []
    assert "://" not in (root / name).read_text(encoding="utf-8")
    assert len(lines) == len(set(lines))


def test_the_developers_pins_hold_the_users_pins(root: Path) -> None:
    """What is tested is what is run."""
    user, developer = (set(read_pins(root / name)) for name in (USER, DEVELOPER))
    versions = {line.split(" ;")[0] for line in developer}
    assert {line.split(" ;")[0] for line in user} <= versions


@pytest.mark.parametrize(("name", "groups"), PINNED.items(), ids=PINNED)
def test_every_dependency_has_a_pin_that_pyproject_allows(
    name: str, groups: list[str], root: Path, pyproject: dict[str, Any]
) -> None:
    """A new dependency in pyproject is pinned in the same change."""
    versions = read_versions(root / name)
    for need in read_needs(pyproject, groups):
        assert versions.get(canonicalize_name(need.name), "none") in need.specifier, need.name


def test_the_oldest_pins_stand_at_the_lower_bounds(root: Path, pyproject: dict[str, Any]) -> None:
    """What pyproject promises to work with is what CI tries, not something newer."""
    versions = read_versions(root / OLDEST)
    for need in read_needs(pyproject, PINNED[OLDEST]):
        (bound,) = (Version(part.version) for part in need.specifier)
        assert Version(versions[canonicalize_name(need.name)]) == bound, need.name


def test_pandas_comes_only_with_the_benchmarks(root: Path, pyproject: dict[str, Any]) -> None:
    """Neither users nor tests install it."""
    for name in PINNED:
        assert not [line for line in read_pins(root / name) if line.startswith("pandas=")]
    assert any(need.startswith("pandas") for need in pyproject["dependency-groups"]["benchmark"])
