"""What a rule reads: fields of its own row, and of other sheets (`vurdering.arbejdsevne_pct`)."""

from functools import cache

from fpsheet_templates.expression import fields_of
from fpsheet_templates.rule import Rule


@cache
def reads_of(rule: Rule) -> tuple[str, ...]:
    """Return the fields of the rule's own row that it reads, the one it shows first."""
    own = (field for field in (*rule.fields, rule.day) if field and "." not in field)
    inside = fields_of(rule.fails_when) if rule.fails_when is not None else ()
    return tuple(dict.fromkeys((*own, *inside)))


def reads_elsewhere(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Return (sheet, field) for each field of another sheet that the rule reads."""
    pairs = (field.partition(".") for field in rule.fields if "." in field)
    return tuple((sheet, field) for sheet, _, field in pairs)
