"""Who exchanges a key file on its way: the digits say whose key it is, and the program asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fpsheet.transport.signing_key import PublicKey, new_signing_key
from tests.support.exchange import Exchange, digits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Exchange:
    """Return a departement with which 956 has exchanged keys."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    return exchange


def enrol(exchange: Exchange, file: Path, kommune: str, heard: str, *more: str) -> tuple[int, str]:
    """Enrol a key file as the departement."""
    command = ("keys", "enrol", str(file), "--kommune", kommune, "--heard", heard, *more)
    return exchange.call("departement", *command)


def ring(exchange: Exchange) -> list[dict[str, str]]:
    """Return the keys of the departement's keyring."""
    _, said = exchange.call("departement", "keys", "list", "--json")
    found: list[dict[str, str]] = json.loads(said)
    return found


def test_the_digits_say_whose_key_it_is(exchange: Exchange) -> None:
    """957's key file with 956 written into it is enrolled for neither, by 957's digits."""
    _, said = exchange.call("957", "keys", "new", "--kommune", "957")
    file = exchange.root / "957" / "noegler" / "underskrift-957.json"
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**content, "kommune": "956"}), "utf-8")
    code, told = enrol(exchange, file, "956", digits(said), "--second")
    assert code != 0
    assert "passer ikke" in told
    code, told = enrol(exchange, file, "957", digits(said))
    assert code == 2
    assert "ikke fra kommune 957" in told
    assert [key["kommune"] for key in ring(exchange)] == ["956"]


def test_the_same_key_of_two_kommuner_has_two_digits() -> None:
    """Whoever reads 957's digits aloud vouches for no key of 956."""
    key = new_signing_key("957").public
    assert PublicKey("956", key.key).fingerprint != key.fingerprint
    assert PublicKey("956", key.key).id == key.id


def test_a_second_key_is_told_and_asked_about(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no, or nobody to ask, leaves the keyring as it was; a yes enrols it."""
    (first,) = ring(exchange)
    _, said = exchange.call("nul", "keys", "new", "--kommune", "956")
    file = exchange.root / "nul" / "noegler" / "underskrift-956.json"
    code, told = enrol(exchange, file, "956", digits(said))
    assert (code, len(ring(exchange))) == (1, 1)
    assert "--second" in told
    for name, answer in (("en", False), ("to", True)):
        _, said = exchange.call(name, "keys", "new", "--kommune", "956")
        file = exchange.root / name / "noegler" / "underskrift-956.json"
        asked: list[str] = []

        def confirm(text: str, *, err: bool, yes: bool = answer) -> bool:
            assert err
            asked.append(text)  # noqa: B023 - called within the round
            return yes

        monkeypatch.setattr("click.confirm", confirm)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        code, told = enrol(exchange, file, "956", digits(said))
        assert "har allerede en nøgle" in told
        assert first["digits"] in told
        assert len(asked) == 1
        assert (code, len(ring(exchange))) == ((0, 2) if answer else (1, 1))


def test_a_key_that_stands_in_the_keyring_goes_to_no_other_kommune(exchange: Exchange) -> None:
    """956's own public key, sent as that of 957 with the digits to it, is refused as known."""
    file = exchange.root / "kommune" / "noegler" / "underskrift-956.json"
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**content, "kommune": "957"}), "utf-8")
    from fpsheet.transport.signing_key import load_public_key

    code, told = enrol(exchange, file, "957", load_public_key(file).fingerprint)
    assert code != 0
    assert "allerede registreret" in told


def test_the_departements_key_is_taken_for_ones_own_kommune(exchange: Exchange) -> None:
    """In the folder of 956's key another kommune is refused; its own is shown by name."""
    file = str(exchange.root / "departement" / "noegler" / "modtager.txt")
    command = ("keys", "trust", file, "--heard", "1", "--kommune", "957")
    code, told = exchange.call("kommune", *command)
    assert code == 2
    assert "ikke fra kommune 957" in told
