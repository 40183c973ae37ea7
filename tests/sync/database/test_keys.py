"""Keys: pseudonyms, the vault's and the originals' encryption, and the key file."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fpsheet_sync.database.keys import derive_keys, read_keys, write_keys
from fpsheet_templates.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = bytes(range(32))


def test_a_pseudonym_is_an_hmac() -> None:
    """The pseudonym of a CPR number is HMAC-SHA256 under the derived key, cut to 96 bits."""
    key = HKDFExpand(SHA256(), 32, b"fpsheet pseudonym").derive(SECRET)
    expected = hmac.new(key, b"0101801234", "sha256").digest()[:12].hex()
    assert derive_keys(SECRET).pseudonyms(["0101801234"], kommune_kode="956") == [expected]


def test_ordinary_numbers_are_one_citizen_everywhere() -> None:
    """An ordinary CPR number has one pseudonym in the country, a replacement one per kommune."""
    keys = derive_keys(SECRET)
    one, other = (
        keys.pseudonyms(["0101801234", "6101801234"], kommune_kode=k) for k in ("955", "956")
    )
    assert one[0] == other[0]
    assert one[1] != other[1]
    fictional = derive_keys(SECRET, fictional=True)
    assert fictional.pseudonyms(["6101801234"], kommune_kode="955") == fictional.pseudonyms(
        ["6101801234"], kommune_kode="956"
    )


def test_another_secret_gives_other_pseudonyms() -> None:
    """Without the secret a pseudonym cannot be made again, nor a sealed number opened."""
    keys, others = derive_keys(SECRET), derive_keys(SECRET[::-1])
    borger = keys.pseudonyms(["6101801234"], kommune_kode="956")[0]
    (sealed,) = keys.seal_cprs([(borger, "6101801234")])
    assert b"6101801234" not in sealed
    assert keys.open_cpr(borger, sealed) == "6101801234"
    assert others.pseudonyms(["6101801234"], kommune_kode="956") != [borger]
    with pytest.raises(StoreError, match="kan ikke læses med denne nøgle"):
        others.open_cpr(borger, sealed)
    with pytest.raises(StoreError, match="kan ikke læses med denne nøgle"):
        keys.open_cpr(borger, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_originals_are_sealed() -> None:
    """The bytes of a file come back whole, and only with the key."""
    keys, data = derive_keys(SECRET), b"CPR 6101801234"
    sha256 = hashlib.sha256(data).hexdigest()
    sealed = keys.seal_original(sha256, data)
    assert b"6101801234" not in sealed
    assert keys.open_original(sha256, sealed) == data
    with pytest.raises(StoreError):
        derive_keys(SECRET[::-1]).open_original(sha256, sealed)


def test_keys_tell_nothing_of_themselves() -> None:
    """Printing keys shows their name alone."""
    keys = derive_keys(SECRET)
    assert repr(keys) == f"Keys(id='{keys.id}', fictional=False)"


@pytest.mark.parametrize("fictional", [False, True])
def test_a_key_file_comes_back(tmp_path: Path, fictional: bool) -> None:
    """A written key file gives the same keys, and is its owner's alone."""
    place = tmp_path / "keys" / "central.key"
    written = write_keys(place, SECRET, fictional=fictional)
    assert read_keys(place).id == written.id
    assert read_keys(place).fictional is fictional
    if os.name == "posix":
        assert place.stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError, match="findes allerede"):
        write_keys(place, SECRET)


@pytest.mark.parametrize("text", ["", "fpsheet-noegle-1\n", "fpsheet-noegle-1\nzz", "noget andet"])
def test_no_key_file_is_told(tmp_path: Path, text: str) -> None:
    """A file that is no key file has its sentence, and so has a missing one."""
    place = tmp_path / "central.key"
    with pytest.raises(StoreError, match="kan ikke læses"):
        read_keys(place)
    place.write_text(text, encoding="ascii")
    with pytest.raises(StoreError, match="kan ikke læses"):
        read_keys(place)


def test_a_short_secret_is_refused() -> None:
    """A secret of another length is no secret."""
    with pytest.raises(StoreError, match="rigtige længde"):
        derive_keys(b"kort")


def test_an_original_belongs_to_its_hash_and_its_bytes() -> None:
    """Sealed bytes under another hash, or with one bit changed anywhere, do not open."""
    keys, data = derive_keys(SECRET), b"CPR 6101801234"
    sha256 = hashlib.sha256(data).hexdigest()
    sealed = keys.seal_original(sha256, data)
    with pytest.raises(StoreError):
        keys.open_original(f"{'0' * 24}{sha256[24:]}", sealed)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(StoreError):
            keys.open_original(sha256, bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(StoreError):
            keys.open_original(sha256, sealed[:length])


def test_two_files_under_one_hash_share_no_stream() -> None:
    """Two contents sealed under the same named hash: their difference is not that of the bytes."""
    keys = derive_keys(SECRET)
    one, two = b"6101801234" * 9, b"0123456789" * 9
    sealed = [keys.seal_original("ab" * 32, data) for data in (one, two)]
    plain = bytes(a ^ b for a, b in zip(one, two, strict=True))
    assert plain not in bytes(a ^ b for a, b in zip(*sealed, strict=True))
    assert keys.seal_original("cd" * 32, one)[32:] != sealed[0][32:]
