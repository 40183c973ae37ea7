"""ADR 0020 lists the places where code names a sheet or a field of førtidspension.

The list is the map for making the form a product: what is missing on it would be found by whoever
uses another form, and what stands on it for nothing frightens them off.
"""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from tools.house_figures import ROOT, list_modules

ADR = ROOT / "docs/adr/0020-the-form-passed-in.md"

OF_FOERTIDSPENSION = {"demo", "documents"}
"""Rooms that are about this form and no other."""

OTHER_THINGS = {"dato", "navn", "tekst"}
"""Fields with the name of ordinary columns and texts of the program."""

OF_EVERY_FORM = {"raekke_id", "annuller", "status", "meta", "koder", "vejledning", "forside"}
"""Columns and sheets that every form has."""

CONSTANTS = {"TIDLIGSTE_DATO", "AELDSTE_ALDER"}


def test_the_list_has_every_module_that_names_a_sheet_or_field_of_its_own() -> None:
    """What the library's loans do not have: a module that names it is on the list."""
    loans = load_form(data=ROOT / "tests/support/loans")
    own = _names(load_form()) - _names(loans) - OTHER_THINGS
    assert len(own) > 40
    naming = {path for path, names in _named().items() if names & own}
    listed = _listed()
    missing = sorted(str(path) for path in naming if not any(_is(path, one) for one in listed))
    assert missing == []


def test_the_list_has_no_module_that_names_nothing() -> None:
    """Every place on the list names a sheet, a field or a constant, if only a shared one."""
    known = (_names(load_form()) | CONSTANTS) - OF_EVERY_FORM
    naming = {path for path, names in _named().items() if names & known}
    idle = [one for one in _listed() if not any(_is(path, one) for path in naming)]
    assert idle == []


def _names(form: Form) -> set[str]:
    return {name for sheet in form.sheets for name in (sheet.id, *(f.id for f in sheet.fields))}


def _is(path: Path, listed: str) -> bool:
    return fnmatch(path.as_posix(), f"*/{listed}")


def _listed() -> list[str]:
    """Return the paths of the second column of the list, without the migrations."""
    text = ADR.read_text("utf-8")
    rows = text[text.index("| What | Where | Meanwhile |") :].splitlines()[2:]
    found = [one for row in rows for one in re.findall(r"`([^`]+\.py)`", row.split("|")[2])]
    assert len(found) > 30
    return [one for one in found if "/" in one]


@cache
def _named() -> dict[Path, set[str]]:
    """Return module → every word that it has as a text, or as a column (`table.c.niveau`)."""
    modules = [path for path in list_modules() if not OF_FOERTIDSPENSION.intersection(path.parts)]
    return {path: set(_words(ast.parse((ROOT / path).read_text("utf-8")))) for path in modules}


def _words(tree: ast.Module) -> Iterator[str]:
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            yield from node.value.split(".")
        elif isinstance(node, ast.Attribute) and getattr(node.value, "attr", "") == "c":
            yield node.attr
