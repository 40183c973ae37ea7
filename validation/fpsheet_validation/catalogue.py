"""The rule catalogue as a person reads it: one line per rule, in the words of a language.

`fpsheet rules` and docs/regelkatalog.md show these lines. What only a finding knows (a number of
rows, another cell's address) is an ellipsis.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Rule

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
    form: Form, language: str, codes: Collection[str] | None = None
) -> tuple[CatalogueLine, ...]:
    """Return every rule of the catalogue in code order, or those of some codes."""
    wanted = (rule for rule in form.rules if codes is None or rule.code in codes)
    return tuple(_line(form, rule, language) for rule in wanted)


def _line(form: Form, rule: Rule, language: str) -> CatalogueLine:
    fields = tuple(_headings(form, rule, language))
    status = f"rule.{rule.code}.status"
    return CatalogueLine(
        code=rule.code,
        level=rule.level.value,
        severity=rule.severity.value,
        sheet=form.sheet_title(rule.sheet, language) if rule.sheet else "",
        fields=fields,
        message=_sentence(form, rule, "message", language),
        remedy=_sentence(form, rule, "remedy", language),
        status=form.texts.get(status, language) if form.texts.has(status) else "",
        jurisdictions=tuple(sorted(rule.jurisdictions)),
        since=rule.since,
        source=rule.source,
    )


def _headings(form: Form, rule: Rule, language: str) -> Iterator[str]:
    """Return the headings of a rule's fields; of another sheet with its title."""
    for field in rule.fields:
        sheet_id, _, other = field.rpartition(".")
        if sheet_id:
            label = form.field_label(sheet_id, other, language)
            yield f"{form.sheet_title(sheet_id, language)}: {label}"
        elif rule.sheet:
            yield form.field_label(rule.sheet, field, language)


class _Gaps(dict[str, str]):
    """Placeholders that only a finding fills."""

    def __missing__(self, key: str) -> str:
        """Return an ellipsis for what is not known."""
        return GAP


def _sentence(form: Form, rule: Rule, part: str, language: str) -> str:
    known: Mapping[str, str] = {"felt": form.texts.get("catalogue.field", language), "sted": ""}
    if rule.sheet:
        known = {**known, "ark": form.sheet_title(rule.sheet, language)}
        if rule.fields and "." not in rule.fields[0]:
            label = form.field_label(rule.sheet, rule.fields[0], language)
            known = {**known, "felt": label}
    return form.texts.get(f"rule.{rule.code}.{part}", language).format_map(_Gaps(known))
