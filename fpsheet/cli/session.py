"""The session: what every command is given beside its own arguments."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.cli.console import Console, wants_plain
from fpsheet.cli.progress_bars import show_progress
from fpsheet.cli.words import Words
from fpsheet.progress import Progress
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.central import Central
    from fpsheet.checking.check_file import Question
    from fpsheet.config import Settings
    from fpsheet.departement.read_inbox_files import Desk, Unsigned
    from fpsheet.transport.folder import Folder
    from fpsheet.transport.key_folder import KeyFolder
    from fpsheet_sync.database.access_log import Actor
    from fpsheet_templates.form import Form
    from fpsheet_templates.spoken import SpokenForm


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the program.

    Attributes:
        words: Texts in the person's language.
        environment: Environment variables.
        now: The moment the program started, UTC.
        zone: The time zone of the desk.
        told: Secret files that were looked at in this run, each of which is told of once.
    """

    words: Words
    environment: Mapping[str, str]
    now: datetime
    zone: tzinfo = UTC
    told: set[Path] = field(default_factory=set)

    @property
    def local_day(self) -> date:
        """Return the day at the desk."""
        return self.now.astimezone(self.zone).date()

    def console(self, *, as_json: bool = False) -> Console:
        """Return the console of a command."""
        return Console(as_json=as_json, is_plain=wants_plain(self.environment))

    def progress(self, *, quiet: bool) -> AbstractContextManager[Progress]:
        """Show progress for the length of a block."""
        return show_progress(self.words, quiet=quiet)

    def form(self) -> "Form":
        """Load the form with all its texts."""
        from fpsheet_templates.load import load_form

        return load_form()

    def spoken(self) -> "SpokenForm":
        """Return the form in the language that is spoken."""
        from fpsheet_templates.spoken import SpokenForm

        return SpokenForm(self.form(), self.words.language)

    def lists(self) -> "SpokenForm":
        """Return the lists that other offices fill in, in the language that is spoken."""
        from fpsheet_templates.load import load_lists
        from fpsheet_templates.spoken import SpokenForm

        return SpokenForm(load_lists(self.form()), self.words.language)

    def kommune(self, kode: str) -> str:
        """Return a kommunekode back if it exists.

        Raises:
            UsageError: There is no such kommune.
        """
        if kode not in self.form().kommuner:
            raise UsageError(self.words.fill("program.value.kommune", {"value": kode}))
        return kode

    def question(self, kommune: str | None, today: date | None) -> "Question":
        """Return what workbooks are checked against: the kommune given, else that of the settings.

        Raises:
            UsageError: There is no such kommune.
        """
        from fpsheet.checking.check_file import Question

        kode = kommune or self.settings().kommune
        if kode:
            self.kommune(kode)
        return Question(self.form(), today or self.local_day, kode)

    def settings(self) -> "Settings":
        """Read the settings file, if there is one.

        Raises:
            UsageError: The file cannot be read or has an unknown setting.
        """
        from fpsheet.config import read_settings

        return read_settings(self.environment, language=self.words.language)

    def keys(self) -> "KeyFolder":
        """Return the folder of keys: FPSHEET_KEY_FOLDER, else the settings', else the usual one."""
        from fpsheet.transport.key_folder import KeyFolder

        given = self.environment.get("FPSHEET_KEY_FOLDER") or self.settings().key_folder
        return KeyFolder(Path(given) if given else self.own_folder("noegler"))

    def outbox(self) -> "Folder | None":
        """Return the folder that is sent to: the settings', None where they name none."""
        from fpsheet.transport.folder import Folder

        named = self.settings().outbox
        return Folder(named) if named else None

    def own_folder(self, name: str) -> Path:
        """Return a folder of the person's own, beside the settings file."""
        from fpsheet.config import settings_path

        return settings_path(self.environment).parent / name

    def desk(self, db: str | None, today: date | None) -> "Desk":
        """Return what is needed to take in files for a database: keys and trust."""
        from fpsheet.departement.read_inbox_files import Desk

        keys, key_file = self.keys(), self.central(db).key_file
        unsealing = (self._identity(keys), keys.keyring()) if keys.identity_file.exists() else None
        self.warn_of(keys.identity_file, keys.keyring_file)
        return Desk(
            self.form(),
            today or self.local_day,
            self.now,
            key_file,
            unsigned=self._unsigned(keys),
            unsealing=unsealing,
        )

    def _identity(self, keys: "KeyFolder") -> str:
        """Return the departement's identity; one that lies open is told of at every use."""
        from fpsheet.cli.commands.key_commands import ask_password

        if keys.is_locked:
            return keys.identity(password=ask_password(self))
        told = {"file": keys.identity_file}
        self.console().warn(self.words.fill("command.keys.departement.open", told))
        return keys.identity()

    def warn_of(self, *secrets: Path) -> None:
        """Tell of secret files that others than their owner can read or write."""
        from fpsheet.secret_file import EVERYBODY, GROUP, readers_of

        for file in set(secrets) - self.told:
            self.told.add(file)
            readers = readers_of(file)
            if readers:
                spoken = {key: self.words.get(f"command.keys.{key}") for key in (EVERYBODY, GROUP)}
                who = ", ".join(spoken.get(name, name) for name in readers)
                told = {"file": file, "who": who}
                self.console().warn(self.words.fill("command.keys.exposed", told))

    def _unsigned(self, keys: "KeyFolder") -> "Unsigned | None":
        """Return where unsigned files are taken from; None for anywhere, where nothing is said.

        Raises:
            UsageError: A setting names a kommune that does not exist.
        """
        from fpsheet.departement.read_inbox_files import Unsigned

        settings = self.settings()
        if not settings.takes_unsigned:
            return Unsigned({})
        folders, despite = settings.unsigned_folders, settings.unsigned_despite_key
        for kode in {*despite, *(kode for codes in folders.values() for kode in codes)}:
            self.kommune(kode)
        if not (folders or keys.of_departement):
            return None
        return Unsigned(folders, keys.keyring().kommuner - set(despite))

    def user(self) -> str:
        """Return the name of the user whom the machine runs the program for.

        The machine is asked, not the environment, where anybody writes what he likes. A user
        without a name is told by number.
        """
        try:
            import pwd
        except ImportError:  # Windows
            return os.getlogin()
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"uid {os.getuid()}"

    def actor(self) -> "Actor":
        """Return who does what is done now, and when, as the access log has it."""
        from fpsheet_sync.database.access_log import Actor

        return Actor(self.user(), self.now)

    def central(self, given: str | None) -> "Central":
        """Locate the database: given, environment, settings file, default."""
        from fpsheet.central import locate_central

        settings = self.settings()
        url = given or self.environment.get("FPSHEET_DB") or settings.database
        key_file = self.environment.get("FPSHEET_KEYS") or settings.keys
        central = locate_central(url, self.form(), Path(key_file) if key_file else None)
        self.warn_of(central.key_file, central.clerk_file)
        return central
