"""Preview: what the statistics would say of a workbook, before it is sent."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time

from fpsheet.submission import Reception, make_submission
from fpsheet.verdict import Verdict
from fpsheet_sync.access import Actor
from fpsheet_sync.keys import SECRET_BYTES, derive_keys
from fpsheet_sync.stat_table import Period, Release
from fpsheet_sync.statistics.release import ReleaseRequest, compute_release
from fpsheet_sync.store import Store, open_store
from fpsheet_sync.sync import sync_submissions
from fpsheet_templates.form import Form


def preview_release(
    verdict: Verdict, form: Form, *, period: Period, today: date, language: str
) -> Release | None:
    """Count the kommune's own tables of one workbook, in a database that is thrown away.

    Cases with errors are left out, as they will be at the departement.

    Returns:
        The internal edition of the kommune; None where the workbook cannot be read.

    Raises:
        UsageError: The period ends before it begins.
    """
    if verdict.check is None or verdict.refused:
        return None
    now = datetime.combine(today, time(), UTC)
    submission = make_submission(verdict.check, verdict.findings, form, Reception(now))
    request = ReleaseRequest(
        period=period, area=submission.kommune_kode, language=language, counted_on=today
    )
    with passing_store() as store:
        for _ in sync_submissions(store, [submission], Actor("preview", now)):
            continue
        with store.read() as connection:
            return compute_release(connection, form, request)


@contextmanager
def passing_store() -> Iterator[Store]:
    """Give a database in memory under a key that nobody keeps."""
    keys = derive_keys(secrets.token_bytes(SECRET_BYTES))
    with closing(open_store("sqlite://", keys=keys, create=True)) as store:
        yield store
