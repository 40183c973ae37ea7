"""The reading process: limits that hold, deaths that are findings, and nothing left behind.

Codes: STR-001, STR-002, STR-035, STR-036.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import DEFAULT_LIMITS, MEBIBYTE
from fpsheet.intake.pool import run_many
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet.intake.reader import NamedBytes, read_file
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from tests.support.xlsx_parts import entry_row, make_workbook, part_of, take_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fpsheet.intake.reader import FileReading, Source

CPR = "710776-0001"
FORM = load_form()
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def process() -> Iterator[ReadingProcess]:
    """One reading process for all tests that do not kill it."""
    with ReadingProcess() as own:
        yield own


@pytest.fixture(scope="module")
def data() -> bytes:
    """The bytes of a workbook with one row."""
    return make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)}).data()


def reading_codes(reading: FileReading) -> list[str]:
    """Return the codes of what was found."""
    return [finding.code for finding in reading.findings]


def test_same_as_in_this_process(process: ReadingProcess, data: bytes, tmp_path: Path) -> None:
    """What the process gives back is what reading gives; the hash is that of the file."""
    path = tmp_path / "F.xlsx"
    path.write_bytes(data)
    reading = read_file(path, form=FORM, process=process)
    raw, findings = reading.raw, reading.findings
    expected, _ = take_in(data)
    assert raw is not None
    assert expected is not None
    assert findings == ()
    assert raw.sha256 == hashlib.sha256(data).hexdigest()
    assert raw.name == "F.xlsx"
    assert raw.meta == expected.meta
    assert raw.sheets["forloeb"].frame.equals(expected.sheets["forloeb"].frame)
    assert raw.sheets["forloeb"].totals == expected.sheets["forloeb"].totals


def test_findings_have_the_severity_of_the_catalogue(process: ReadingProcess) -> None:
    """What the process reports becomes findings here, with severity and a full sentence."""
    reading = read_file(NamedBytes("F.xlsx", b"%PDF-1.7"), form=FORM, process=process)
    (finding,) = reading.findings
    assert (finding.code, finding.severity) == ("STR-014", Severity.KRITISK)
    assert "PDF" in finding.message(SpokenForm(FORM, "da"))
    assert finding.remedy(SpokenForm(FORM, "en"))
    assert reading.raw is None


def test_file_is_only_read(process: ReadingProcess, data: bytes, tmp_path: Path) -> None:
    """A read-only file in a read-only folder is read, and nothing about it changes."""
    path = tmp_path / "F.xlsx"
    path.write_bytes(data)
    path.chmod(0o444)
    before = path.stat()
    assert read_file(path, form=FORM, process=process).raw is not None
    after = path.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_mode) == (
        before.st_mtime_ns,
        before.st_size,
        before.st_mode,
    )
    assert os.listdir(tmp_path) == ["F.xlsx"]  # noqa: PTH208 - names only


def test_missing_file_and_folder(process: ReadingProcess, tmp_path: Path) -> None:
    """A path that cannot be opened is a finding."""
    for path in (tmp_path / "nix.xlsx", tmp_path):
        reading = read_file(path, form=FORM, process=process)
        assert reading_codes(reading) == ["STR-001"]
        assert (reading.archive, reading.sha256) == (None, "")


def test_file_open_in_excel(
    process: ReadingProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows says »sharing violation« while Excel has the file for itself: its own sentence."""

    def refuse(*_: object, **__: object) -> None:
        error = PermissionError(13, "in use")
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    path = tmp_path / "F.xlsx"
    path.write_bytes(b"x")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert reading_codes(read_file(path, form=FORM, process=process)) == ["STR-002"]


def test_file_over_the_limit_is_not_read_whole(process: ReadingProcess, tmp_path: Path) -> None:
    """Of a file that is too large, one byte more than allowed is read."""
    path = tmp_path / "F.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(5000))
    limits = replace(DEFAULT_LIMITS, file_bytes=1000)
    reading = read_file(path, form=FORM, process=process, limits=limits)
    assert reading_codes(reading) == ["STR-005"]
    assert reading.sha256 == hashlib.sha256(path.read_bytes()[:1001]).hexdigest()


def read_many(sources: Iterable[Source], *, count: int) -> Iterator[FileReading]:
    """Read files in several processes."""

    def read(process: ReadingProcess, source: Source) -> FileReading:
        return read_file(source, form=FORM, process=process)

    return run_many(sources, read, count=count, start=ReadingProcess)


def test_time_limit(data: bytes) -> None:
    """A file that takes too long ends its process; the next file gets another one."""
    with ReadingProcess() as process:
        source = NamedBytes("F.xlsx", data)
        hasty = replace(DEFAULT_LIMITS, seconds=0.001)
        late = read_file(source, form=FORM, process=process, limits=hasty)
        assert reading_codes(late) == ["STR-035"]
        assert late.findings[0].details == (("graense", "0.001"),)
        assert late.sha256 == hashlib.sha256(data).hexdigest()
        assert reading_codes(read_file(source, form=FORM, process=process)) == []


@needs_linux
def test_memory_limit(capfd: pytest.CaptureFixture[str]) -> None:
    """A file that needs more memory than allowed ends its process, without a word on the screen."""
    rows = "".join(entry_row("forloeb", at, cpr=CPR, tekst="x" * 30_000) for at in range(4, 1300))
    source = NamedBytes("F.xlsx", make_workbook({"forloeb": rows}).data())
    with ReadingProcess() as process:
        tight = replace(DEFAULT_LIMITS, memory_bytes=150 * MEBIBYTE, ratio=10_000)
        reading = read_file(source, form=FORM, process=process, limits=tight)
        assert reading_codes(reading) == ["STR-036"]
        small = NamedBytes("F.xlsx", make_workbook().data())
        assert reading_codes(read_file(small, form=FORM, process=process)) == []
    assert capfd.readouterr() == ("", "")


def test_process_that_was_killed(data: bytes) -> None:
    """A process that is gone when the file comes is a finding, and replaced."""
    with ReadingProcess() as process:
        process._process.kill()
        process._process.wait()
        source = NamedBytes("F.xlsx", data)
        assert reading_codes(read_file(source, form=FORM, process=process)) == ["STR-036"]
        assert reading_codes(read_file(source, form=FORM, process=process)) == []


@needs_linux
def test_limits_of_the_process(process: ReadingProcess, data: bytes) -> None:
    """Half as much again as the 768 MB it is watched for, and no core dump of what was read."""
    assert read_file(NamedBytes("F.xlsx", data), form=FORM, process=process).raw is not None
    with open(f"/proc/{process._process.pid}/limits", encoding="ascii") as file:  # noqa: PTH123
        limits = {line[:26].strip(): line[26:].split()[0] for line in file}
    assert limits["Max data size"] == str(1152 * MEBIBYTE)
    assert limits["Max core file size"] == "0"


def test_nothing_is_left_behind(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No temporary file and no output, after reading, refusing, and dying over a file."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    broken = make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)}).edit(
        part_of("forloeb"), lambda text: text.replace(CPR, f"{CPR}&x;")
    )
    hasty = replace(DEFAULT_LIMITS, seconds=0.001)
    with ReadingProcess() as process:
        for content, limits in (
            (data, DEFAULT_LIMITS),
            (data[:-100], DEFAULT_LIMITS),
            (broken.data(), DEFAULT_LIMITS),
            (data, hasty),
        ):
            read_file(NamedBytes("F.xlsx", content), form=FORM, process=process, limits=limits)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_many_files_in_order(data: bytes, tmp_path: Path) -> None:
    """Results come in the order of the files, good and bad, from disk and from memory."""
    path = tmp_path / "disk.xlsx"
    path.write_bytes(data)
    sources: list[NamedBytes | Path] = [
        NamedBytes(f"{at}.xlsx", data if at % 3 else data[:200]) for at in range(12)
    ]
    sources.insert(5, path)
    readings = list(read_many(sources, count=len(sources)))
    assert [reading.name for reading in readings] == [source.name for source in sources]
    for reading in readings:
        is_good = reading.sha256 == hashlib.sha256(data).hexdigest()
        assert reading_codes(reading) == ([] if is_good else ["STR-016"])
        assert (reading.raw is not None) == is_good


def test_no_files_at_all() -> None:
    """An empty inbox gives nothing."""
    assert list(read_many([], count=0)) == []


@needs_linux
def test_reader_that_had_enough(data: bytes) -> None:
    """Who stops half-way leaves no process behind, and reads no files that nobody asked for."""
    taken = []

    def offer() -> Iterator[NamedBytes]:
        for at in range(1000):
            taken.append(at)
            yield NamedBytes(f"{at}.xlsx", data)

    before = children()
    readings = read_many(offer(), count=1000)
    next(readings)
    assert len(children() - before) == 2
    readings.close()  # type: ignore[attr-defined]
    assert children() == before
    assert len(taken) < 10


def test_task_gets_what_is_kept() -> None:
    """What a process keeps is the first argument of its tasks, also after it was replaced."""
    with ReadingProcess("json", kept={"a": 1}) as process:
        dump = Task("json:dumps", {"sort_keys": True}, DEFAULT_LIMITS)
        assert process.run(dump) == '{"a": 1}'
        process._process.kill()
        process._process.wait()
        assert process.run(dump) == IntakeFinding("STR-036")
        assert process.run(dump) == '{"a": 1}'


def test_task_that_raises() -> None:
    """What a task raises is raised to whoever gave it, and the process goes on."""
    with ReadingProcess("json") as process:
        with pytest.raises(ValueError, match="Expecting value"):
            process.run(Task("json:loads", {"s": "?"}, DEFAULT_LIMITS))
        assert process.run(Task("json:loads", {"s": "[1]"}, DEFAULT_LIMITS)) == [1]


def test_exception_that_cannot_travel() -> None:
    """An exception that cannot be sent arrives as the name of its class."""
    with ReadingProcess("json") as process, pytest.raises(RuntimeError, match=r"^UnsentError$"):
        process.run(Task(f"{__name__}:raise_unsent", {}, DEFAULT_LIMITS))


class UnsentError(Exception):
    """An exception that needs two values to be made, and keeps one."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def raise_unsent() -> None:
    """Raise it."""
    raise UnsentError("a", "b")


def children() -> set[str]:
    """Return the processes started by this one; a thread may end while its own are read."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    own: set[str] = set()
    for task in tasks.iterdir():
        with suppress(OSError):
            own |= set((task / "children").read_text(encoding="ascii").split())
    return own
