"""Commands of keys: keys new, trust, departement, enrol, revoke, list."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand, SpokenGroup
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.parameters import (
    database_option,
    file_argument,
    flag,
    json_option,
    kommune_option,
    text_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.transport.keyring import EnrolledKey
    from fpsheet.transport.outbox import Sealing

PASSWORD_VARIABLE = "FPSHEET_KEY_PASSWORD"  # noqa: S105 - the name of a variable
"""Environment variable with the password of the signing key, for runs without a person."""


def make_key_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    kommune = kommune_option(words, required=True)
    database = database_option(words)
    heard = text_option(words, "--heard", key="command.keys.heard", metavar="digits", required=True)
    reason = text_option(
        words, "--reason", key="command.keys.reason", metavar="text", required=True
    )
    digits = text_option(
        words, "--digits", key="command.keys.digits", metavar="digits", required=True
    )
    key_file = file_argument(words, "file", key="command.keys.file")
    second = flag(words, "--second", name="is_second", key="command.keys.enrol.is_second")
    commands = [
        SpokenCommand("keys.new", words=words, params=[kommune], run=make_key),
        SpokenCommand(
            "keys.trust", words=words, params=[key_file, kommune, heard], run=trust_departement
        ),
        SpokenCommand("keys.departement", words=words, params=[], run=make_departement_key),
        SpokenCommand(
            "keys.enrol", words=words, params=[key_file, kommune, heard, second], run=enrol_key
        ),
        SpokenCommand("keys.revoke", words=words, params=[digits, reason], run=revoke_key),
        SpokenCommand("keys.clerk", words=words, params=[database], run=make_clerk),
        SpokenCommand("keys.vouch", words=words, params=[key_file, heard, database], run=vouch),
        SpokenCommand("keys.list", words=words, params=[json_option(words)], run=list_keys),
    ]
    return (SpokenGroup("keys", words=words, commands=commands),)


def ask_password(session: Session, *, twice: bool = False) -> str:
    """Return the password of the signing key: of the environment, else typed unseen.

    Raises:
        UsageError: The environment has none, and there is no terminal to type it at.
    """
    given = session.environment.get(PASSWORD_VARIABLE)
    if given:
        return given
    if sys.stdin is None or not sys.stdin.isatty():
        # A scheduled run would wait for ever, or read the password of whatever is there.
        told = session.words.fill("command.keys.nobody", {"name": PASSWORD_VARIABLE})
        remedy = session.words.fill("command.keys.nobody_remedy", {"name": PASSWORD_VARIABLE})
        raise UsageError(told, remedy=remedy)
    question = session.words.get("command.keys.password")
    answer: str = click.prompt(question, hide_input=True, confirmation_prompt=twice, err=True)
    return answer


def ask_new_password(session: Session) -> str:
    """Return the password of a key that is made now.

    Raises:
        UsageError: It is too short, or among what is tried first.
    """
    from fpsheet.transport.locked import SHORTEST_PASSWORD, is_trivial

    words, password = session.words, ask_password(session, twice=True)
    if len(password) < SHORTEST_PASSWORD or is_trivial(password):
        what = "too_short" if len(password) < SHORTEST_PASSWORD else "trivial"
        raise UsageError(
            words.fill(f"command.keys.new.{what}", {"count": SHORTEST_PASSWORD}),
            remedy=words.get("command.keys.new.too_short_remedy"),
        )
    return password


def ask_sealing(session: Session) -> "Sealing | None":
    """Return the keys a package is signed and sealed with; None where there are none at all.

    Raises:
        UsageError: One of the two is missing: what was meant to be sealed would go unsealed.
    """
    keys = session.keys()
    has_key, has_recipient = keys.signing.exists(), keys.recipient_file.exists()
    if not (has_key or has_recipient):
        return None
    if not (has_key and has_recipient):
        what = "no_recipient" if has_key else "no_key"
        told = session.words.get(f"command.submit.{what}")
        raise UsageError(told, remedy=session.words.get(f"command.submit.{what}_remedy"))
    from fpsheet.transport.outbox import Sealing

    session.warn_of(keys.signing)
    key = keys.signing_key(password=ask_password(session))
    return Sealing(key, keys.recipient(), session.now)


@click.pass_obj
def make_key(session: Session, *, kommune: str) -> int:
    """Make the kommune's signing key."""
    code, words, console = session.kommune(kommune), session.words, session.console()
    password = ask_new_password(session)
    key, public = session.keys().make_signing_key(code, password=password)
    console.say(words.fill("command.keys.new.done", {"file": public}))
    console.say(words.fill("command.keys.fingerprint", {"digits": key.public.fingerprint}))
    return 0


@click.pass_obj
def make_departement_key(session: Session) -> int:
    """Make the departement's pair of keys."""
    from fpsheet.transport.sealed_package import recipient_fingerprint

    keys = session.keys()
    if keys.identity_file.exists() and not keys.is_locked:
        keys.lock_identity(password=ask_new_password(session))
        session.console().say(session.words.get("command.keys.departement.locked"))
        return 0
    recipient = keys.make_identity(password=ask_new_password(session))
    words, console = session.words, session.console()
    console.say(words.fill("command.keys.departement.done", {"file": keys.recipient_file}))
    digits = recipient_fingerprint(recipient)
    console.say(words.fill("command.keys.fingerprint", {"digits": digits}))
    return 0


@click.pass_obj
def trust_departement(session: Session, *, file: Path, kommune: str, heard: str) -> int:
    """Take the departement's recipient after its digits were compared."""
    keys = session.keys()
    _need_same(session, keys.kommune or kommune, kommune)
    keys.trust(file, heard=heard)
    session.console().say(session.words.fill("command.keys.trust.done", _named(session, kommune)))
    return 0


@click.pass_obj
def enrol_key(session: Session, *, file: Path, kommune: str, heard: str, is_second: bool) -> int:
    """Enrol a kommune's key after its digits were compared."""
    from fpsheet.transport.signing_key import load_public_key

    keys, public, words = session.keys(), load_public_key(file), session.words
    _need_same(session, public.kommune_kode, kommune)
    ring = keys.keyring()
    enrolled = ring.enrol(public, heard=heard, at=session.now, by=session.user())
    values = {**_named(session, kommune), "digits": public.fingerprint}
    for known in ring.active(kommune):
        at = session.form().kommuner[kommune].local(known.enrolled_at)
        told = {**values, "known": known.public.fingerprint, "day": f"{at:%d-%m-%Y}"}
        session.console().say(words.fill("command.keys.enrol.second", told))
        if not is_second and not _is_sure(session):
            session.console().say(words.get("command.keys.enrol.left"))
            return ExitCode.FINDINGS
    keys.keep_keyring(enrolled)
    session.console().say(words.fill("command.keys.enrol.done", values))
    return 0


def _is_sure(session: Session) -> bool:
    """Ask whether a kommune is to have another key; nobody at a terminal is a no."""
    if sys.stdin is None or not sys.stdin.isatty():
        session.console().say(session.words.get("command.keys.enrol.nobody"))
        return False
    return click.confirm(session.words.get("command.keys.enrol.sure"), err=True)


def _named(session: Session, kommune: str) -> dict[str, str]:
    """Return the code and the name of a kommune, which must exist."""
    code = session.kommune(kommune)
    return {"kommune": code, "name": session.form().kommuner[code].name}


def _need_same(session: Session, found: str, kommune: str) -> None:
    """Refuse the key of another kommune than the one that was asked for.

    Raises:
        UsageError: It is another's, or there is no such kommune.
    """
    code = session.kommune(kommune)
    if found != code:
        words = session.words
        told = words.fill("command.keys.other", {"kommune": code})
        raise UsageError(told, remedy=words.get("command.keys.other_remedy"))


@click.pass_obj
def revoke_key(session: Session, *, digits: str, reason: str) -> int:
    """Let a key hold no longer."""
    from fpsheet_sync.database.errors import need_no_cpr

    need_no_cpr(reason)
    keys = session.keys()
    keys.keep_keyring(keys.keyring().revoke(digits, at=session.now, reason=reason))
    session.console().say(session.words.get("command.keys.revoke.done"))
    return 0


@click.pass_obj
def make_clerk(session: Session, *, db: str | None) -> int:
    """Make the key with which a clerk who lacks the database's key seals lines of the log."""
    from fpsheet.departement.clerk_key import make_clerk_key

    public, file = make_clerk_key(session.central(db), session.user())
    words, console = session.words, session.console()
    console.say(words.fill("command.keys.clerk.done", {"file": file}))
    console.say(words.fill("command.keys.fingerprint", {"digits": public.digits}))
    return 0


@click.pass_obj
def vouch(session: Session, *, file: Path, heard: str, db: str | None) -> int:
    """Note in the access log whose a clerk's key is."""
    from fpsheet.departement.clerk_key import vouch_for

    public = vouch_for(session.central(db), file, heard, session.actor())
    session.console().say(session.words.fill("command.keys.vouch.done", {"who": public.user}))
    return 0


@click.pass_obj
def list_keys(session: Session, *, as_json: bool) -> int:
    """Show the keys of the keyring."""
    keys = session.keys().keyring().keys
    console, words = session.console(as_json=as_json), session.words
    if as_json:
        console.give([_key_value(key) for key in keys])
        return 0
    if not keys:
        console.say(words.get("command.keys.list.none"))
        return 0
    header = [words.get(f"command.keys.list.{part}") for part in _key_value(keys[0])]
    console.table(header, [_key_row(session, key) for key in keys])
    return 0


def _key_row(session: Session, key: "EnrolledKey") -> list[object]:
    """Return a key as a person reads it: the days are those of its kommune."""
    kommune = session.form().kommuner[key.public.kommune_kode]
    moments = (key.enrolled_at, key.revoked_at)
    days = [f"{kommune.local(moment):%d-%m-%Y}" if moment else "" for moment in moments]
    return [kommune.code, key.public.fingerprint, *days]


def _key_value(key: "EnrolledKey") -> dict[str, str]:
    return {
        "kommune": key.public.kommune_kode,
        "digits": key.public.fingerprint,
        "enrolled": f"{key.enrolled_at:%Y-%m-%d}",
        "revoked": f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else "",
    }
