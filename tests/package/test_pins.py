"""The pinned versions fit what pyproject asks for and name no place to fetch from."""

from __future__ import annotations

import hashlib
import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
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
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_PIN = re.compile(r"[a-z0-9-]+==[a-z0-9.]+( ; [a-z_]+ .+)?")


def read_entries(path: Path) -> list[tuple[str, list[str]]]:
    """Return each package with its hashes: what stands on the lines that go on with a backslash."""
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace(" \\\n", "\0").splitlines()
    entries = [line.split("\0") for line in whole]
    return [(pin, [one.strip() for one in hashes]) for pin, *hashes in entries]


def read_pins(path: Path) -> list[str]:
    """Return the packages with version and condition."""
    return [pin for pin, _ in read_entries(path)]


def read_versions(path: Path) -> dict[str, str]:
    """Return the version pinned for each package."""
    pins = [Requirement(line) for line in read_pins(path)]
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}


def read_needs(pyproject: dict[str, Any], groups: list[str]) -> list[Requirement]:
    """Return what the project and these groups of it ask for."""
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


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_has_the_hashes_of_its_files(name: str, root: Path) -> None:
    """At least one; what is compiled has one for each system and Python, so there are many."""
    entries = read_entries(root / name)
    for pin, hashes in entries:
        assert hashes, pin
        assert all(_HASH.fullmatch(one) for one in hashes), pin
    files = {pin.partition("==")[0]: len(hashes) for pin, hashes in entries}
    assert min(files[name] for name in ("cryptography", "polars-runtime-32", "lxml")) >= 6


def test_run_py_and_ci_demand_the_hashes(root: Path) -> None:
    """No file that pip is handed as a requirement is installed by its name alone."""
    for name in ("run.py", ".ci/run"):
        for line in (root / name).read_text(encoding="utf-8").splitlines():
            if "--requirement" in line:
                assert "--require-hashes" in line, line


@pytest.mark.parametrize("is_own", [True, False], ids=["its own", "another"])
def test_a_file_with_another_hash_is_not_installed(
    tmp_path: Path, root: Path, is_own: bool
) -> None:
    """A package index hands out other bytes under the same name: pip stops, as run.py calls it."""
    wheel = tmp_path / "proeve-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("proeve.py", "")
        info = "proeve-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: proeve\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    known = hashlib.sha256(wheel.read_bytes() if is_own else b"what it was").hexdigest()
    pins = tmp_path / "pins.txt"
    pins.write_text(f"proeve==1.0 \\\n    --hash=sha256:{known}\n", encoding="utf-8")
    locked = runpy.run_path(str(root / "run.py"))["LOCKED"]
    place = ("--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / "ind"))
    command = [sys.executable, "-m", "pip", "install", *place, *locked, str(pins)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (done.returncode == 0) is is_own, done.stderr
    assert (tmp_path / "ind" / "proeve.py").exists() is is_own


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
        (bound,) = (Version(part.version) for part in need.specifier if part.operator == ">=")
        assert Version(versions[canonicalize_name(need.name)]) == bound, need.name


def test_pandas_comes_only_with_the_benchmarks(root: Path, pyproject: dict[str, Any]) -> None:
    """Neither users nor tests install it."""
    for name in PINNED:
        assert not [line for line in read_pins(root / name) if line.startswith("pandas=")]
    assert any(need.startswith("pandas") for need in pyproject["dependency-groups"]["benchmark"])
