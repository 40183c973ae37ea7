"""The rule catalogue as a person reads it: one line per rule, in the words of a language.

`fpsheet rules` and docs/regelkatalog.md show these lines. What only a finding knows (a number of
rows, another cell's address) is an ellipsis.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fpsheet_templates.rule import Rule
from fpsheet_templates.spoken import SpokenForm

GAP = "…"


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One rule in words.

    Attributes:
        code: Stable code.
        level: What the rule has to see (`row`, `citizen`, …).
        severity: KRITISK, FEJL, ADVARSEL or INFO.
        sheet: Title of its sheet; empty for a rule over several.
        fields: Headings of the fields it looks at, the one it shows first.
        message: What is wrong.
        remedy: What to do.
        status: What the row's status says; empty for rules that need more than the row.
        jurisdictions: Where it holds, in order.
        since: Year it came.
        source: Law, guide or request; empty where experience alone asks for it.
    """

    code: str
    level: str
    severity: str
    sheet: str
    fields: tuple[str, ...]
    message: str
    remedy: str
    status: str
    jurisdictions: tuple[str, ...]
    since: int
    source: str


def catalogue_lines(
    spoken: SpokenForm, codes: Collection[str] | None = None
) -> tuple[CatalogueLine, ...]:
    """Return every rule of the catalogue in code order, or those of some codes."""
    wanted = (rule for rule in spoken.form.rules if codes is None or rule.code in codes)
    return tuple(_line(spoken, rule) for rule in wanted)


def _line(spoken: SpokenForm, rule: Rule) -> CatalogueLine:
    fields = tuple(_headings(spoken, rule))
    status = f"rule.{rule.code}.status"
    return CatalogueLine(
        code=rule.code,
        level=rule.level.value,
        severity=rule.severity.value,
        sheet=spoken.sheet_title(rule.sheet) if rule.sheet else "",
        fields=fields,
        message=_sentence(spoken, rule, "message"),
        remedy=_sentence(spoken, rule, "remedy"),
        status=spoken.text(status) if spoken.form.texts.has(status) else "",
        jurisdictions=tuple(sorted(rule.jurisdictions)),
        since=rule.since,
        source=rule.source,
    )


def _headings(spoken: SpokenForm, rule: Rule) -> Iterator[str]:
    """Yield the headings of a rule's fields; of another sheet with its title."""
    for field in rule.fields:
        sheet_id, _, other = field.rpartition(".")
        if sheet_id:
            label = spoken.label(sheet_id, other)
            yield f"{spoken.sheet_title(sheet_id)}: {label}"
        elif rule.sheet:
            yield spoken.label(rule.sheet, field)


class _Gaps(dict[str, str]):
    """Placeholders that only a finding fills."""

    def __missing__(self, key: str) -> str:
        """Return an ellipsis for what is not known."""
        return GAP


def _sentence(spoken: SpokenForm, rule: Rule, part: str) -> str:
    known: Mapping[str, str] = {"felt": spoken.text("catalogue.field"), "sted": ""}
    if rule.sheet:
        known = {**known, "ark": spoken.sheet_title(rule.sheet)}
        if rule.fields and "." not in rule.fields[0]:
            label = spoken.label(rule.sheet, rule.fields[0])
            known = {**known, "felt": label}
    return spoken.text(f"rule.{rule.code}.{part}").format_map(_Gaps(known))
