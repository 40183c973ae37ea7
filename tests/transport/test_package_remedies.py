"""Every refusal of a package has a way out: what its advice says, done literally, gets it merged.

The codes come from the catalogue, so a new one without a case fails. Both desks use the command
line: what the advice tells a kommune or a departement to do is a command they give.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import pytest

from fpsheet.transport.key_folder import KeyFolder
from fpsheet.transport.sealed_package import recipient_fingerprint, seal_package
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from tests.support.desk import Row, make_workbook
from tests.support.exchange import PASSWORD, Exchange, digits, payload_of
from tests.support.forgery import forge, junk_payload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("warm_reading")

FORM = load_form()
REFUSALS: Final = sorted(rule.code for rule in FORM.rules if rule.level is RuleLevel.PACKAGE)
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [{"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}],
}
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
REVOKED = ("--reason", "Pc mistet")


@dataclass(frozen=True)
class Case:
    """What is refused, and the way out.

    Attributes:
        refused: Lays into the post what is refused, and gives its name.
        step: What the advice says; it ends with something in the post that is merged.
        begins: How the advice begins, so that the step is that of the sentence.
    """

    refused: Callable[[Exchange], None]
    step: Callable[[Exchange], object]
    begins: str


def workbook(exchange: Exchange, kommune: str = "956", premade: int = 5) -> Path:
    """Return the kommune's workbook."""
    file = exchange.root / f"{kommune}.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS, kommune=kommune, premade=premade))
    return file


def send(exchange: Exchange) -> None:
    """Send it with `fpsheet submit`."""
    submit(exchange, "kommune", workbook(exchange))


def submit(exchange: Exchange, desk: str, file: Path) -> None:
    """Send a workbook from a desk; a package of the same workbook is written over."""
    command = ("submit", str(file), "--to", str(exchange.post), "--today", "22-11-2026")
    code, said = exchange.call(desk, *command)
    assert code in {0, 1}, said
    for package in exchange.post.glob("*.fpsheet"):
        exchange.age(package)


def damage(exchange: Exchange) -> None:
    """Lose the end of a package on the way."""
    package = exchange.submit(workbook(exchange))
    exchange.put(package.name, package.read_bytes()[:-1])


def sign_anew(exchange: Exchange) -> None:
    """Make a new key at the kommune, which nobody has heard of."""
    new_key(exchange)
    send(exchange)


def new_key(exchange: Exchange) -> None:
    """Move the old key away, and make one with `fpsheet keys new`."""
    folder, away = exchange.root / "kommune" / "noegler", exchange.root / "gammel"
    away.mkdir()
    KeyFolder(folder).signing.rename(away / "noegle")
    code, said = exchange.call("kommune", "keys", "new", "--kommune", "956")
    assert code == 0, said
    (exchange.root / "cifre.txt").write_text(digits(said), "utf-8")


def enrol(exchange: Exchange, *more: str) -> None:
    """Call the departement and read out the digits; it enrols the key."""
    public = str(exchange.root / "kommune" / "noegler" / "underskrift-956.json")
    heard = (exchange.root / "cifre.txt").read_text("utf-8")
    code, said = exchange.call(
        "departement", "keys", "enrol", public, "--kommune", "956", "--heard", heard, *more
    )
    assert code == 0, said


def enrol_and_try_again(exchange: Exchange) -> None:
    """Have the second key enrolled; the package in the post is then taken by itself."""
    enrol(exchange, "--second")


def revoke(exchange: Exchange) -> None:
    """Lose the pc: the key is revoked, and something signed with it comes all the same."""
    send(exchange)
    command = ("keys", "revoke", "--digits", exchange.digits_of("956"), *REVOKED)
    assert exchange.call("departement", *command)[0] == 0


def start_anew(exchange: Exchange) -> None:
    """Make a new key, have it enrolled, and send again."""
    new_key(exchange)
    enrol(exchange)
    submit(exchange, "kommune", workbook(exchange, premade=6))


def forged(**change: object) -> Callable[[Exchange], None]:
    """Return what lays a package into the post that was changed inside."""

    def lay(exchange: Exchange) -> None:
        load = payload_of(workbook(exchange).read_bytes())
        identity = KeyFolder(exchange.root / "departement" / "noegler").identity(password=PASSWORD)
        data = forge(
            load,
            key=exchange.key("kommune"),
            identity=identity,
            sealed_at=MOMENT,
            **change,  # type: ignore[arg-type]
        )
        exchange.put("956.fpsheet", data)

    return lay


def seal_other(exchange: Exchange) -> None:
    """Sign another kommune's rows with one's own key."""
    load = payload_of(workbook(exchange, "957").read_bytes())
    recipient = KeyFolder(exchange.root / "kommune" / "noegler").recipient()
    data = seal_package(load, key=exchange.key("kommune"), recipient=recipient, sealed_at=MOMENT)
    exchange.put("957.fpsheet", data)


def lay_unsigned(exchange: Exchange) -> None:
    """Lay the workbook itself into the inbox."""
    exchange.put("956.xlsx", workbook(exchange).read_bytes())


def claim_the_hash(exchange: Exchange) -> None:
    """Send a package of 957 that says it is made of a file that 956 has sent."""
    send(exchange)
    exchange.sync()
    (taken,) = {json.loads(file.read_bytes())["sha256"] for file in exchange.receipts(".json")}
    key = exchange.enrol("957")
    load = payload_of(workbook(exchange, "957").read_bytes(), sha256=taken)
    recipient = KeyFolder(exchange.root / "kommune" / "noegler").recipient()
    exchange.put("957.fpsheet", seal_package(load, key=key, recipient=recipient, sealed_at=MOMENT))


def save_and_submit_957(exchange: Exchange) -> None:
    """Save the workbook again, and send it with `fpsheet submit` from the pc of 957."""
    recipient = exchange.root / "departement" / "noegler" / "modtager.txt"
    heard = recipient_fingerprint(recipient.read_text("utf-8").strip())
    trust = ("keys", "trust", str(recipient), "--kommune", "957", "--heard", heard)
    assert exchange.call("957", *trust)[0] == 0
    submit(exchange, "957", workbook(exchange, "957", premade=7))


def lay_into_other_folder(exchange: Exchange) -> None:
    """Lay the workbook of 957 into the folder of 956."""
    folders = {(exchange.post / kommune).as_posix(): [kommune] for kommune in ("956", "957")}
    exchange.trust(folders)
    exchange.put("956/957.xlsx", workbook(exchange, "957").read_bytes())


def lay_into_own_folder(exchange: Exchange) -> None:
    """Lay the file into the kommune's own folder of the inbox."""
    exchange.put("957/957.xlsx", workbook(exchange, "957").read_bytes())


def lay_unsigned_despite_key(exchange: Exchange) -> None:
    """Lay the workbook itself into the kommune's folder, though it has a key."""
    exchange.trust({(exchange.post / "956").as_posix(): ["956"]})
    exchange.put("956/956.xlsx", workbook(exchange).read_bytes())


CASES: Final[dict[str, Case]] = {
    "PAK-001": Case(damage, send, "Send pakken igen"),
    "PAK-002": Case(sign_anew, enrol_and_try_again, "Få nøglen registreret"),
    "PAK-003": Case(revoke, start_anew, "Flyt den gamle nøgle"),
    "PAK-004": Case(forged(manifest={"aar": "2025"}, sign=False), send, "Send pakken igen."),
    "PAK-005": Case(
        forged(manifest={"recipient": "age1other"}), send, "Bed departementet om filen"
    ),
    "PAK-006": Case(forged(content=b"other bytes"), send, "Send pakken igen."),
    "PAK-007": Case(seal_other, send, "Send kun kommunens egen projektmappe"),
    "PAK-008": Case(forged(manifest={"rows": {"borger": 3}}), send, "Send projektmappen igen"),
    "PAK-009": Case(forged(**junk_payload()), send, "Kontrollér, at departementet og kommunen"),
    "PAK-010": Case(lay_unsigned, send, "Lav kommunens nøgle"),
    "PAK-012": Case(claim_the_hash, save_and_submit_957, "Gem projektmappen igen"),
    "PAK-013": Case(lay_into_other_folder, lay_into_own_folder, "Læg filen i kommunens egen"),
    "PAK-014": Case(lay_unsigned_despite_key, send, "Send projektmappen med »fpsheet submit«"),
}


def test_every_refusal_has_a_way_out() -> None:
    """A new code without a case fails here, and so does a case without a code."""
    assert sorted(CASES) == REFUSALS


@pytest.mark.slow
@pytest.mark.parametrize("code", CASES)
def test_the_advice_done_literally_gets_the_file_merged(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The post is refused by the code; after the step one more file is merged."""
    exchange, case = Exchange(tmp_path, capsys), CASES[code]
    exchange.exchange_keys()
    case.refused(exchange)
    (refused,) = (file for file in exchange.sync() if file["state"] == "refused")
    (finding,) = refused["check"]["findings"]
    assert finding["code"] == code
    assert finding["remedy"].startswith(case.begins)
    before = len(exchange.all_receipts())
    case.step(exchange)
    states = [file["state"] for file in exchange.sync()]
    assert "flettet" in states
    assert len(exchange.all_receipts()) == before + 1
