"""Packing and unpacking, held against zlib, which every other program has.

Each test runs with ISA-L, where this machine has it, and with zlib in its place.
"""

import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpsheet.ooxml import deflate as module
from fpsheet.ooxml.deflate import DamagedDataError, check_sum, deflate, inflate

CONTENT = st.binary(max_size=3000) | st.text(alphabet="<c r=A1>/æ", max_size=9000).map(str.encode)


@pytest.fixture(scope="module", params=["as installed", "zlib"], autouse=True)
def _engine(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "zlib":
            patch.setattr(module, "_ENGINE", zlib)
        yield


@given(CONTENT)
def test_zlib_unpacks_what_is_packed(content: bytes) -> None:
    """Any other program reads a part that was packed here, and finds its check sum right."""
    assert zlib.decompress(deflate(content), -zlib.MAX_WBITS) == content
    assert check_sum(content) == zlib.crc32(content)


@given(CONTENT, st.integers(0, 9))
def test_what_zlib_packs_is_unpacked(content: bytes, level: int) -> None:
    """A part of any other program is read, however hard it was packed."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    assert inflate(packed, len(content)) == content


def test_no_more_is_unpacked_than_was_said() -> None:
    """A part that is larger than it says ends one byte beyond it, however small it is packed."""
    with pytest.raises(DamagedDataError):
        inflate(deflate(b"0" * 50_000_000), 1000)


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_data_that_break_off_are_damaged(kept: int) -> None:
    """A part that breaks off is not taken for a shorter one."""
    content = bytes(range(256)) * 40
    with pytest.raises(DamagedDataError):
        inflate(deflate(content)[:kept], len(content))


def test_a_damaged_bit_is_told_by_the_data_or_by_the_check_sum() -> None:
    """No single turned bit of a part gives other content with the same check sum."""
    content = b"<row r='4'><c r='A4'/></row>" * 30
    packed = deflate(content)
    for place in range(8 * len(packed)):
        turned = bytearray(packed)
        turned[place // 8] ^= 1 << place % 8
        try:
            found = inflate(bytes(turned), len(content))
        except DamagedDataError:
            continue
        assert found == content or check_sum(found) != check_sum(content)
