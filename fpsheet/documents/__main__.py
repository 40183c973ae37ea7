"""`python -m fpsheet.documents [--check] [ROOT]`: write the generated documents, or compare them.

With `--check` nothing is written; the exit code is 1 when a document says something else than
the form does today.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from fpsheet.documents.command_list import command_list_markdown
from fpsheet.documents.glossary import glossary_markdown
from fpsheet.documents.guide import READERS, guide_markdown
from fpsheet.documents.rule_catalogue import rule_catalogue_markdown
from fpsheet.documents.sources import sources_markdown
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_templates.term import load_terms

DOCUMENTS: Mapping[str, Callable[[Form], str]] = {
    "GLOSSARY.md": lambda form: glossary_markdown(form, load_terms()),
    "docs/kilder.md": sources_markdown,
    "docs/kommandoer.md": command_list_markdown,
    "docs/regelkatalog.md": rule_catalogue_markdown,
    **{
        f"docs/vejledning-{reader}.md": partial(guide_markdown, reader=reader) for reader in READERS
    },
}
"""Path below the repository → function that gives the document's text."""


def stale_documents(root: Path, form: Form) -> tuple[str, ...]:
    """Return the paths of the generated documents that are missing or out of date."""
    return tuple(path for path, make in DOCUMENTS.items() if _current(root / path) != make(form))


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main(arguments: list[str] | None = None) -> int:
    """Write or check the documents; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fpsheet.documents", description=__doc__)
    parser.add_argument("root", nargs="?", type=Path, default=Path())
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    form = load_form()
    stale = stale_documents(chosen.root, form)
    for path in stale:
        if not chosen.check:
            target = chosen.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(DOCUMENTS[path](form), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{'stale' if chosen.check else 'written'}: {path}\n")
    return int(bool(stale) and chosen.check)


if __name__ == "__main__":
    sys.exit(main())
