"""docs/regelkatalog.md: every rule in Danish, by what it has to see."""

from collections.abc import Iterator

from fpsheet.documents.markdown import markdown_table
from fpsheet_templates.form import Form
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.catalogue import CatalogueLine, catalogue_lines

_COLUMNS = ("code", "severity", "place", "message", "remedy", "country", "since", "source")


def rule_catalogue_markdown(form: Form) -> str:
    """Give the catalogue: a heading per level, below it a table with a line per rule."""

    def say(key: str, **values: object) -> str:
        return form.texts.fill(f"catalogue.{key}", BASE_LANGUAGE, values)

    lines = catalogue_lines(form, BASE_LANGUAGE)
    parts = [f"# {say('title')}", say("intro"), say("severity_intro")]
    parts.append(say("count", antal=len(lines)))
    header = [say(f"column.{column}") for column in _COLUMNS]
    for level in RuleLevel:
        own = [line for line in lines if line.level == level]
        if own:
            rows = (list(_cells(line, say("everywhere"))) for line in own)
            parts += [f"## {say(f'level.{level}')}", markdown_table(header, rows)]
    return "\n\n".join(parts) + "\n"


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
