"""Packages: PAK-001 to PAK-009, the keyring, the payload and the inbox."""

import copy
import json
import os
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet.checking.check_file import Question, check_raw
from fpsheet.checking.submission import Reception, make_submission
from fpsheet.transport.inbox import list_inbox, read_arrival
from fpsheet.transport.keyring import Keyring, load_keyring, save_keyring
from fpsheet.transport.payload import (
    Payload,
    PayloadError,
    read_payload,
    without_local,
    write_payload,
)
from fpsheet.transport.sealed_package import (
    new_identity,
    open_package,
    recipient_fingerprint,
    seal_package,
)
from fpsheet.transport.signing_key import (
    KeyFileError,
    SigningKey,
    load_public_key,
    load_signing_key,
    new_signing_key,
    save_signing_key,
)
from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.merge.content import prepare
from fpsheet_sync.merge.submission import Explanation
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.raw import CellKind, RawSheet, RawWorkbook, SheetTotals
from tests.support.forgery import forge, junk_payload
from tests.support.schema import SCHEMA

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

MARKED = "6901011234"
"""A CPR number of day 69: it belongs to nobody."""


@pytest.fixture(scope="module")
def form() -> Form:
    """Return the newest form."""
    return load_form()


@pytest.fixture(scope="module")
def departement() -> tuple[str, str]:
    """Return the departement's identity and recipient."""
    return new_identity()


@pytest.fixture(scope="module")
def key() -> SigningKey:
    """Return the signing key of kommune 956."""
    return new_signing_key("956")


@pytest.fixture(scope="module")
def keyring(key: SigningKey) -> Keyring:
    """Return a keyring with that key in force."""
    return Keyring().enrol(key.public, heard=key.public.fingerprint, at=NOW, by="Enhed A")


def workbook() -> RawWorkbook:
    """Return a workbook with one citizen, a name, and a faulty cell."""
    frame = pl.DataFrame(
        {
            "raekke": [4, 9],
            "raekke_id": ["K-B-1", None],
            "cpr": [MARKED, "x"],
            "navn": ["Fiktiv Borger", "Fiktiv To"],
            "sagsbehandler": ["ABC", None],
        },
        schema_overrides={"raekke": pl.Int32()},
    )
    borger = RawSheet(
        sheet="borger",
        title="Fiktiv Borger og andre",
        frame=frame,
        columns={"cpr": "C", "navn": "D", "sagsbehandler": "G"},
        missing=("lokalitet",),
        kinds={
            (9, "cpr"): frozenset({CellKind.NUMBER, CellKind.FORMULA}),
            (9, "navn"): frozenset({CellKind.REPAIRED}),
        },
        totals=SheetTotals(7, 2, 5),
    )
    meta = {"kommune_kode": "956", "aar": "2026", "workbook_id": "K7Q2M9XA", "form_version": "1"}
    cover = {"kontaktperson": ("Fiktiv Kontakt", "C5"), "ingen_sager": (None, "C7")}
    name = "Sager for Fiktiv Borger.xlsx"
    return RawWorkbook("ab" * 32, name, meta, cover, {"borger": borger}, ("job",), date1904=True)


def payload(form: Form) -> Payload:
    """Return what travels of that workbook."""
    return Payload(without_local(workbook(), form), (Explanation("FOR-002", "forloeb", 5, "Set."),))


def test_what_travels_holds_no_local_field(form: Form) -> None:
    """Names, contact details, free text and names of file and tabs stay in the kommune."""
    content = read_payload(write_payload(payload(form)), load_form())
    book = content.workbook
    assert book.name == "956-2026.xlsx"
    assert book.cover == {"ingen_sager": (None, "C7")}
    assert book.sheets["borger"].frame["navn"].to_list() == [None, None]
    assert book.sheets["borger"].frame["cpr"].to_list() == [MARKED, "x"]
    assert list(book.sheets["borger"].kinds) == [(9, "cpr")]
    assert book.sheets["borger"].title == "Borgere"
    assert "Fiktiv" not in repr(content)


def test_a_payload_reads_as_it_was_written(form: Form) -> None:
    """Every cell, address, kind, total and setting comes through, and bytes are the same."""
    sent = payload(form)
    got = read_payload(write_payload(sent), load_form())
    assert write_payload(got) == write_payload(sent)
    assert got.explanations == sent.explanations
    one, two = got.workbook.sheets["borger"], sent.workbook.sheets["borger"]
    assert one.frame.equals(two.frame)
    assert one.frame.schema == two.frame.schema
    assert replace(one, frame=two.frame) == two
    assert replace(got.workbook, sheets={}) == replace(sent.workbook, sheets={})


def test_a_sealed_package_opens_at_the_departement(
    form: Form, departement: tuple[str, str], key: SigningKey, keyring: Keyring
) -> None:
    """What was sealed comes out; nothing readable stands outside."""
    identity, recipient = departement
    sealed = seal_package(payload(form), key=key, recipient=recipient, sealed_at=NOW)
    assert MARKED.encode() not in sealed
    assert b"956" not in sealed[:200]
    opened, findings = open_package(sealed, identity=identity, keyring=keyring, form=form)
    assert findings == ()
    assert opened is not None
    assert opened.manifest.rows == {"borger": 2}
    assert write_payload(opened.payload) == write_payload(payload(form))


def test_the_same_workbook_sealed_twice_is_the_same_package(
    form: Form, departement: tuple[str, str], key: SigningKey, keyring: Keyring
) -> None:
    """Sealing is random, what is sealed is not: a replay is known by its signed manifest."""
    identity, recipient = departement
    seals = [seal_package(payload(form), key=key, recipient=recipient, sealed_at=NOW) for _ in "12"]
    assert seals[0] != seals[1]
    opened = [open_package(s, identity=identity, keyring=keyring, form=form)[0] for s in seals]
    assert opened[0] is not None
    assert opened[1] is not None
    assert opened[0].sha256 == opened[1].sha256


def codes(
    data: bytes, form: Form, identity: str, keyring: Keyring
) -> tuple[tuple[str, ...], object]:
    """Return the codes found in a package, and the package."""
    opened, findings = open_package(data, identity=identity, keyring=keyring, form=form)
    for finding in findings:
        assert MARKED not in finding.message(SpokenForm(form, "da")) + finding.remedy(
            SpokenForm(form, "en")
        ) + repr(finding)
    return tuple(finding.code for finding in findings), opened


def test_packages_that_are_not_what_they_say(
    form: Form, departement: tuple[str, str], key: SigningKey, keyring: Keyring
) -> None:
    """Each way a package can be wrong has its own code, and none gives a payload."""
    identity, recipient = departement
    stranger = new_signing_key("956")
    other = new_signing_key("707")
    both = keyring.enrol(other.public, heard=other.public.fingerprint, at=NOW, by="Enhed A")
    revoked = keyring.revoke(key.public.fingerprint, at=NOW, reason="Mistet")
    _, foreign = new_identity()

    def seal(signer: SigningKey, to: str = recipient) -> bytes:
        return seal_package(payload(form), key=signer, recipient=to, sealed_at=NOW)

    good = seal(key)
    cases = {
        "PAK-001": [(good[:-1], keyring), (b"", keyring), (good[:40], keyring)],
        "PAK-002": [(seal(stranger), keyring)],
        "PAK-003": [(good, revoked)],
        "PAK-007": [(seal(other), both)],
    }
    cases["PAK-001"].append((seal(key, foreign), keyring))
    for code, attempts in cases.items():
        for data, ring in attempts:
            assert codes(data, form, identity, ring) == ((code,), None), code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"manifest": {"aar": "2025"}, "sign": False}, "PAK-004"),
        ({"manifest": {"recipient": "age1other"}}, "PAK-005"),
        ({"content": b"other bytes"}, "PAK-006"),
        ({"manifest": {"aar": "2025"}}, "PAK-008"),
        ({"manifest": {"rows": {"borger": 3}}}, "PAK-008"),
    ],
)
def test_forged_insides(
    change: dict[str, Any],
    code: str,
    form: Form,
    departement: tuple[str, str],
    key: SigningKey,
    keyring: Keyring,
) -> None:
    """A manifest that contradicts its signature, recipient, payload or workbook is refused."""
    sealed = forge(payload(form), key=key, identity=departement[0], sealed_at=NOW, **change)
    assert codes(sealed, form, departement[0], keyring) == ((code,), None)


def test_a_signed_payload_that_is_no_payload(
    form: Form, departement: tuple[str, str], key: SigningKey, keyring: Keyring
) -> None:
    """Damaged before signing: PAK-009, not a traceback."""
    change: dict[str, Any] = junk_payload()
    sealed = forge(payload(form), key=key, identity=departement[0], sealed_at=NOW, **change)
    assert codes(sealed, form, departement[0], keyring) == (("PAK-009",), None)


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_no_bytes_make_a_payload_crash(data: bytes) -> None:
    """Whatever arrives is read or refused with PayloadError."""
    with pytest.raises(PayloadError):
        read_payload(data, load_form())


def test_a_key_is_enrolled_by_the_digits_read_aloud(key: SigningKey) -> None:
    """Wrong digits, a third key and a known key are refused; spaces do not matter."""
    heard = key.public.fingerprint.replace(" ", "-")
    ring = Keyring().enrol(key.public, heard=heard, at=NOW, by="Enhed A")
    wrong = f"{(int(heard[0]) + 1) % 10}{heard[1:]}"
    with pytest.raises(KeyFileError, match="passer ikke"):
        Keyring().enrol(key.public, heard=wrong, at=NOW, by="Enhed A")
    with pytest.raises(KeyFileError, match="allerede registreret"):
        ring.enrol(key.public, heard=heard, at=NOW, by="Enhed A")
    second, third = new_signing_key("956").public, new_signing_key("956").public
    ring = ring.enrol(second, heard=second.fingerprint, at=NOW, by="Enhed A")
    with pytest.raises(KeyFileError, match="to nøgler"):
        ring.enrol(third, heard=third.fingerprint, at=NOW, by="Enhed A")
    ring = ring.revoke(second.fingerprint, at=NOW, reason="Mistet")
    ring = ring.enrol(third, heard=third.fingerprint, at=NOW, by="Enhed A")
    assert [entry.public for entry in ring.active("956")] == [key.public, third]
    with pytest.raises(KeyFileError, match="Ingen gyldig"):
        ring.revoke(second.fingerprint, at=NOW, reason="igen")


def test_keys_and_keyring_survive_their_files(tmp_path: Path, key: SigningKey) -> None:
    """What is saved is read again; a wrong password and foreign files are refused by name."""
    secret, public, ring = tmp_path / "k.key", tmp_path / "k.pub", tmp_path / "ring.json"
    save_signing_key(key, secret, password="hemmelig")
    assert load_signing_key(secret, password="hemmelig").public == key.public
    with pytest.raises(KeyFileError, match="låses op"):
        load_signing_key(secret, password="forkert")
    public.write_bytes(key.public.to_bytes())
    assert load_public_key(public) == key.public
    with pytest.raises(KeyFileError, match="ikke en nøgle"):
        load_public_key(secret)
    keyring = Keyring().enrol(key.public, heard=key.public.fingerprint, at=NOW, by="Enhed Æ")
    keyring = keyring.revoke(key.public.fingerprint, at=NOW + timedelta(1), reason="Mistet")
    save_keyring(keyring, ring)
    assert load_keyring(ring) == keyring
    assert load_keyring(tmp_path / "none.json") == Keyring()
    ring.write_text("{", encoding="utf-8")
    with pytest.raises(KeyFileError, match="beskadiget"):
        load_keyring(ring)
    assert "PRIVATE" not in repr(key)


def test_the_departement_has_a_fingerprint_too(departement: tuple[str, str]) -> None:
    """Five groups of five digits, other for another recipient."""
    ours = recipient_fingerprint(departement[1])
    assert [len(group) for group in ours.split(" ")] == [5] * 5
    assert ours != recipient_fingerprint(new_identity()[1])


def test_an_inbox_with_traces_of_other_programs(tmp_path: Path) -> None:
    """Lock and part files are told by name, hidden files ignored; others are files like any."""
    names = [
        "956.xlsx",
        "956 (1).xlsx",
        "956 (Conflicted copy 2026).fpsheet",
        "~$956.xlsx",
        ".956.xlsx.part",
        "957.xlsx.crdownload",
        "Thumbs.db",
        "readme.txt",
        "_956.xlsx",
        "956.xlsm",
        "UPPER.XLSX",
    ]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    inner = tmp_path / "707"
    inner.mkdir()
    (inner / "late.xlsx").write_bytes(b"yy")
    for file in tmp_path.rglob("*.*"):
        os.utime(file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    for lately in ("956 (1).xlsx", "956 (Conflicted copy 2026).fpsheet"):
        os.utime(tmp_path / lately, (NOW.timestamp() - 1, NOW.timestamp() - 1))
    inbox = list_inbox(str(tmp_path), now=NOW)
    arrived = {arrival.name for arrival in inbox.arrivals}
    copy = "956 (Conflicted copy 2026).fpsheet"
    others = {"readme.txt", "_956.xlsx", "956.xlsm"}
    assert arrived == {"956.xlsx", copy, "UPPER.XLSX", "late.xlsx", *others}
    assert [arrival.name for arrival in inbox.waiting] == ["956 (1).xlsx"]
    assert {trace.name for trace in inbox.traces} == {"~$956.xlsx", "957.xlsx.crdownload"}
    assert set(inbox.ignored) == {".956.xlsx.part", "Thumbs.db"}
    late = next(arrival for arrival in inbox.arrivals if arrival.name == "late.xlsx")
    assert (read_arrival(late), late.size) == (b"yy", 2)
    assert late.modified_at == NOW - timedelta(seconds=60)


def test_a_missing_inbox_is_said(tmp_path: Path) -> None:
    """The sentence names the folder."""
    with pytest.raises(UsageError, match="findes ikke"):
        list_inbox(str(tmp_path / "nowhere"), now=NOW)


BAD_INSIDES: dict[str, Any] = {
    "nested": b"[" * 200_000,
    "nested tables": b'{"a":' * 200_000,
    "a number of 5000 digits": b'{"version": ' + b"9" * 5000 + b"}",
    "not a number": b'{"version": NaN}',
    "no table": b"[1]",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD_INSIDES)
def test_json_that_nobody_of_us_wrote(name: str) -> None:
    """Nested without end, numbers that are none: refused as damaged."""
    with pytest.raises(PayloadError):
        read_payload(zlib.compress(BAD_INSIDES[name]), load_form())


def change_at(content: dict[str, Any], path: tuple[Any, ...], value: object) -> bytes:
    """Return a payload with one place in it changed."""
    changed: Any = copy.deepcopy(content)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return zlib.compress(json.dumps(changed).encode())


BAD_VALUES: list[tuple[tuple[Any, ...], object]] = [
    (("sha256",), "zz"),
    (("date1904",), "false"),
    (("meta", "aar"), 2026),
    (("meta", "workbook_id"), "A\0B"),
    (("meta", "parent"), "\ud800"),
    (("cover", "ingen_sager"), ["ja"]),
    (("missing",), ["findes ikke"]),
    (("sheets", "findes_ikke"), {}),
    (("sheets", "borger", "rows", "cpr"), ["x"]),
    (("sheets", "borger", "rows", "cpr"), ["x", 1]),
    (("sheets", "borger", "rows", "cpr"), ["x", ["y"]]),
    (("sheets", "borger", "rows", "raekke"), [4, 4]),
    (("sheets", "borger", "rows", "raekke"), [4, 4.5]),
    (("sheets", "borger", "rows", "raekke"), [4, 1 << 40]),
    (("sheets", "borger", "rows", "raekke"), [True, False]),
    (("sheets", "borger", "rows", "ukendt"), [None, None]),
    (("sheets", "borger", "totals"), [1, 2, 3]),
    (("sheets", "borger", "totals"), [-1, 0, 0, 0]),
    (("sheets", "borger", "kinds"), [[9, "cpr", ["ukendt"]]]),
    (("sheets", "borger", "kinds"), [[9, "ukendt", ["number"]]]),
    (("explanations",), [["FOR-002", "forloeb", 1 << 70, "Set."]]),
    (("explanations",), [["FOR-002", "ukendt", 5, "Set."]]),
    (("explanations",), [["FOR-002", "forloeb"]]),
]


@pytest.mark.parametrize(("path", "value"), BAD_VALUES)
def test_a_value_of_the_wrong_kind_is_damage(
    form: Form, path: tuple[Any, ...], value: object
) -> None:
    """Nothing in a payload is converted to what it should have been."""
    content = json.loads(zlib.decompress(write_payload(payload(form))))
    with pytest.raises(PayloadError):
        read_payload(change_at(content, path, value), load_form())


def places(content: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every place in a JSON value."""
    found = [path] if path else []
    inner: list[tuple[Any, object]] = []
    if isinstance(content, dict):
        inner = list(content.items())
    elif isinstance(content, list):
        inner = list(enumerate(content))
    for step, value in inner:
        found += places(value, (*path, step))
    return found


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.sampled_from(["", "1", "9999999999999999999999", "2026-13-45T99:99", "Å" * 40]),
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_payload_is_damage_or_is_checked(data: st.DataObject) -> None:
    """One place in a good payload changed to anything: PayloadError, or it can be checked whole."""
    form = load_form()
    content = json.loads(zlib.decompress(write_payload(payload(form))))
    path = data.draw(st.sampled_from(places(content)))
    changed = change_at(content, path, data.draw(JSON_VALUES))
    try:
        read = read_payload(changed, load_form())
    except PayloadError:
        return
    verdict = check_raw(read.workbook, (), Path("x"), Question(form, date(2026, 11, 22)))
    assert verdict.check is not None
    reception = Reception(NOW, explanations=read.explanations, choices=read.choices)
    submission = make_submission(verdict.check, verdict.findings, form, reception)
    assert 0 <= submission.aar <= 9999
    assert prepare(submission, derive_keys(b"\x07" * 32), SCHEMA.layouts).rows
