"""The folder of keys: what a kommune and the departement keep of them on their own PCs."""

from dataclasses import dataclass
from pathlib import Path

from fpsheet.files import write_whole
from fpsheet.transport.keyring import Keyring, load_keyring, save_keyring
from fpsheet.transport.package import new_identity, recipient_fingerprint
from fpsheet.transport.signing_key import (
    KeyFileError,
    SigningKey,
    load_signing_key,
    new_signing_key,
    save_signing_key,
)


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Where the keys lie.

    A kommune has `underskrift.json` (its signing key, locked with a password),
    `underskrift-<kommune>.json` (the public half, to be sent for enrolment) and `modtager.txt`
    (the departement's recipient). The departement has `identitet.txt` (secret), `modtager.txt`
    (to be given to the kommuner) and `noeglering.json`.
    """

    folder: Path

    @property
    def signing(self) -> Path:
        """Give the file of the kommune's signing key."""
        return self.folder / "underskrift.json"

    @property
    def recipient_file(self) -> Path:
        """Give the file of the departement's recipient."""
        return self.folder / "modtager.txt"

    @property
    def identity_file(self) -> Path:
        """Give the file of the departement's secret identity."""
        return self.folder / "identitet.txt"

    @property
    def keyring_file(self) -> Path:
        """Give the file of the departement's keyring."""
        return self.folder / "noeglering.json"

    def make_signing_key(self, kommune_kode: str, *, password: str) -> tuple[SigningKey, Path]:
        """Make the kommune's key and its public file; a key that is there is kept under its name.

        Raises:
            KeyFileError: There is a key already.
            WorkbookFileError: The folder cannot be written.
        """
        if self.signing.exists():
            raise KeyFileError(
                "Der er allerede en nøgle i mappen.",
                remedy="Flyt den gamle nøgle væk først, hvis I vil have en ny.",
            )
        key = new_signing_key(kommune_kode)
        save_signing_key(key, self.signing, password=password)
        public = self.folder / f"underskrift-{kommune_kode}.json"
        write_whole(public, key.public.to_bytes())
        return key, public

    def make_identity(self) -> str:
        """Make the departement's pair of keys; give the recipient.

        Raises:
            KeyFileError: There is one already: what is sealed for it could not be opened.
            WorkbookFileError: The folder cannot be written.
        """
        if self.identity_file.exists():
            raise KeyFileError(
                "Departementet har allerede en nøgle.",
                remedy="Flyt den væk først. Gem den: gamle pakker kan kun åbnes med den.",
            )
        identity, recipient = new_identity()
        write_whole(self.identity_file, f"{identity}\n".encode())
        write_whole(self.recipient_file, f"{recipient}\n".encode())
        return recipient

    def trust(self, file: Path, *, heard: str) -> str:
        """Take the departement's recipient from a file after its digits were compared.

        Raises:
            KeyFileError: The file holds none, or the digits differ.
            WorkbookFileError: The folder cannot be written.
        """
        recipient = _read_line(file, "age1")
        said = "".join(letter for letter in heard if letter.isdigit())
        if said != recipient_fingerprint(recipient).replace(" ", ""):
            raise KeyFileError(
                "Cifrene passer ikke til departementets nøgle.",
                remedy="Ring til departementet på et nummer, du selv har slået op, og sammenlign.",
            )
        write_whole(self.recipient_file, f"{recipient}\n".encode())
        return recipient

    def recipient(self) -> str:
        """Give the departement's recipient.

        Raises:
            KeyFileError: None was taken yet.
        """
        return _read_line(self.recipient_file, "age1")

    def identity(self) -> str:
        """Give the departement's secret identity.

        Raises:
            KeyFileError: There is none.
        """
        return _read_line(self.identity_file, "AGE-SECRET-KEY-1")

    def keyring(self) -> Keyring:
        """Give the keyring; empty where nobody is enrolled.

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
        """Give the kommune's signing key.

        Raises:
            KeyFileError: There is none, or the password is wrong.
        """
        return load_signing_key(self.signing, password=password)


def _read_line(path: Path, start: str) -> str:
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        raise KeyFileError(
            f"Nøglefilen {path.name} kan ikke åbnes.", remedy="Se «fpsheet keys --help»."
        ) from None
    if not text.startswith(start):
        raise KeyFileError(f"Filen {path.name} er ikke en nøgle fra fpsheet.")
    return text
