"""The demo: an invented country goes the whole way, from blank workbooks to statistics."""

import os
import shutil
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

from fpsheet.central import Central, locate_central, open_central
from fpsheet.checking.check_file import Question
from fpsheet.demo.country import DEMO_DAY, invent_country
from fpsheet.demo.fill import fill_workbook
from fpsheet.demo.scale import Scale
from fpsheet.departement.inbox_run import Processed
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.receipt_steps import post_receipts
from fpsheet.departement.statistics_steps import publish_statistics
from fpsheet.departement.steps import sync_inbox
from fpsheet.files import write_whole
from fpsheet.kommune.steps import check_files, send_checked
from fpsheet.progress import Progress, Step
from fpsheet.statistics.edition_order import Order
from fpsheet.transport.folder import Folder
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.errors import OutsideError, UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_texts
from fpsheet_templates.rule import Severity

_MARK = "demo.txt"
"""Says that a folder is a demo's, and so may be emptied by the next one."""

_ISSUED = timedelta(days=56)
"""How long ago the blank workbooks were handed out."""


@dataclass(frozen=True, slots=True)
class DemoPlaces:
    """Where the demo leaves what it makes: all in one folder."""

    root: Path

    @property
    def workbooks(self) -> Path:
        """Return the folder of the kommuner's workbooks."""
        return self.root / "projektmapper"

    @property
    def inbox(self) -> Path:
        """Return the folder of what was sent."""
        return self.root / "indbakke"

    @property
    def receipts(self) -> Path:
        """Return the folder with a receipt per submission."""
        return self.root / "kvitteringer"

    @property
    def statistics(self) -> Path:
        """Return the folder of the statistics workbooks."""
        return self.root / "statistik"

    @property
    def database(self) -> Path:
        """Return the file of the central database."""
        return self.root / "central.db"


@dataclass(frozen=True, slots=True)
class Demo:
    """What is to be shown.

    Attributes:
        form: The form.
        scale: Which kommuner, and how large.
        seed: The same seed gives the same files.
        language: Language of the workbooks.
        today: The day on which it takes place.
    """

    form: Form
    scale: Scale
    seed: int
    language: str = "da"
    today: date = DEMO_DAY

    @property
    def now(self) -> datetime:
        """Return the moment of every step, so that nothing depends on the clock."""
        return datetime.combine(self.today, time(8), UTC)


@dataclass(frozen=True, slots=True)
class DemoKommune:
    """How one kommune fared.

    Attributes:
        kommune_kode: The kommune.
        rows: Rows it typed.
        counts: Findings by severity.
        processed: What sync made of its workbook.
    """

    kommune_kode: str
    rows: int
    counts: Mapping[Severity, int]
    processed: Processed


def run_demo(demo: Demo, places: DemoPlaces, progress: Progress) -> tuple[DemoKommune, ...]:
    """Invent, fill, check, submit, merge and publish.

    Raises:
        UsageError: The folder holds something that is no demo.
        OutsideError: A workbook was not read in time: the computer is too busy.
        WorkbookFileError: A file cannot be written.
    """
    clear_folder(places, language=demo.language)
    rows = _fill_workbooks(demo, places, progress)
    counts = _submit_workbooks(demo, places, progress)
    central = _make_database(demo, places)
    desk = Desk(demo.form, demo.today, demo.now, central.key_file)
    actor = Actor("demo", demo.now)
    merged = sync_inbox(str(places.inbox), central, desk, actor, progress)
    receipts = str(places.receipts)
    processed = list(post_receipts(merged, receipts, desk, demo.language))
    by_kommune = {file.receipt.kommune_kode: file for file in processed if file.receipt}
    need_all(rows, by_kommune, demo.language)
    order = _order(demo)
    for wanted in (replace(order, actor=actor), replace(order, internal=True, reader=actor)):
        publish_statistics(central, wanted, places.statistics, progress)
    return tuple(
        DemoKommune(kode, rows[kode], counts[kode], by_kommune[kode]) for kode in sorted(rows)
    )


def clear_folder(places: DemoPlaces, *, language: str) -> None:
    """Make room for a demo: an empty folder, or one that an earlier demo filled.

    Raises:
        UsageError: The folder holds something else.
    """
    root = places.root
    if root.is_dir() and any(root.iterdir()):
        if not (root / _MARK).is_file():
            texts = load_texts("program.toml")
            sentence = texts.fill("command.demo.occupied", language, {"name": root})
            raise UsageError(sentence, remedy=texts.get("command.demo.occupied_remedy", language))
        statistics = root.glob(f"{places.statistics.name}*")
        for folder in (places.workbooks, places.inbox, places.receipts, *statistics):
            shutil.rmtree(folder, ignore_errors=True)
        for file in root.glob("central.*"):
            file.unlink()
    texts = load_texts("program.toml")
    write_whole(root / _MARK, f"{texts.get('command.demo.mark', language)}\n".encode())


def need_all(wanted: Iterable[str], found: Container[str], language: str) -> None:
    """Refuse a demo in which a kommune's workbook did not come along.

    They are sound: one that is left behind was not read within the time a workbook may take.

    Raises:
        OutsideError: One did not.
    """
    missing = [kode for kode in sorted(wanted) if kode not in found]
    if missing:
        texts = load_texts("program.toml")
        sentence = texts.fill("command.demo.late", language, {"kommuner": ", ".join(missing)})
        raise OutsideError(sentence, remedy=texts.get("command.demo.late_remedy", language))


def _fill_workbooks(demo: Demo, places: DemoPlaces, progress: Progress) -> dict[str, int]:
    """Write every kommune's workbook; return the rows it typed."""
    rows = {}
    progress.start(Step.BUILD, total=len(demo.scale.kommuner()))
    for book in invent_country(demo.form, scale=demo.scale, seed=demo.seed, today=demo.today):
        issued_at = demo.now - _ISSUED
        data = fill_workbook(demo.form, book, issued_at=issued_at, language=demo.language)
        path = places.workbooks / f"{book.kommune_kode}-{book.aar}.xlsx"
        write_whole(path, data, language=demo.language)
        _date(path, demo.now - timedelta(days=1))
        rows[book.kommune_kode] = book.row_count
        progress.advance(Step.BUILD)
    return rows


def _submit_workbooks(
    demo: Demo, places: DemoPlaces, progress: Progress
) -> dict[str, Mapping[Severity, int]]:
    """Send every workbook; return what was found in each."""
    counts: dict[str, Mapping[Severity, int]] = {}
    paths = sorted(places.workbooks.iterdir())
    question = Question(demo.form, demo.today)
    submitted = set()
    for verdict in check_files(paths, question, progress):
        sent = send_checked(verdict, demo.form, Folder(str(places.inbox)))
        kommune = verdict.path.name.partition("-")[0]
        if sent is not None:
            _date(Path(sent), demo.now - timedelta(hours=1))
            submitted.add(kommune)
        counts[kommune] = verdict.counts
    need_all(counts, submitted, demo.language)
    return counts


def _make_database(demo: Demo, places: DemoPlaces) -> Central:
    """Make the database with a key that follows from the seed: nothing here is secret."""
    central = locate_central(f"sqlite:///{places.database}", demo.form)
    secret = sha256(f"demo {demo.seed}".encode()).digest()
    write_keys(central.key_file, secret, fictional=True)
    open_central(central, create=True).close()
    return central


def _order(demo: Demo) -> Order:
    """Order the statistics of the last whole year."""
    year = demo.today.year - 1
    period = Period(date(year, 1, 1), date(year, 12, 31))
    return Order(period, counted_on=demo.today, language=demo.language)


def _date(path: Path, moment: datetime) -> None:
    """Set the time of the last change of a file."""
    os.utime(path, (moment.timestamp(), moment.timestamp()))
