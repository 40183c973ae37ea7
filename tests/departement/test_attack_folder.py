"""Who may write into one folder of the inbox: it delivers for nobody but whom the folder is for.

Findings: PAK-010, PAK-013, PAK-014.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fpsheet.cli.failure_output import ExitCode
from fpsheet.transport.folder import Folder
from fpsheet.transport.outbox import send_plain
from fpsheet_sync.database.store import open_store
from fpsheet_templates.load import load_form
from tests.support.desk import Row, make_database, make_workbook
from tests.support.exchange import Exchange, payload_of

if TYPE_CHECKING:
    from pathlib import Path

FORM = load_form()
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [{"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}],
}


@pytest.fixture
def exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Exchange:
    """Return a departement that has exchanged keys with 956 and not with 957 and 959."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    (exchange.post / "957").mkdir(parents=True)
    return exchange


def codes(exchange: Exchange) -> dict[str, list[str]]:
    """Merge the post; return the codes of refused files, and nothing for those that were merged."""
    found = exchange.sync()
    for each in found:
        assert each["check"] is None or CPR not in str(each["check"])
    return {
        str(each["file"]): [one["code"] for one in each["check"]["findings"]]
        if each["state"] == "refused"
        else []
        for each in found
    }


@pytest.mark.slow
@pytest.mark.parametrize("sealed_as", ["workbook", "package"])
def test_a_folder_delivers_for_its_own_kommune_alone(exchange: Exchange, sealed_as: str) -> None:
    """In 957's folder its own file is merged; one of 956, with keys or without, is refused."""
    exchange.trust({(exchange.post / "957").as_posix(): ["957"]})

    def put(folder: str, kommune: str) -> None:
        data = make_workbook(FORM, ROWS, kommune=kommune)
        if sealed_as == "package":
            place = send_plain(payload_of(data), Folder(str(exchange.root / "ud")))
            data = type(exchange.root)(place).read_bytes()
        suffix = ".fpsheet" if sealed_as == "package" else ".xlsx"
        exchange.put(f"{folder}/{kommune}-i-{folder}{suffix}", data)

    for kommune in ("956", "957", "959"):
        put("957", kommune)
    put("andre", "957")
    found = {name.partition(".")[0]: codes for name, codes in codes(exchange).items()}
    assert found == {
        "956-i-957": ["PAK-013"],
        "957-i-957": [],
        "959-i-957": ["PAK-013"],
        "957-i-andre": ["PAK-010"],
    }


@pytest.mark.slow
def test_a_kommune_with_a_key_delivers_signed(exchange: Exchange) -> None:
    """Also from its own folder and after the key was revoked, until the departement says so."""
    folders = {(exchange.post / "956").as_posix(): ["956"]}
    exchange.trust(folders)
    exchange.put("956/956.xlsx", make_workbook(FORM, ROWS))
    assert codes(exchange) == {"956.xlsx": ["PAK-014"]}
    revoke = ("keys", "revoke", "--digits", exchange.digits_of("956"), "--reason", "Pc mistet")
    assert exchange.call("departement", *revoke)[0] == 0
    exchange.put("956/956.xlsx", make_workbook(FORM, ROWS, premade=6))
    assert codes(exchange) == {"956.xlsx": ["PAK-014"]}
    exchange.trust(folders, despite_key=["956"])
    exchange.put("956/956.xlsx", make_workbook(FORM, ROWS, premade=7))
    assert codes(exchange) == {"956.xlsx": []}


def test_of_folders_in_folders_the_inner_one_counts(exchange: Exchange) -> None:
    """A folder within one that is for others is for its own kommune alone."""
    inner = exchange.post / "957"
    exchange.trust({exchange.post.as_posix(): ["959"], inner.as_posix(): ["957"]})
    exchange.put("957/959.xlsx", make_workbook(FORM, ROWS, kommune="959"))
    exchange.put("959.xlsx", make_workbook(FORM, ROWS, kommune="959", premade=6))
    exchange.put("957.xlsx", make_workbook(FORM, ROWS, kommune="957"))
    assert exchange.sync()  # names are alike, so they are told apart by what was merged
    assert [receipt.parent.name for receipt in exchange.all_receipts()] == ["959"]


def test_a_link_out_of_the_folder_is_not_in_it(exchange: Exchange) -> None:
    """A link in 957's folder to a file elsewhere is judged by where the file lies."""
    exchange.trust({(exchange.post / "957").as_posix(): ["957"]})
    elsewhere = exchange.root / "andet.xlsx"
    elsewhere.write_bytes(make_workbook(FORM, ROWS, kommune="957"))
    try:
        (exchange.post / "957" / "957.xlsx").symlink_to(elsewhere)
    except OSError:
        pytest.skip("no links without rights on this system")
    exchange.age(elsewhere)
    assert [each["state"] for each in exchange.sync()] in ([], ["refused"])


def test_a_setting_names_kommuner_that_exist(exchange: Exchange) -> None:
    """A slip in the settings is told before anything is read."""
    exchange.trust({exchange.post.as_posix(): ["9577"]})
    code, said = exchange.call("departement", *exchange.command)
    assert code == ExitCode.USAGE
    assert "9577" in said


def test_named_folders_hold_without_keys_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A departement without keys that has named a folder takes files from it alone."""
    make_database(tmp_path / "central.db")
    exchange = Exchange(tmp_path, capsys)
    exchange.trust({(exchange.post / "957").as_posix(): ["957"]})
    exchange.put("957/957.xlsx", make_workbook(FORM, ROWS, kommune="957"))
    exchange.put("959.xlsx", make_workbook(FORM, ROWS, kommune="959"))
    assert codes(exchange) == {"957.xlsx": [], "959.xlsx": ["PAK-010"]}


@pytest.mark.parametrize("has_keys", [True, False])
def test_nothing_unsigned_is_taken_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, has_keys: bool
) -> None:
    """With `takes_unsigned = false` no whole workbook comes in, also before there are any keys.

    Its free text lies in no original either; a folder that is trusted changes nothing.
    """
    exchange = Exchange(tmp_path, capsys)
    if has_keys:
        exchange.exchange_keys()
    else:
        make_database(tmp_path / "central.db")
    exchange.trust({exchange.post.as_posix(): ["957"]})
    settings = tmp_path / "departement" / "fpsheet.toml"
    whole = make_workbook(FORM, ROWS, kommune="957")
    settings.write_text(f"takes_unsigned = false\n{settings.read_text('utf-8')}", "utf-8")
    exchange.put("957.xlsx", whole)
    send_plain(payload_of(whole), Folder(str(exchange.post)))
    for file in exchange.post.iterdir():
        exchange.age(file)
    found = codes(exchange)
    assert len(found) == 2
    assert all(each == ["PAK-010"] for each in found.values())
    store = open_store(exchange.database, FORM)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM original")).scalar() == 0
    store.close()
