"""Findings of a file as one self-contained HTML page for the coordinator.

Per caseworker, the case with the gravest finding first, then per rule. CPR numbers are masked:
a case is named by its row in Borgere and the last two digits. No script, no address outside the
file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpsheet.checking.verdict import Verdict
from fpsheet.file_name import spoken_name
from fpsheet.files import PAGE_MARK, write_whole
from fpsheet.returned.finding_list_rows import FaultRow, make_fault_rows
from fpsheet.table_book.html import escape
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.catalogue import catalogue_lines
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import ROW, Check

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 Arial, sans-serif; color: #22303c; margin: 2rem auto; max-width: 72rem;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem;
  border-bottom: 2px solid #1f3a5f; padding-bottom: .2rem; } h3 { font-size: 1rem; margin: 1.4rem
  0 .3rem; } table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid
  #d5dbe1; } th { background: #f3f5f7; } td.n, th.n { text-align: right; }
.KRITISK, .FEJL { color: #8e1b1b; font-weight: bold; white-space: nowrap; }
.ADVARSEL { color: #6b4e00; font-weight: bold; white-space: nowrap; }
.INFO { color: #5b6770; white-space: nowrap; }
.remedy { color: #5b6770; } .state { font-size: 1.1rem; }
@media print { h2 { break-after: avoid; } tr { break-inside: avoid; } body { margin: 0; } }
"""


def render_page(verdict: Verdict, spoken: SpokenForm) -> str:
    """Return the page.

    Args:
        verdict: What was found in the file.
        spoken: The form in the language of the page.
    """
    words = _Words(spoken)
    rows = make_fault_rows(verdict.findings, verdict.check, {}) if verdict.check else ()
    body = "".join(
        (
            *_head(verdict, words),
            *_cases(rows, verdict.check, words),
            *_rules(verdict, words),
        )
    )
    title = escape(f"{words('title')}: {spoken_name(verdict.path.name)}")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(spoken.language)}"><head><meta charset="utf-8">'
        f"{PAGE_MARK.decode()}"
        f"<title>{title}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The page's words in one language."""

    spoken: SpokenForm

    def __call__(self, key: str) -> str:
        return self.spoken.text(f"page.{key}")

    def severity(self, severity: Severity) -> str:
        return self.spoken.text(f"returned.severity.{severity}")


def _head(verdict: Verdict, words: _Words) -> Iterator[str]:
    state = words(verdict.outcome)
    yield f"<h1>{escape(words('title'))}: {escape(spoken_name(verdict.path.name))}</h1>"
    yield f'<p class="state">{escape(state)}</p>'
    counts = ([words.severity(severity), str(n)] for severity, n in verdict.counts.items())
    yield _table((words("severity"), words("number")), counts, numbers={1})
    if verdict.check is None:
        yield _findings(verdict.findings, words)
        return
    totals = verdict.totals
    names = ("xml", "read", "blank", "quarantined")
    figures = (totals.xml, totals.read, totals.blank, totals.quarantined)
    yield f"<h2>{escape(words('totals'))}</h2>"
    yield _table([words(name) for name in names], [map(str, figures)], numbers=set(range(4)))
    for level in verdict.unasked:
        sentence = words.spoken.text(f"program.report.unasked.{level}")
        yield f"<p>{escape(sentence)}</p>"
    if verdict.check.not_run:
        yield f"<p>{escape(words('not_run'))} {escape(', '.join(verdict.check.not_run))}</p>"


def _cases(rows: Sequence[FaultRow], check: Check | None, words: _Words) -> Iterator[str]:
    if check is None:
        return
    cases = _case_names(check, words)
    groups: dict[tuple[str, str], list[FaultRow]] = {}
    for row in rows:
        of_entry = row.finding.sheet in check.sheets and row.finding.row
        case = cases.get(row.cpr, words("no_case" if of_entry else "whole_file"))
        groups.setdefault((row.caseworker, case), []).append(row)
    last = None
    for (caseworker, case), own in _by_gravity(groups):
        if caseworker != last:
            name = caseworker or words("no_caseworker")
            yield f"<h2>{escape(words('caseworker'))}: {escape(name)}</h2>"
            last = caseworker
        yield f"<h3>{escape(case)}</h3>{_findings((row.finding for row in own), words)}"


def _by_gravity(
    groups: Mapping[tuple[str, str], Sequence[FaultRow]],
) -> list[tuple[tuple[str, str], Sequence[FaultRow]]]:
    """Order cases: the caseworker with the gravest finding first, and so the cases of each."""
    ranks = {key: own[0].finding.severity.rank for key, own in groups.items()}
    gravest: dict[str, int] = {}
    for (caseworker, _), rank in ranks.items():
        gravest[caseworker] = min(rank, gravest.get(caseworker, rank))
    return sorted(
        groups.items(), key=lambda each: (gravest[each[0][0]], each[0][0], ranks[each[0]])
    )


def _findings(findings: Iterable[Finding], words: _Words) -> str:
    spoken = words.spoken
    lines = (
        f'<tr><td class="{finding.severity}">{escape(words.severity(finding.severity))}</td>'
        f"<td>{escape(f'{finding.spoken_tab(spoken)} {finding.cell}'.strip())}</td>"
        f"<td>{escape(finding.message(spoken))}<br>"
        f'<span class="remedy">{escape(finding.remedy(spoken))}</span></td>'
        f"<td>{escape(finding.code)}</td></tr>"
        for finding in findings
    )
    heads = "".join(
        f"<th>{escape(words(name))}</th>" for name in ("severity", "place", "finding", "rule")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _rules(verdict: Verdict, words: _Words) -> Iterator[str]:
    numbers: dict[tuple[int, str], int] = {}
    for finding in verdict.findings:
        key = (finding.severity.rank, finding.code)
        numbers[key] = numbers.get(key, 0) + 1
    if numbers:
        yield f"<h2>{escape(words('per_rule'))}</h2>"
        severities = tuple(Severity)
        lines = catalogue_lines(words.spoken, {code for _, code in numbers})
        said = {line.code: line.message for line in lines}
        rows = (
            [code, words.severity(severities[rank]), said[code], str(number)]
            for (rank, code), number in sorted(numbers.items())
        )
        heads = (words("rule"), words("severity"), words("sentence"), words("number"))
        yield _table(heads, rows, numbers={3})


def _case_names(check: Check, words: _Words) -> dict[str, str]:
    """Name each case by its row in Borgere and the last two digits of its CPR number."""
    borger = check.sheets.get("borger")
    if borger is None:
        return {}
    pairs = borger.frame.select(ROW, "cpr").drop_nulls().iter_rows()
    title = words.spoken.sheet_title("borger")
    return {cpr: f"{title}, {words('row')} {row} (••••••-••{cpr[-2:]})" for row, cpr in pairs}


def _table(heads: Sequence[str], rows: Iterable[Iterable[str]], *, numbers: set[int]) -> str:
    def cell(tag: str, at: int, text: str) -> str:
        return f"<{tag}{' class=n' if at in numbers else ''}>{escape(text)}</{tag}>"

    head = "".join(cell("th", at, text) for at, text in enumerate(heads))
    body = "".join(
        f"<tr>{''.join(cell('td', at, text) for at, text in enumerate(row))}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def write_page(verdict: Verdict, spoken: SpokenForm, out: Path) -> None:
    """Write the coordinator's page of what was found: one HTML file, CPR numbers masked.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    write_whole(out, render_page(verdict, spoken).encode(), language=spoken.language)
