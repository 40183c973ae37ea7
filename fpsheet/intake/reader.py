"""Reading workbooks: the way into intake for everybody else.

A file is opened once and read once, and never written to. Its bytes go to a process with limits
on memory and time; what comes back is a raw workbook and findings, never an exception.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fpsheet.intake.child import read_or_end
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import DEFAULT_LIMITS, Limits
from fpsheet.intake.plan import ReadingPlan, make_list_plan, make_plan
from fpsheet.intake.process import ReadingProcess
from fpsheet.ooxml.archive import Archive
from fpsheet_templates.form import Form
from fpsheet_validation.finding import Finding
from fpsheet_validation.raw import RawWorkbook

_SHARING_VIOLATIONS = {32, 33}
"""Windows: another program has the file, or a part of it, for itself."""

if TYPE_CHECKING:
    from fpsheet.intake.reading import BytesRead


class Reader(Protocol):
    """Where files are read: a reading process, or this process where it is one."""

    def read(self, data: bytes, *, name: str, plan: ReadingPlan) -> "BytesRead | IntakeFinding":
        """Read one file."""
        ...


class HereReader:
    """Reads in this process, which is a reading process itself."""

    def read(self, data: bytes, *, name: str, plan: ReadingPlan) -> "BytesRead":
        """Read one file; the process ends where that goes wrong."""
        return read_or_end(data, name=name, plan=plan)


@dataclass(frozen=True, slots=True)
class NamedBytes:
    """A file that is in memory already, as out of a package.

    Attributes:
        name: File name without folder.
        data: Its bytes.
    """

    name: str
    data: bytes


Source = Path | NamedBytes


@dataclass(frozen=True, slots=True)
class FileReading:
    """What became of one file.

    Attributes:
        name: File name without folder.
        sha256: Hash of the bytes that were read, hexadecimal; empty when there are none.
        raw: The workbook, or None when nothing of it can be read.
        findings: What was found, in the order it was found.
        archive: The package, opened; None when nothing of it can be read.
    """

    name: str
    sha256: str
    raw: RawWorkbook | None
    findings: tuple[Finding, ...]
    archive: Archive | None = None


def read_file(
    source: Source,
    *,
    form: Form,
    expected_kommune: str | None = None,
    process: Reader | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> FileReading:
    """Read a workbook from a file or from memory, and keep its package and the hash of it."""
    plan = _plan(form, expected_kommune, limits)
    if process:
        return _read(source, form=form, plan=plan, process=process)
    with ReadingProcess() as own:
        return _read(source, form=form, plan=plan, process=own)


def read_list_file(path: Path, sheet_id: str, *, lists: Form) -> FileReading:
    """Read a list of another office, which is known by its headings.

    Findings: STR-001 to STR-036, STR-056 to STR-066, LST-001 to LST-004.
    """
    plan = make_list_plan(lists, sheet_id, limits=DEFAULT_LIMITS)
    with ReadingProcess() as process:
        return _read(path, form=lists, plan=plan, process=process)


def _plan(form: Form, expected_kommune: str | None, limits: Limits) -> ReadingPlan:
    return make_plan(form, expected_kommune=expected_kommune, limits=limits)


def _read(source: Source, *, form: Form, plan: ReadingPlan, process: Reader) -> FileReading:
    name = source.name
    data = source.data if isinstance(source, NamedBytes) else _open(source, plan.limits)
    if isinstance(data, IntakeFinding):
        return FileReading(name, "", None, (data.to_finding(form),))
    digest = hashlib.sha256(data).hexdigest()
    read = process.read(data, name=name, plan=plan)
    if isinstance(read, IntakeFinding):
        return FileReading(name, digest, None, (read.to_finding(form),))
    findings = tuple(fault.to_finding(form) for fault in read.faults)
    archive = read.archive and read.archive.with_data(data)
    return FileReading(name, digest, read.raw, findings, archive)


def _open(path: Path, limits: Limits) -> bytes | IntakeFinding:
    """Read a file's bytes, one more than allowed at most; too many are told by their number."""
    try:
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except OSError as error:
        is_taken = getattr(error, "winerror", None) in _SHARING_VIOLATIONS
        return IntakeFinding("STR-002" if is_taken else "STR-001")
