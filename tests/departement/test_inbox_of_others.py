"""A folder of files that are no workbooks of ours: each is named, with the sentence check has.

STR-003, STR-007 to STR-010, STR-016 and STR-040: what a departement's inbox holds besides.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.exchange import Exchange
from tests.support.xlsx_parts import (
    CONTENT_TYPES,
    MAIN_TYPE,
    Package,
    make_package,
    sheet_xml,
    text_row,
)

if TYPE_CHECKING:
    from pathlib import Path


FOREIGN = make_package({"Ark1": sheet_xml(text_row(1, ["Navn", "Beløb"]))})
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ENTRY = "Workbook".encode("utf-16-le").ljust(64, b"\0") + bytes((18, 0, 2, 1)) + bytes(60)

FILES: dict[str, tuple[bytes, list[str]]] = {
    "956.xlsm": (FOREIGN.replace(CONTENT_TYPES, MAIN_TYPE, MACROS).data(), ["STR-010", "STR-040"]),
    "956.xlsb": (FOREIGN.with_part("xl/workbook.bin", b"\0").data(), ["STR-008", "STR-040"]),
    "956.xls": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + ENTRY + bytes(896),
        ["STR-007", "STR-040"],
    ),
    "956.ods": (
        Package({"mimetype": ODS.encode(), "content.xml": b"<a/>"}).data(
            compression=zipfile.ZIP_STORED
        ),
        ["STR-009", "STR-040"],
    ),
    "956.fods": (
        f'<office:document office:mimetype="{ODS}"/>'.encode(),
        ["STR-009", "STR-040"],
    ),
    "_956.xlsx": (FOREIGN.data(), ["STR-040"]),
    "~$956.xlsx": (b"\x05Bo T", ["STR-003"]),
    "956.xlsx.part": (FOREIGN.data()[:200], ["STR-016"]),
}


@pytest.mark.slow
def test_each_file_is_named_with_the_sentence_of_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """None is passed over, and what another program left is told without being a refusal."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    exchange.trust_the_post()
    for name, (data, _) in FILES.items():
        exchange.put(name, data)
    found = {str(file["file"]): file for file in exchange.sync()}
    assert {
        name: sorted(one["code"] for one in file["check"]["findings"])
        for name, file in found.items()
    } == {name: codes for name, (_, codes) in FILES.items()}
    traces = {name for name, file in found.items() if file["state"] == "trace"}
    assert traces == {"~$956.xlsx", "956.xlsx.part"}
    for name in FILES:
        _, said = exchange.call("departement", "check", str(exchange.post / name), "--json")
        alone = json.loads(said)["findings"]
        told = [(one["code"], one["message"]) for one in found[name]["check"]["findings"]]
        assert told == [(one["code"], one["message"]) for one in alone]
    _, said = exchange.call("departement", *exchange.command, "--again")
    assert all(name in said for name in FILES)


def test_a_folder_with_only_traces_needs_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A workbook that is open somewhere leaves a lock file each night: named, exit code 0."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    exchange.put("~$956.xlsx", b"\x05Bo T")
    code, said = exchange.call("departement", *exchange.command)
    assert code == 0
    assert "~$956.xlsx" in said
    assert "STR-003" in said
