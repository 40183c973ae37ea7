"""Loading: the TOML and CSV of `data/` become a `Form`.

`data/form-<n>.toml` is one form version. The first is whole; a later one is an overlay that
names only what it adds or changes (`load_form` applies them in order): of a field that is there
already the entries that differ, of a new one all of them with `since = <n>`, and
`after = "<field>"` where its column does not stand last. Code lists, rules and texts are shared
by all versions: an entry says itself from when it holds.

A form that is tried before it is shipped is a folder laid over `data/` (`overlay`): its form
files come after those of `data/`, its texts and its lines of code lists replace those of the same
key.
"""

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fpsheet_templates.codes import CodeList, read_code
from fpsheet_templates.errors import RuleError, SpecError
from fpsheet_templates.expression import fields_of, parse_expression
from fpsheet_templates.form import ColumnRole, Field, FieldType, Form, Sheet, SheetKind
from fpsheet_templates.kommune import BOTH, Kommune
from fpsheet_templates.rule import Rule, RuleLevel, Severity
from fpsheet_templates.text import Texts

_RULE_BEGINS = re.compile(r"\s*\[\[\s*rule\s*\]\]")

Table = Mapping[str, object]


@cache
def load_form(
    version: int | None = None, *, overlay: Path | None = None, data: Path | None = None
) -> Form:
    """Load a form version with everything that belongs to it.

    Args:
        version: Form version; the newest when left out.
        overlay: Folder laid over the data that are shipped.
        data: Folder of a form of another field: its form files and constants stand in the place
            of those that are shipped, its code lists and texts beside them. Of the rules that are
            shipped it has those that are about no sheet but its own, and its own.

    Raises:
        SpecError: The version does not exist, or the data contradict themselves.
    """
    own = data or _data()
    files_by_version = _form_files(own, overlay)
    versions = sorted(files_by_version)
    wanted = versions[-1] if version is None else version
    if wanted not in versions:
        message = f"Form version {wanted} does not exist."
        raise SpecError(message)
    sheets: dict[str, _SheetEntry] = {}
    for number in (v for v in versions if v <= wanted):
        _lay_over(sheets, _read_toml(files_by_version[number]))
    constants = _read_toml(own / "constants.toml")
    return Form(
        version=wanted,
        versions=tuple(v for v in versions if v <= wanted),
        sheets=tuple(_sheet(entry) for entry in sheets.values()),
        code_lists=_load_code_lists(data or overlay),
        kommuner=_load_kommuner(),
        constants={name: _constant(entry) for name, entry in constants.items()},
        constant_sources={name: _sources(entry) for name, entry in constants.items()},
        rules=_load_rules(data, sheets),
        texts=load_texts(overlay=data or overlay),
        own_constants=_own_constants(constants),
        constant_countries={n: _jurisdictions(_table(e)) for n, e in constants.items()},
        folder=data,
    )


def load_lists(form: Form) -> Form:
    """Return the lists that other offices fill in, as a form of their own with one sheet each.

    Each is a workbook by itself, found by its headings; it has no row ids, status or annuller.
    """
    sheets: dict[str, _SheetEntry] = {}
    _lay_over(sheets, _read_toml(_data() / "lists.toml"))
    kommuner = (code for code in form.code_lists["kommune"].codes if code.id in form.kommuner)
    areas = (*form.code_lists["land"].codes, *kommuner)
    codes = {**form.code_lists, "omraade": CodeList("omraade", areas)}
    return replace(form, sheets=tuple(map(_sheet, sheets.values())), code_lists=codes)


@cache
def load_texts(only: str = "", *, overlay: Path | None = None) -> Texts:
    """Load every text of every language folder under `data/text/`.

    Args:
        only: Name of one file (`program.toml`), for a quick start; every file when left out.
        overlay: Folder laid over the data that are shipped.
    """
    by_language: dict[str, dict[str, str]] = {}
    for folder in sorted((_data() / "text").iterdir(), key=lambda entry: entry.name):
        texts: dict[str, str] = {}
        for file in _files(folder, only or ".toml"):
            for key, text in _flatten(_read_toml(file)):
                if key in texts:
                    message = f"The text {key} stands twice ({folder.name})."
                    raise SpecError(message)
                texts[key] = text
        if overlay and (overlay / "text" / folder.name).is_dir():
            for file in _files(overlay / "text" / folder.name, ".toml"):
                texts |= dict(_flatten(_read_toml(file)))
        by_language[folder.name] = texts
    return Texts(by_language)


def _data() -> Traversable:
    return files("fpsheet_templates") / "data"


def _form_files(own: Traversable, overlay: Path | None) -> dict[int, Traversable]:
    """Return form version → its file."""
    found: dict[int, Traversable] = {}
    for folder in (own, *([overlay] if overlay else [])):
        for file in _files(folder, ".toml"):
            if file.name.startswith("form-"):
                found[int(file.name.removeprefix("form-").removesuffix(".toml"))] = file
    return found


def _files(folder: Traversable, suffix: str) -> list[Traversable]:
    found = (entry for entry in folder.iterdir() if entry.name.endswith(suffix))
    return sorted(found, key=lambda entry: entry.name)


def _read_toml(file: Traversable) -> dict[str, object]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        message = f"A table was expected, not {type(value).__name__}."
        raise SpecError(message)
    return value


def _tables(value: object) -> list[dict[str, object]]:
    return [_table(entry) for entry in value] if isinstance(value, list) else []


def _flatten(table: Table, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value).strip()


def _sources(entry: object) -> str:
    """Return where a constant is read, and its value and source in each country of another one."""
    table = _table(entry)
    own = (
        f"{land}: {value['value']} ({value['source']})"
        for land, value in table.items()
        if isinstance(value, dict)
    )
    return "; ".join((str(table["source"]), *own))


def _own_constants(constants: Mapping[str, object]) -> Mapping[str, Mapping[str, date | float]]:
    """Return country → constants whose value is another one there than the first country's."""
    found: dict[str, dict[str, date | float]] = {}
    for name, entry in constants.items():
        for key, value in _table(entry).items():
            if isinstance(value, dict):
                found.setdefault(key, {})[name] = _constant(value)
    return found


def _constant(entry: object) -> date | float:
    value = _table(entry)["value"]
    if isinstance(value, date | int | float):
        return value
    message = f"A constant is a date or a number, not {type(value).__name__}."
    raise SpecError(message)


@dataclass(slots=True)
class _SheetEntry:
    """What the files say of one sheet: its own entries, and those of each of its fields."""

    head: dict[str, object]
    fields: dict[str, dict[str, object]]


def _lay_over(sheets: dict[str, _SheetEntry], data: Table) -> None:
    """Add the sheets of one form file, or change those that are there already."""
    for entry in _tables(data["sheet"]):
        sheet = sheets.setdefault(str(entry["id"]), _SheetEntry({}, {}))
        sheet.head |= entry
        for changed in _tables(entry.get("field")):
            name, after = str(changed["id"]), changed.get("after")
            merged = sheet.fields.get(name, {}) | changed
            if after is None:
                sheet.fields[name] = merged
            else:
                sheet.fields = _placed_after(sheet.fields, str(after), merged)


def _placed_after(
    fields: Mapping[str, dict[str, object]], after: str, entry: dict[str, object]
) -> dict[str, dict[str, object]]:
    """Return the fields with one of them right after another."""
    name = str(entry["id"])
    others = [(key, own) for key, own in fields.items() if key != name]
    at = next((n for n, (key, _) in enumerate(others, start=1) if key == after), None)
    if at is None:
        message = f"{name} cannot stand after {after}, which is no field of the sheet."
        raise SpecError(message)
    return dict([*others[:at], (name, entry), *others[at:]])


def _sheet(source: _SheetEntry) -> Sheet:
    entry, own = source.head, tuple(map(_field, source.fields.values()))
    kind = SheetKind(str(entry["kind"]))
    fields = own
    if kind is SheetKind.ENTRY:
        row_id = Field("raekke_id", FieldType.TEXT, role=ColumnRole.ROW_ID, width=16)
        status = Field("status", FieldType.TEXT, role=ColumnRole.STATUS, width=34)
        annul = Field("annuller", FieldType.CODE, role=ColumnRole.ANNUL, codes="annuller", width=18)
        fields = (row_id, status, *own, annul)
    return Sheet(
        id=str(entry["id"]),
        kind=kind,
        fields=fields,
        table=str(entry.get("table", "")),
        letter=str(entry.get("letter", "")),
        page=str(entry.get("page", "")),
        colour=str(entry.get("colour", "")),
        premade_rows=int(str(entry.get("premade_rows", 0))),
    )


def _field(entry: Table) -> Field:
    required, own = entry.get("required"), _table(entry.get("required_in", {}))
    minimum, maximum = entry.get("minimum"), entry.get("maximum")
    return Field(
        id=str(entry["id"]),
        type=FieldType(str(entry["type"])),
        codes=str(entry.get("codes", "")),
        unit=str(entry.get("unit", "")),
        required=None if required is None else parse_expression(str(required)),
        minimum=None if minimum is None else float(str(minimum)),
        maximum=None if maximum is None else float(str(maximum)),
        max_length=int(str(entry.get("max_length", 60))),
        group=str(entry.get("group", "")),
        key=bool(entry.get("key", False)),
        local=bool(entry.get("local", False)),
        jurisdictions=_jurisdictions(entry),
        since=int(str(entry.get("since", 1))),
        source=str(entry.get("source", "")),
        width=int(str(entry.get("width", 14))),
        required_in={k: parse_expression(str(v)) for k, v in own.items()},
    )


def _jurisdictions(entry: Table) -> frozenset[str]:
    chosen = entry.get("jurisdictions")
    return frozenset(str(item) for item in chosen) if isinstance(chosen, list) else BOTH


def _read_csv(file: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _load_code_lists(overlay: Path | None) -> dict[str, CodeList]:
    """Return the code lists that are shipped, and those laid over them, code by code."""
    rows: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    laid_over = [overlay / "codes"] if overlay else []
    for folder in (_data() / "codes", *(each for each in laid_over if each.is_dir())):
        for file in _files(folder, ".csv"):
            own = rows[file.name.removesuffix(".csv")]
            own |= {row["code"]: row for row in _read_csv(file)}
    return {name: CodeList(name, tuple(map(read_code, own.values()))) for name, own in rows.items()}


def _load_kommuner() -> dict[str, Kommune]:
    """Read the kommuner out of the code list, which has countries too: these have no number."""
    kommuner = {}
    for row in (r for r in _read_csv(_data() / "codes" / "kommune.csv") if r["code"].isdecimal()):
        kommuner[row["code"]] = Kommune(
            code=row["code"],
            name=row["name"],
            jurisdiction=row["jurisdiction"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            successors=tuple(row["successors"].split()),
            premade_factor=float(row["premade_factor"] or 1),
        )
    return kommuner


def read_rules(text: str) -> tuple[Rule, ...]:
    """Read rules spelled as in `data/rules/`, for instance new ones that are to be tried.

    Raises:
        SpecError: The text is no list of rules.
    """
    try:
        entries = _tables(tomllib.loads(text).get("rule"))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        message, line = f"A rule cannot be read: {error}", place[1] if place else "-"
        raise RuleError(message, "toml", line=line) from error
    return tuple(map(_read_rule, entries, rule_lines(text, len(entries))))


def rule_lines(text: str, count: int) -> list[int]:
    """Return the line on which each rule of a file begins, counted from 1; 0 where it is not known.

    Args:
        text: The file.
        count: How many rules it has.
    """
    lines = enumerate(text.splitlines(), start=1)
    found = [number for number, line in lines if _RULE_BEGINS.match(line)]
    return found if len(found) == count else [0] * count


def _read_rule(entry: Table, line: int) -> Rule:
    """Return a rule; what is wrong with it is told with its code and its line."""
    try:
        return _rule(entry)
    except RuleError as error:
        found = error
    except KeyError as error:
        found = RuleError(f"A rule lacks {error}.", "missing", name=error.args[0])
    except ValueError as error:
        found = RuleError(f"A rule cannot be read: {error}", "value")
    found.code, found.line = str(entry.get("code", "")), line
    raise found


def _load_rules(data: Path | None, sheets: Mapping[str, "_SheetEntry"]) -> tuple[Rule, ...]:
    """Return the rules that are shipped and those of a form of another field, by their codes."""
    found: dict[str, Rule] = {}
    for folder in (_data(), *([data] if data else [])):
        for file in _files(folder / "rules", ".toml"):
            for rule in read_rules(file.read_text(encoding="utf-8")):
                if rule.code in found:
                    message = f"The rule code {rule.code} is used twice."
                    raise SpecError(message)
                found[rule.code] = rule
    own = (rule for rule in found.values() if not data or _is_about(rule, sheets))
    return tuple(sorted(own, key=lambda rule: rule.code))


def _is_about(rule: Rule, sheets: Mapping[str, "_SheetEntry"]) -> bool:
    """Return whether a form has what a rule names: its sheet, its fields, those it reads."""
    if not rule.sheet:
        return True
    read = fields_of(rule.fails_when) if rule.fails_when else ()
    return rule.sheet in sheets and {*rule.fields, *read} <= sheets[rule.sheet].fields.keys()


def _rule(entry: Table) -> Rule:
    fails_when = entry.get("fails_when")
    fields = entry.get("fields", [])
    return Rule(
        code=str(entry["code"]),
        level=RuleLevel(str(entry["level"])),
        severity=Severity(str(entry["severity"])),
        sheet=str(entry.get("sheet", "")),
        fields=tuple(str(field) for field in fields) if isinstance(fields, list) else (),
        fails_when=None if fails_when is None else parse_expression(str(fails_when)),
        jurisdictions=_jurisdictions(entry),
        valid_from=str(entry.get("valid_from", "")),
        valid_to=str(entry.get("valid_to", "")),
        day=str(entry["day"]) if {"valid_from", "valid_to"} & entry.keys() else "",
        since=int(str(entry.get("since", 2026))),
        source=str(entry.get("source", "")),
    ).on_its_days()
