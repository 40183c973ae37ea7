"""Files appear whole: written beside, then renamed."""

import os
from contextlib import suppress
from pathlib import Path

from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.load import load_texts


def write_whole(path: Path, data: bytes, *, language: str = "da") -> None:
    """Write a file so that nobody ever sees a part of it; folders are made.

    Raises:
        WorkbookFileError: It cannot be written (open in Excel, no right to, disk full).
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        # What cannot be written to may not be removed from either; the first failure counts.
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise not_written(str(path), language=language) from error


def not_written(name: str, *, language: str = "da") -> WorkbookFileError:
    """Give the failure of a file that cannot be written."""
    texts = load_texts("program.toml")
    sentence = texts.fill("program.value.not_written", language, {"name": name})
    return WorkbookFileError(
        sentence, remedy=texts.get("program.value.not_written_remedy", language)
    )
