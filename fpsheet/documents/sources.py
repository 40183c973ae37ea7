"""docs/kilder.md: every bound, code and rule with its source, days and country, in Danish."""

from collections.abc import Callable, Iterator
from datetime import date

from fpsheet.documents.markdown import markdown_table
from fpsheet_templates.form import Form
from fpsheet_templates.term import load_acts
from fpsheet_templates.text import BASE_LANGUAGE

_BOTH = "GL DK"
Say = Callable[[str], str]


def sources_markdown(form: Form) -> str:
    """Return the tables: acts, bounds and days, limits of fields, codes, rules."""

    def say(key: str) -> str:
        return form.texts.get(f"sources.{key}", BASE_LANGUAGE)

    tables = {
        "acts": (("act", "about", "country", "valid_from", "valid_to", "source"), _acts()),
        "constants": (("name", "value", "country", "source"), _constants(form)),
        "fields": (("place", "limit", "country", "version", "source"), _fields(form)),
        "codes": (
            ("list", "code", "label", "country", "valid_from", "valid_to", "source"),
            _codes(form),
        ),
        "rules": (
            ("rule", "severity", "country", "valid_from", "valid_to", "source"),
            _rules(form),
        ),
    }
    parts = [f"# {say('title')}", say("intro")]
    for name, (columns, rows) in tables.items():
        header = [say(f"column.{column}") for column in columns]
        cells = [[*(cell or "–" for cell in row[:-1]), row[-1] or say("own")] for row in rows]
        parts += [f"## {say(name)}", markdown_table(header, cells)]
    return "\n\n".join(parts) + "\n"


def _shown(value: date | float) -> str:
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else f"{value:g}".replace(".", ",")


def _acts() -> Iterator[list[str]]:
    for act in load_acts():
        yield [act.act, act.about, act.jurisdiction, act.valid_from, act.valid_to, act.source]


def _constants(form: Form) -> Iterator[list[str]]:
    """Yield the constants; one that differs by country has a line for each."""
    for name, value in sorted(form.constants.items()):
        source = form.constant_sources[name]
        others = {land: own[name] for land, own in form.own_constants.items() if name in own}
        valid = form.constant_countries[name]
        lands = " ".join(land for land in _BOTH.split() if land in valid and land not in others)
        yield [name, _shown(value), lands, source]
        for land, other in others.items():
            yield [name, _shown(other), land, source]


def _fields(form: Form) -> Iterator[list[str]]:
    for sheet in form.entry_sheets():
        for field in sheet.entry_fields():
            limits = (field.minimum, field.maximum)
            shown = ["" if limit is None else _shown(limit) for limit in limits]
            limit = "–".join(shown) if any(shown) else ""
            if limit or field.source:
                place = f"{sheet.id}.{field.id}"
                lands = _lands(field.jurisdictions)
                yield [place, limit, lands, str(field.since), field.source]


def _codes(form: Form) -> Iterator[list[str]]:
    """Yield every code, the kommuner among them."""
    for name, codes in sorted(form.code_lists.items()):
        for code in codes.codes:
            days = (code.valid_from, code.valid_to)
            lands = _lands(code.jurisdictions)
            yield [name, code.id, code.label(BASE_LANGUAGE), lands, *days, code.source]


def _rules(form: Form) -> Iterator[list[str]]:
    for rule in form.rules:
        named = (rule.valid_from, rule.valid_to)
        days = ["" if not name else _shown(form.constants[name]) for name in named]
        yield [rule.code, rule.severity.value, _lands(rule.jurisdictions), *days, rule.source]


def _lands(lands: frozenset[str]) -> str:
    return " ".join(land for land in _BOTH.split() if land in lands)
