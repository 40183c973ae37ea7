"""The pinned versions fit what pyproject asks for and name no place to fetch from."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

PIN_FILES = ("requirements.lock.txt", "requirements-dev.lock.txt")
_PIN = re.compile(r"[a-z0-9-]+==[a-z0-9.]+( ; [a-z_]+ .+)?")


def read_pins(path: Path) -> list[str]:
    """Give the lines that are no comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PIN_FILES)
def test_a_pin_is_a_name_a_version_and_at_most_a_condition(name: str, root: Path) -> None:
    """No address, no path, no option, and no package twice under one condition."""
    lines = read_pins(root / name)
    assert [line for line in lines if not _PIN.fullmatch(line)] == []
    assert "://" not in (root / name).read_text(encoding="utf-8")
    assert len(lines) == len(set(lines))


def test_the_developers_pins_hold_the_users_pins(root: Path) -> None:
    """What is tested is what is run."""
    user, developer = (set(read_pins(root / name)) for name in PIN_FILES)
    versions = {line.split(" ;")[0] for line in developer}
    assert {line.split(" ;")[0] for line in user} <= versions


@pytest.mark.parametrize(
    ("name", "groups"),
    [("requirements.lock.txt", ["bootstrap"]), ("requirements-dev.lock.txt", ["bootstrap", "dev"])],
    ids=PIN_FILES,
)
def test_every_dependency_has_a_pin_at_or_above_its_lower_bound(
    name: str, groups: list[str], root: Path, pyproject: dict[str, Any]
) -> None:
    """A new dependency in pyproject is pinned in the same change."""
    wanted = [Requirement(text) for text in pyproject["project"]["dependencies"]]
    for group in groups:
        wanted += [Requirement(text) for text in pyproject["dependency-groups"][group]]
    pinned = [Requirement(line) for line in read_pins(root / name)]
    versions = {pin.name: str(pin.specifier).removeprefix("==") for pin in pinned}
    assert {need.name for need in wanted if canonicalize_name(need.name) not in versions} == set()
    assert [
        need.name for need in wanted if versions[canonicalize_name(need.name)] not in need.specifier
    ] == []


def test_pandas_comes_only_with_the_benchmarks(root: Path, pyproject: dict[str, Any]) -> None:
    """Neither users nor tests install it."""
    for name in PIN_FILES:
        assert not [line for line in read_pins(root / name) if line.startswith("pandas=")]
    assert any(need.startswith("pandas") for need in pyproject["dependency-groups"]["benchmark"])
