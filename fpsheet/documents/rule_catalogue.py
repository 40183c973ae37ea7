"""docs/regelkatalog.md: every rule in Danish, by what it has to see."""

from collections.abc import Iterator
from itertools import groupby

from fpsheet.documents.markdown import markdown_table
from fpsheet_templates.form import Form
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.rule_history import RuleChange, load_rule_history
from fpsheet_templates.spoken import SpokenForm
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.catalogue import CatalogueLine, catalogue_lines

_COLUMNS = ("code", "severity", "place", "message", "remedy", "country", "since", "source")


def rule_catalogue_markdown(form: Form) -> str:
    """Return the catalogue: a heading per level, below it a table with a line per rule."""

    def say(key: str, **values: object) -> str:
        return form.texts.fill(f"catalogue.{key}", BASE_LANGUAGE, values)

    lines = catalogue_lines(SpokenForm(form, BASE_LANGUAGE))
    parts = [f"# {say('title')}", say("intro"), say("severity_intro")]
    parts.append(say("count", antal=len(lines)))
    header = [say(f"column.{column}") for column in _COLUMNS]
    for level in RuleLevel:
        own = [line for line in lines if line.level == level]
        if own:
            rows = (list(_cells(line, say("everywhere"))) for line in own)
            parts += [f"## {say(f'level.{level}')}", markdown_table(header, rows)]
    parts += [f"## {say('changes')}", *_changes(form)]
    return "\n\n".join(parts) + "\n"


def _changes(form: Form) -> Iterator[str]:
    """Yield what happened to the rules with each version of the form, the newest first."""
    texts = form.texts
    history = sorted(load_rule_history(), key=lambda event: -event.version)
    for version, of_version in groupby(history, key=lambda event: event.version):
        yield f"### {texts.fill('catalogue.version', BASE_LANGUAGE, {'version': version})}"
        events = list(of_version)
        new = [event.code for event in events if event.change is RuleChange.NEW]
        if new:
            count = texts.fill("catalogue.new", BASE_LANGUAGE, {"antal": len(new)})
            yield f"{count}: {', '.join(new)}."
        others = [event for event in events if event.change is not RuleChange.NEW]
        if others:
            header = [
                texts.get(f"catalogue.column.{name}", BASE_LANGUAGE)
                for name in ("code", "change", "severity")
            ]
            rows = (
                [
                    event.code,
                    texts.get(f"catalogue.change.{event.change}", BASE_LANGUAGE),
                    event.severity.value,
                ]
                for event in others
            )
            yield markdown_table(header, rows)


def _cells(line: CatalogueLine, everywhere: str) -> Iterator[str]:
    place = line.sheet or everywhere
    yield line.code
    yield line.severity
    yield f"{place}: {', '.join(line.fields)}" if line.fields else place
    yield line.message
    yield line.remedy
    yield " ".join(line.jurisdictions)
    yield str(line.since)
    yield line.source
