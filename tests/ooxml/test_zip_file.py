"""The zip of a changed package: untouched parts lie in it as they came, and `zipfile` reads it."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Final

import pytest

from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.parts import Parts
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, check_bytes, make_workbook, opened
from tests.support.unmarked import clean_workbook

FORM: Final = load_form()
NAMES: Final = ("[Content_Types].xml", "xl/æøå 1.xml", "xl/a.xml", "xl/b.xml")


def odd_zip() -> bytes:
    """Zip four parts as other programs do: stored, with times, attributes and sizes behind."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAMES[0], b"<Types/>")
        stored = zipfile.ZipInfo(NAMES[1], (2026, 11, 30, 23, 59, 58))
        stored.external_attr = 0o644 << 16
        archive.writestr(stored, b"<a/>" * 50)
        with archive.open(zipfile.ZipInfo(NAMES[2], (1999, 12, 31, 1, 2, 4)), "w") as part:
            part.write(b"<b/>" * 500)
        archive.writestr(NAMES[3], b"")
    return target.getvalue()


class Stream(BytesIO):
    """A file that cannot be gone back in: sizes are written behind the parts."""

    def seekable(self) -> bool:
        """Return that it cannot."""
        return False

    def seek(self, *_: int) -> int:
        """Refuse."""
        raise OSError


def told(content: bytes) -> dict[str, tuple[object, ...]]:
    """Return what a zip says of each part, and the part."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            info.filename: (
                info.date_time,
                info.compress_type,
                info.create_system,
                info.external_attr or 0o600 << 16,
                archive.read(info),
            )
            for info in archive.infolist()
        }


def test_only_what_changed_is_another() -> None:
    """One part is written, one added and one taken out; all else is as it was."""
    content = odd_zip()
    parts = Parts(open_archive(content))
    parts.write("xl/a.xml", b"<c/>")
    parts.write("xl/ny.xml", b"<d/>")
    parts.remove("xl/b.xml")
    before, after = told(content), told(parts.to_bytes())
    assert list(after) == [*NAMES[:3], "xl/ny.xml"]
    assert after["xl/a.xml"] == (*before["xl/a.xml"][:4], b"<c/>")
    assert after["xl/ny.xml"][-1] == b"<d/>"
    assert {n: after[n] for n in NAMES[:2]} == {n: before[n] for n in NAMES[:2]}


def test_a_zip_with_sizes_behind_its_parts_is_written_plainly() -> None:
    """As a program writes that streams: the sizes stand before the parts afterwards."""
    target = Stream()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/a.xml"):
            archive.writestr(name, b"<a/>" * 99)
    content = target.getvalue()
    assert content[6] & 8
    parts = Parts(open_archive(content))
    parts.write("xl/b.xml", b"<b/>")
    written = parts.to_bytes()
    assert not written[6] & 8
    assert told(written)["xl/a.xml"][-1] == b"<a/>" * 99


@pytest.mark.parametrize("pack", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_untouched_parts_keep_their_packed_bytes(pack: int) -> None:
    """A returned workbook has the bytes of the sheets without marks, packed or not."""
    content = make_workbook(FORM, FAULTY_ROWS)
    repacked = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(repacked, "w", pack) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name), compresslevel=9)
    checked = check_bytes(repacked.getvalue(), FORM)
    findings, check = checked.findings, checked.check
    back = return_workbook(opened(checked.content), findings, check, SpokenForm(FORM, "da"))
    before, after = told(checked.content), told(back)
    untouched = [name for name in before if before[name] == after.get(name)]
    assert len(untouched) > len(before) // 2
    with zipfile.ZipFile(BytesIO(checked.content)) as old, zipfile.ZipFile(BytesIO(back)) as new:
        sizes = {name: old.getinfo(name).compress_size for name in untouched}
        assert sizes == {name: new.getinfo(name).compress_size for name in untouched}
    assert told(clean_workbook(back, FORM)).keys() == before.keys()
