"""Notes of where the access log ended, as receipts carry them and audits print them."""

from collections.abc import Iterator
from pathlib import Path

from fpsheet.receipts.receipt_file import SUFFIX, ReceiptError, read_receipt
from fpsheet_sync.database.log_end import LogEnd, Note
from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_texts


def read_notes(against: str, language: str) -> tuple[Note, ...]:
    """Return the notes that a text holds (`437:ab12…`), a receipt, or the receipts in a folder.

    Raises:
        UsageError: There is no note in it.
    """
    end = LogEnd.from_text(against)
    notes = (Note(end, against.strip()[:20]),) if end else tuple(_of_receipts(Path(against)))
    if not notes:
        texts = load_texts("program.toml")
        said = texts.fill("command.db.log.no_note", language, {"name": against})
        raise UsageError(said, remedy=texts.get("command.db.log.no_note_remedy", language))
    return notes


def _of_receipts(place: Path) -> Iterator[Note]:
    """Yield the notes of receipts; what is no whole receipt of ours says nothing."""
    files = [place] if place.is_file() else sorted(place.rglob(f"*{SUFFIX}"))
    for file in files:
        try:
            end = LogEnd.from_text(read_receipt(file.read_bytes()).log)
        except (OSError, ReceiptError):
            continue
        if end:
            yield Note(end, str(file))
