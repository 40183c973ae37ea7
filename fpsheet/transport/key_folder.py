"""The folder of keys: what a kommune and the departement keep of them on their own PCs."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from fpsheet.secret_file import write_secret
from fpsheet.transport.fingerprint import is_heard
from fpsheet.transport.keyring import Keyring, load_keyring, save_keyring
from fpsheet.transport.locked import LockError, lock, unlock
from fpsheet.transport.sealed_package import new_identity, recipient_fingerprint
from fpsheet.transport.signing_key import (
    PublicKey,
    SigningKey,
    departement_key,
    key_failure,
    load_signing_key,
    new_signing_key,
    read_owner,
    save_signing_key,
)
from fpsheet_sync.outside_json import read_json

_OPEN_IDENTITY = "AGE-SECRET-KEY-1"
_IDENTITY = "fpsheet identity"
_SIGNER = "ed25519 "
"""Begins the line of the key that signs receipts."""


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Where the keys lie.

    A kommune has `underskrift.json` (its signing key, locked with a password),
    `underskrift-<kommune>.json` (the public half, to be sent for enrolment) and `modtager.txt`
    (the departement's recipient, and below it the key it signs receipts with). The departement
    has `identitet.txt` (secret), `modtager.txt` (to be given to the kommuner) and
    `noeglering.json`.
    """

    folder: Path

    @property
    def signing(self) -> Path:
        """Return the file of the kommune's signing key."""
        return self.folder / "underskrift.json"

    @property
    def recipient_file(self) -> Path:
        """Return the file of the departement's recipient."""
        return self.folder / "modtager.txt"

    @property
    def identity_file(self) -> Path:
        """Return the file of the departement's secret identity."""
        return self.folder / "identitet.txt"

    @property
    def keyring_file(self) -> Path:
        """Return the file of the departement's keyring."""
        return self.folder / "noeglering.json"

    @property
    def of_departement(self) -> bool:
        """Return whether the departement has keys here: its own, or those of kommuner."""
        return self.identity_file.exists() or self.keyring_file.exists()

    @property
    def kommune(self) -> str:
        """Return whose signing key lies here; empty where none does.

        Raises:
            KeyFileError: The file is damaged.
        """
        return read_owner(self.signing) if self.signing.exists() else ""

    def make_signing_key(self, kommune_kode: str, *, password: str) -> tuple[SigningKey, Path]:
        """Make the kommune's key and its public file; a key that is there is kept under its name.

        Raises:
            KeyFileError: There is a key already.
            WorkbookFileError: The folder cannot be written.
        """
        if self.signing.exists():
            raise key_failure("kommune_has_one")
        key = new_signing_key(kommune_kode)
        save_signing_key(key, self.signing, password=password)
        public = self.folder / f"underskrift-{kommune_kode}.json"
        write_secret(public, key.public.to_bytes())
        return key, public

    def make_identity(self, *, password: str) -> str:
        """Make the departement's keys, locked; return what it hands out (`recipient_fingerprint`).

        Raises:
            KeyFileError: There is one already: what is sealed for it could not be opened; or the
                folder is that of a kommune, which has taken the key of another departement.
            WorkbookFileError: The folder cannot be written.
        """
        if self.identity_file.exists():
            raise key_failure("departement_has_one")
        if self.recipient_file.exists():
            raise key_failure("other_departement")
        identity, recipient = new_identity()
        signer = b64encode(departement_key(identity).public.key).decode()
        handed_out = f"{recipient}\n{_SIGNER}{signer}"
        self._keep_identity(identity, password)
        write_secret(self.recipient_file, f"{handed_out}\n".encode())
        return handed_out

    def trust(self, file: Path, *, heard: str) -> str:
        """Take the departement's recipient from a file after its digits were compared.

        Raises:
            KeyFileError: The file holds none, the digits differ, or the folder is that of another
                departement, whose own file it would replace.
            WorkbookFileError: The folder cannot be written.
        """
        recipient = _read_text(file, "age1")
        if not is_heard(heard, recipient_fingerprint(recipient)):
            raise key_failure("departements_digits")
        if self.identity_file.exists() and recipient != self._handed_out():
            raise key_failure("departements_folder")
        write_secret(self.recipient_file, f"{recipient}\n".encode())
        return recipient

    def _handed_out(self) -> str:
        """Return what the departement hands out; empty where the file is not there."""
        file = self.recipient_file
        return _read_text(file, "age1") if file.exists() else ""

    def recipient(self) -> str:
        """Return the departement's recipient.

        Raises:
            KeyFileError: None was taken yet.
        """
        return _read_text(self.recipient_file, "age1").splitlines()[0]

    def receipt_signer(self) -> PublicKey | None:
        """Return the key the departement signs receipts with; None where none was taken.

        Raises:
            KeyFileError: The file is damaged.
        """
        if not self.recipient_file.exists():
            return None
        lines = _read_text(self.recipient_file, "age1").splitlines()[1:]
        signers = [line.removeprefix(_SIGNER) for line in lines if line.startswith(_SIGNER)]
        try:
            return PublicKey("", b64decode(signers[0], validate=True)) if signers else None
        except ValueError:
            raise key_failure("no_key", fil=self.recipient_file.name) from None

    def _keep_identity(self, identity: str, password: str) -> None:
        locked = lock(identity.encode(), password=password, what=_IDENTITY)
        write_secret(self.identity_file, (json.dumps(locked, indent=1) + "\n").encode())

    @property
    def is_locked(self) -> bool:
        """Return whether a password is needed to read the identity.

        Raises:
            KeyFileError: There is none.
        """
        return not _read_text(self.identity_file, "").startswith(_OPEN_IDENTITY)

    def lock_identity(self, *, password: str) -> None:
        """Lock an identity that lies open, as it was written first.

        Raises:
            KeyFileError: There is none, or it is locked.
            WorkbookFileError: The folder cannot be written.
        """
        self._keep_identity(_read_text(self.identity_file, _OPEN_IDENTITY), password)

    def identity(self, *, password: str = "") -> str:
        """Return the departement's secret identity; the password is that of a locked one.

        Raises:
            KeyFileError: There is none, or the password is wrong.
        """
        text = _read_text(self.identity_file, "")
        if text.startswith(_OPEN_IDENTITY):
            return text
        try:
            content = read_json(text.encode(), dict[str, str | int])
            opened = unlock(content, password=password, what=_IDENTITY).decode()
        except (ValueError, LockError):
            raise key_failure("identity_locked", fil=self.identity_file.name) from None
        return opened

    def keyring(self) -> Keyring:
        """Return the keyring; empty where nobody is enrolled.

        Raises:
            KeyFileError: The file is damaged.
        """
        return load_keyring(self.keyring_file)

    def keep_keyring(self, keyring: Keyring) -> None:
        """Write the keyring.

        Raises:
            WorkbookFileError: The folder cannot be written.
        """
        save_keyring(keyring, self.keyring_file)

    def signing_key(self, *, password: str) -> SigningKey:
        """Return the kommune's signing key.

        Raises:
            KeyFileError: There is none, or the password is wrong.
        """
        return load_signing_key(self.signing, password=password)


def _read_text(path: Path, start: str) -> str:
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        raise key_failure("missing", fil=path.name) from None
    if not text.startswith(start):
        raise key_failure("no_key", fil=path.name)
    return text
