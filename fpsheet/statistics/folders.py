"""Where statistics are written: what is for everybody in one folder, what is for inside in another.

A folder is copied to a website whole. So nothing confidential is ever written into a folder of
public files, nor into one below it: it goes to a folder beside, whose name says what it holds.
"""

from collections.abc import Iterator
from pathlib import Path

from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form

_MARK = "statistics.book.file_internal"
"""The word in the names of files, and of their folder, that are not to be passed on."""


def inside_folder(folder: Path, words: Wording) -> Path:
    """Return the folder for what is not to be passed on: beside the one named, or that one itself.

    Raises:
        UsageError: The folder is the root of a drive, which has nothing beside it.
    """
    whole = folder.resolve()
    if not whole.name:
        raise _refused(words, "root", folder)
    if _is_marked(whole.name, words.form):
        return folder
    # Of "." and ".." only the whole path says what the folder is called.
    named = folder if folder.name not in {"", ".."} else whole
    return named.with_name(f"{whole.name}-{words.form.texts.get(_MARK, words.language)}")


def check_public(folder: Path, words: Wording) -> None:
    """Refuse a folder for public files that is for inside, or holds what is not to be passed on.

    Raises:
        UsageError: It is, or it does.
    """
    if _is_marked(folder.resolve().name, words.form):
        raise _refused(words, "is_inside", folder)
    found = next(_marked_files(folder, words.form), None)
    if found is not None:
        values = {"file": found.name, "inside": inside_folder(folder, words)}
        raise _refused(words, "holds_inside", folder, **values)


def _marked_files(folder: Path, form: Form) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if _is_marked(path.stem, form))


def _is_marked(name: str, form: Form) -> bool:
    """Return whether the name of a file or folder says in any language that it is for inside."""
    marks = {form.texts.get(_MARK, language) for language in form.texts.by_language}
    return any(part in marks for part in name.split("-"))


def _refused(words: Wording, what: str, folder: Path, **values: object) -> UsageError:
    sentence = words.fill(f"error.{what}", {"folder": folder, **values})
    return UsageError(sentence, remedy=words.fill(f"error.{what}_remedy", values))
