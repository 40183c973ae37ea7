"""Findings of a file as a person reads them: one entry per sentence, with all its cells."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

from fpsheet.checking.verdict import Verdict
from fpsheet.file_name import spoken_name
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding

SHOWN_CELLS = 24
"""Cells listed per sentence; the workbook itself shows them all."""

_INDENT = "    "
_OTHER = "anden"
"""The detail that names another cell, or a number."""
_ANY_OTHER = ((_OTHER, "…"),)

Paint = Callable[[Severity, str], str]
"""Gives a text the colour of a severity, or as it is."""


def render_verdict(
    verdict: Verdict, spoken: SpokenForm, *, width: int, paint: Paint
) -> Iterator[str]:
    """Yield the lines of the report of one file: the gravest first, the outcome last.

    Args:
        verdict: What was found.
        spoken: The form in the language of what is made.
        width: Columns of the terminal.
        paint: Colour of a severity; the word stands there as well.
    """
    name = spoken_name(verdict.path.name)
    yield name
    for sentence, findings in _group(verdict.findings, spoken):
        yield from _render_group(sentence, findings, spoken, width=width, paint=paint)
        yield ""
    if not verdict.findings:
        yield f"  {spoken.text('program.report.nothing')}"
    yield from _render_totals(verdict, spoken, width=width)
    state = spoken.text(f"program.report.{verdict.outcome}")
    yield from _fold(f"{name}: {state}", width, indent="")


def _render_totals(verdict: Verdict, spoken: SpokenForm, *, width: int) -> Iterator[str]:
    """Yield the lines that count findings and rows, and name what was not asked."""
    totals = verdict.totals
    counts = {severity.value: count for severity, count in verdict.counts.items()}
    yield from _fold(spoken.fill("program.report.counts", counts), width, indent="  ")
    if verdict.check:
        rows = {
            "xml": totals.xml,
            "read": totals.read,
            "blank": totals.blank,
            "quarantined": totals.quarantined,
        }
        yield from _fold(spoken.fill("program.report.rows", rows), width, indent="  ")
        if verdict.check.not_run:
            codes = {"codes": ", ".join(verdict.check.not_run)}
            yield from _fold(spoken.fill("program.report.not_run", codes), width, indent="  ")
    for level in verdict.unasked:
        yield from _fold(spoken.text(f"program.report.unasked.{level}"), width, indent="  ")


def _group(findings: Sequence[Finding], spoken: SpokenForm) -> list[tuple[str, list[Finding]]]:
    """Group findings by sentence: (sentence, findings), gravest first.

    Sentences that differ in the cell they refer to are the same, with dots in its place.
    """
    groups: dict[tuple[int, str, str, str], list[Finding]] = {}
    for finding in findings:
        alike = replace(finding, details=_ANY_OTHER) if _refers(finding) else finding
        sentence = alike.message(spoken)
        key = (finding.severity.rank, finding.code, finding.sheet, sentence)
        groups.setdefault(key, []).append(finding)
    ordered = sorted(groups.items(), key=lambda item: item[0][0])
    return [
        (sentence if len(set(map(_other, group))) > 1 else group[0].message(spoken), group)
        for (_, _, _, sentence), group in ordered
    ]


def _refers(finding: Finding) -> bool:
    """Return whether the sentence names another cell and nothing else of its own."""
    return [name for name, _ in finding.details] == [_OTHER]


def _other(finding: Finding) -> str:
    return dict(finding.details).get(_OTHER, "")


def _render_group(
    sentence: str, findings: Sequence[Finding], spoken: SpokenForm, *, width: int, paint: Paint
) -> Iterator[str]:
    first = findings[0]
    severity = spoken.text(f"program.severity.{first.severity}")
    place = spoken.text("program.report.whole_file")
    if first.sheet:
        place = first.spoken_tab(spoken)
    number = len(findings)
    head = f"{severity} {first.code}"
    shown = ""
    if number > 1:
        shown = f" ({spoken.fill('program.report.places', {'count': number})})"
    lines = _fold(f"{head}  {place}: {sentence}{shown}", width, indent="  ")
    yield from (line.replace(head, paint(first.severity, head), 1) for line in lines)
    cells = [finding.cell for finding in findings if finding.cell]
    if len(set(map(_other, findings))) > 1:
        pairs = ({"cell": f.cell, "other": _other(f)} for f in findings if f.cell)
        cells = [spoken.fill("program.report.see", pair) for pair in pairs]
    if cells:
        rest = len(cells) - SHOWN_CELLS
        listed = ", ".join(cells[:SHOWN_CELLS])
        more = f" {spoken.fill('program.report.more', {'count': rest})}"
        yield from _fold(listed + (more if rest > 0 else ""), width, indent=_INDENT)
    remedy = f"{spoken.text('program.report.remedy')} {first.remedy(spoken)}"
    yield from _fold(remedy, width, indent=_INDENT)


def _fold(text: str, width: int, *, indent: str) -> list[str]:
    return wrap(text, width, initial_indent=indent, subsequent_indent=_INDENT)
