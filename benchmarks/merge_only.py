"""A sync without what goes back to the kommuner: intake, check, merge, history and provenance.

That is what the floor is held against. The command `fpsheet sync` also writes a receipt of every
file and the returned workbook of every workbook that was dropped in as it is.
Run `python benchmarks/merge_only.py INBOX DATABASE TODAY`; FPSHEET_KEYS names the key of a server.
Prints the number of files.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from fpsheet.central import locate_central
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.steps import sync_inbox
from fpsheet.progress import Silent
from fpsheet_sync.database.access_log import Actor
from fpsheet_templates.load import load_form

if __name__ == "__main__":
    inbox, url, today = sys.argv[1:]
    now = datetime.now(UTC)
    key = os.environ.get("FPSHEET_KEYS")
    central = locate_central(url, load_form(), Path(key) if key else None)
    desk = Desk(load_form(), date.fromisoformat(today), now, central.key_file)
    merged = sync_inbox(inbox, central, desk, Actor("benchmark", now), Silent())
    print(sum(1 for _ in merged))
