"""Findings as a person reads them: the terminal's report and the coordinator's page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet.checking.verdict import Verdict
from fpsheet.views.page import render_page
from fpsheet.views.terminal import render_verdict
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, Row, check_bytes, make_workbook

if TYPE_CHECKING:
    from fpsheet_templates.form import Form
    from fpsheet_templates.rule import Severity

CPR = "6101801234"
COPIED: Row = {"cpr": CPR, "forloeb_type": "afklaringsforloeb", "start_dato": date(2026, 1, 5)}


@pytest.fixture(scope="module")
def form() -> Form:
    """Return the newest form."""
    return load_form()


def verdict_of(form: Form, rows: dict[str, list[Row]]) -> Verdict:
    """Check a workbook with some rows."""
    checked = check_bytes(make_workbook(form, rows), form)
    return Verdict(Path("956.xlsx"), checked.findings, checked.check)


def report(verdict: Verdict, form: Form, *, width: int = 80) -> list[str]:
    """Return the lines of the terminal's report, without colours."""
    return list(render_verdict(verdict, SpokenForm(form, "da"), width=width, paint=_plainly))


def _plainly(severity: Severity, text: str) -> str:
    """Return a text as a console without colours shows it."""
    del severity
    return text


def test_sentences_that_differ_in_the_other_cell_are_told_once(form: Form) -> None:
    """Three rows copied below themselves are one entry (ARB-001), with each pair of cells."""
    rows = [{**COPIED, "start_dato": date(2026, 1, day)} for day in (5, 6, 7)]
    verdict = verdict_of(form, {"borger": [{"cpr": CPR}], "forloeb": [*rows, *rows]})
    lines = report(verdict, form)
    told = [at for at, line in enumerate(lines) if "ARB-001" in line]
    assert len(told) == 1
    text = " ".join(" ".join(lines[told[0] : told[0] + 5]).replace("\u00a0", " ").split())
    assert "(se …), så den tælles to gange. (3 steder) C7 (se C4), C8 (se C5), C9 (se C6)" in text


def test_one_reference_is_named_in_the_sentence(form: Form) -> None:
    """Where there is but one other cell, the sentence says which."""
    verdict = verdict_of(form, {"borger": [{"cpr": CPR}], "forloeb": [COPIED, COPIED]})
    assert any("ens med en anden linje (se C4)" in line for line in report(verdict, form))


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(form: Form, width: int) -> None:
    """Also the list of rules that could not run is folded."""
    verdict = verdict_of(form, FAULTY_ROWS)
    assert verdict.check is not None
    codes = tuple(f"AFG-{number:03}" for number in range(1, 23))
    stopped = replace(verdict, check=replace(verdict.check, not_run=codes))
    lines = report(stopped, form, width=width)
    assert all(len(line) <= width for line in lines)
    assert all(code in " ".join(lines) for code in codes)


class _Page(HTMLParser):
    """What a browser would make of the page: its tags and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags = list[tuple[str, dict[str, str | None]]]()
        self.texts = list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_stands_alone_and_masks_the_citizens(form: Form) -> None:
    """Nothing is fetched or run, and no CPR number can be read from it."""
    page = render_page(verdict_of(form, FAULTY_ROWS), SpokenForm(form, "da"))
    read = _Page(page)
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "img", "iframe", "a"})
    assert not [a for _, attrs in read.tags for a in attrs if a in {"src", "href", "onclick"}]
    assert "url(" not in page
    assert "@import" not in page
    assert not re.search(r"\d{6}-?\d{4}", page)
    assert "610180" not in page


def test_the_page_tells_by_caseworker_case_and_rule(form: Form) -> None:
    """Below their initials stand each caseworker's cases; the one with the fault comes first.

    Each rule has its number and sentence.
    """
    verdict = verdict_of(form, FAULTY_ROWS)
    texts = _Page(render_page(verdict, SpokenForm(form, "da"))).texts
    first, second = texts.index("Sagsbehandler: XYZ"), texts.index("Sagsbehandler: ABC")
    assert first < second
    assert texts.index("Borgere, række 5 (••••••-••34)") in range(first, second)
    assert texts.index("Borgere, række 4 (••••••-••34)") > second
    severities = {"✖ Fejl": 0, "⚠ Advarsel": 1}
    of_the_first = [severities[text] for text in texts[first:second] if text in severities]
    assert of_the_first == sorted(of_the_first)
    assert of_the_first[0] == 0
    rules = texts[texts.index("Fejl og advarsler pr. regel") :]
    for code in {finding.code for finding in verdict.findings}:
        at = rules.index(code)
        number = sum(finding.code == code for finding in verdict.findings)
        assert rules[at + 3] == str(number)
        assert rules[at + 2].endswith(".")
