"""The Huskeliste and the Overblik worked out row by row, as by a caseworker with the law in hand.

A second implementation: it reads typed rows, knows nothing of formulas and shares no code with
the workbook. Years and ages are read off the law (facts of `constants.toml`), not off the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fpsheet_templates.form import Form

Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]

FIRST_ROW: Final = 4
REFORM: Final = date(2016, 7, 1)
GRANTING: Final = ("tilkendelse", "aendring", "uaendret")
COUNTRIES: Final = {
    "revurdering": "GL",
    "udsaettelse": "GL",
    "fleksjob": "GL",
    "uden_slut": "GL DK",
}
"""Kind of reminder → where it is used; the others in Denmark."""
DENMARK: Final = {
    "bortfald_aarsag alderspension da": "Overgang til folkepension",
    "bortfald_aarsag alderspension en": "Transfer to state pension (folkepension)",
    "resultat udsat da": "Sat i bero",
    "resultat udsat en": "Put on hold",
    "job_type selvstaendig da": "Selvstændig",
    "job_type selvstaendig en": "Self-employed",
}
"""List, code and language → the word of Denmark, where it is its own."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One deadline: the day, which kind, the citizen, and the row it stands in."""

    day: date
    kind: str
    cpr: str
    navn: str
    sheet: str
    row: int
    sagsbehandler: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a citizen's history; `hours`, `ability` and `level` as they are shown."""

    start: date | None
    end: date | None
    what: str
    details: str
    result: str
    hours: float | str
    ability: int | str
    level: str
    sheet: str
    row: int


def numbered(rows: Rows, sheet: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the rows of a sheet that are in force, each with its row number."""
    every = enumerate(rows.get(sheet, ()), start=FIRST_ROW)
    return [(number, row) for number, row in every if not row.get("annuller")]


def in_years(day: date, years: int) -> date:
    """Return the same day some years later; 28 February where there is no 29th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last if years % 4 else day.day)


def birthday(cpr: str) -> date:
    """Return the day of birth of a number that belongs to nobody (day 61 to 91)."""
    day, month, year, seventh = int(cpr[:2]) - 60, int(cpr[2:4]), int(cpr[4:6]), cpr[6]
    late = (seventh in "49" and year < 37) or (seventh in "5678" and year < 58)
    early = seventh in "5678" and year >= 58
    return date((2000 if late else 1800 if early else 1900) + year, month, day)


def age_on(born: date, day: date) -> int:
    """Return whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def reminders(rows: Rows, *, today: date, jurisdiction: str) -> list[Reminder]:
    """Return every deadline whatever its day, oldest first."""
    names, workers = (
        {row["cpr"]: row.get(field) or "" for row in reversed(rows.get("borger", ()))}
        for field in ("navn", "sagsbehandler")
    )
    found = [
        Reminder(
            day,
            kind,
            row["cpr"],
            names.get(row["cpr"], ""),
            sheet,
            number,
            workers.get(row["cpr"], ""),
        )
        for kind, sheet, due in _KINDS
        if jurisdiction in COUNTRIES.get(kind, "DK")
        for number, row in numbered(rows, sheet)
        for day in (due(rows, number, row, today),)
        if day is not None
    ]
    order = [kind for kind, _, _ in _KINDS]
    return sorted(found, key=lambda one: (one.day, order.index(one.kind), one.row))


def _days(rows: Rows, sheet: str, field: str, cpr: str) -> Iterator[tuple[date, Mapping[str, Any]]]:
    for _, row in numbered(rows, sheet):
        if row["cpr"] == cpr and row.get(field):
            yield row[field], row


def _moved_after(rows: Rows, cpr: str, day: date) -> bool:
    return any(moved >= day for moved, _ in _days(rows, "overdragelse", "dato", cpr))


def gives(decision: Mapping[str, Any]) -> bool:
    """Return whether a decision gives the pension, or changes its level."""
    kind = decision["afgoerelse"]
    return kind in GRANTING or (kind == "udsaettelse" and bool(decision.get("niveau")))


def _effect(decision: Mapping[str, Any]) -> date:
    day: date = decision.get("virkning_dato") or decision["afgoerelse_dato"]
    return day


def _revurdering(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """Who has the pension is assessed within five years while under 60; first from the reform."""
    del number
    cpr, has_pension = row["cpr"], row.get("pensionist_foer_reform") == "ja"
    decisions = [one for _, one in _days(rows, "afgoerelse", "afgoerelse_dato", cpr)]
    ends = [one for one in decisions if one["afgoerelse"] == "bortfald"]
    if any(one.get("bortfald_aarsag") == "doedsfald" for one in ends):
        return None
    decided, latest = REFORM, date.min
    for decision in decisions:
        kind, day = decision["afgoerelse"], decision["afgoerelse_dato"]
        if (gives(decision) or kind == "bortfald") and day >= latest:
            # On one day a pension that is given outweighs one that ends.
            has_pension = gives(decision) or (day == latest and has_pension)
            latest = day
    grants = [one["afgoerelse_dato"] for one in decisions if one["afgoerelse"] == "tilkendelse"]
    last_given = [one for one in decisions if one["afgoerelse_dato"] == latest and gives(one)]
    counts = max((_effect(one) for one in last_given), default=date.min)
    for one in ends:
        from_day = max(one["afgoerelse_dato"], one.get("virkning_dato") or date.min)
        if one.get("bortfald_aarsag") in {"alderspension", "fraflytning"}:
            # Who left or retired has the pension again when it is granted again, later than that.
            has_pension = has_pension and any(granted > from_day for granted in grants)
        elif latest <= _effect(one) and counts < _effect(one):
            # Ended in advance; what was decided until then counts from before it.
            has_pension = False
    decided = max(decided, latest)
    assessed = [day for day, _ in _days(rows, "vurdering", "vurdering_dato", cpr)]
    last = max([decided, *assessed])
    due = in_years(last, 5)
    automatic = any(one.get("automatisk_hoejeste") == "ja" for one in last_given)
    if automatic and not any(day >= latest for day in assessed):
        return None  # given without an assessment, and none since: the law names no deadline
    if not has_pension or _moved_after(rows, cpr, last):
        return None
    return due if age_on(birthday(cpr), max(due, today)) < 60 else None


def _udsaettelse(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """A case that was put off is assessed again within a year."""
    del number, today
    day, cpr = row.get("afgoerelse_dato"), row["cpr"]
    if row.get("afgoerelse") != "udsaettelse" or not day:
        return None
    answers = [
        *(later for later, _ in _days(rows, "vurdering", "vurdering_dato", cpr)),
        *(later for later, _ in _days(rows, "afgoerelse", "afgoerelse_dato", cpr)),
    ]
    if any(later > day for later in answers) or _moved_after(rows, cpr, day):
        return None
    return in_years(day, 1)


def _fleksjob(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """A fleksjob is assessed again every third year, until the citizen is 40."""
    del number
    if row.get("job_type") != "fleksjob" or row.get("slut_dato") or not row.get("start_dato"):
        return None
    assessed = [day for day, _ in _days(rows, "vurdering", "vurdering_dato", row["cpr"])]
    due = in_years(max([row["start_dato"], *assessed]), 3)
    return due if age_on(birthday(row["cpr"]), max(due, today)) < 40 else None


def _uden_slut(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """A forløb with neither end nor result is looked at after a year; some types last longer."""
    del rows, number, today
    if row.get("slut_dato") or row.get("resultat") or not row.get("start_dato"):
        return None
    if row.get("forloeb_type") == "ansoegning":
        return None
    # An education under revalidering takes two years, a ressourceforløb up to five.
    longer = {"revalidering": 2 * 365, "ressourceforloeb": 5 * 365 + 2}
    started: date = row["start_dato"]
    return started + timedelta(days=longer.get(str(row.get("forloeb_type")), 365))


def _answered(rows: Rows, cpr: str, day: date) -> bool:
    """Return whether something was decided on a day or later, or the citizen moved then."""
    decided = (later for later, _ in _days(rows, "afgoerelse", "afgoerelse_dato", cpr))
    return any(later >= day for later in decided) or _moved_after(rows, cpr, day)


def _tilbagevist(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """A case that the board sent back must be decided again, on a later day."""
    del number, today
    day, cpr = row.get("afgoerelse_dato"), row["cpr"]
    if row.get("afgoerelse") != "tilbagevist" or not day or _moved_after(rows, cpr, day):
        return None
    return None if _answered(rows, cpr, day + timedelta(days=1)) else day


def _indstilling(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """What the team recommended for a pension waits for its decision."""
    del number, today
    day = row.get("start_dato")
    if row.get("indstilling") != "foertidspension" or not day:
        return None
    return None if _answered(rows, row["cpr"], day) else day


def _ansoegning(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """An application waits until something is decided."""
    del number, today
    day = row.get("ansoegning_dato")
    return None if not day or _answered(rows, row["cpr"], day) else day


def _ny_ansoegning(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """So does a new one, which is a line on Forløb."""
    del number, today
    day = row.get("start_dato")
    if row.get("forloeb_type") != "ansoegning" or not day:
        return None
    return None if _answered(rows, row["cpr"], day) else day


def _moede(rows: Rows, number: int, row: Mapping[str, Any], today: date) -> date | None:
    """A meeting of the team is told until its day is over."""
    del rows, number
    day = row.get("start_dato")
    is_meeting = row.get("forloeb_type") == "rehabiliteringsmoede"
    return day if is_meeting and day and day >= today else None


_Due: TypeAlias = "Callable[[Rows, int, Mapping[str, Any], date], date | None]"

_KINDS: Final[tuple[tuple[str, str, _Due], ...]] = (
    ("revurdering", "borger", _revurdering),
    ("udsaettelse", "afgoerelse", _udsaettelse),
    ("fleksjob", "job", _fleksjob),
    ("uden_slut", "forloeb", _uden_slut),
    ("tilbagevist", "afgoerelse", _tilbagevist),
    ("indstilling", "forloeb", _indstilling),
    ("ansoegning", "borger", _ansoegning),
    ("ny_ansoegning", "forloeb", _ny_ansoegning),
    ("moede", "forloeb", _moede),
)


_PARENTS: Final = ("revurdering", "ansoegning")


def history(
    rows: Rows, form: Form, cpr: str, *, language: str, kommune: str = "956"
) -> list[Happening]:
    """Return the lines of a citizen in the order in which they are read."""
    decided = [day for day, _ in _days(rows, "afgoerelse", "afgoerelse_dato", cpr)]
    spans = [
        (row["start_dato"], row.get("slut_dato") or date.max)
        for _, row in numbered(rows, "forloeb")
        if row["cpr"] == cpr and row["forloeb_type"] == "revurdering"
    ]
    # What begins after a new application lies under it until something is decided.
    spans += [
        (day, min((each for each in decided if each >= day), default=date.max))
        for day, row in _days(rows, "forloeb", "start_dato", cpr)
        if row["forloeb_type"] == "ansoegning"
    ]
    applied = [
        (day, min((each for each in decided if each >= day), default=date.max))
        for day, _ in _days(rows, "borger", "ansoegning_dato", cpr)
    ]
    events = []
    for place, (sheet, (start, _)) in enumerate(_DAYS.items()):
        for number, row in numbered(rows, sheet):
            if row["cpr"] == cpr and (row.get(start) or sheet != "borger"):
                is_parent = row.get("forloeb_type") in _PARENTS
                key = (row.get(start) or date.max, not is_parent, place, number)
                events.append((key, sheet, number, row))
    told: list[Happening] = []
    ability: int | str = ""
    level = ""
    for _, sheet, number, row in sorted(events, key=lambda event: event[0]):
        words = _Words(form, sheet, row, language, form.kommuner[kommune].jurisdiction)
        start, end = _DAYS[sheet]
        day = row.get(start)
        inside = sheet == "forloeb" and _lies_inside(row, spans, applied)
        if sheet == "vurdering":
            ability = row["arbejdsevne_pct"]
        if sheet == "afgoerelse":
            level = _level_after(row, words.of("niveau"), level)
        what, details, result, hours = _TOLD[sheet](words)
        told.append(
            Happening(
                start=day,
                end=row.get(end) if end else None,
                what=("\u00a0" * 6 + "└ " if inside else "") + what,
                details=details,
                result=result,
                hours="" if row.get(hours) is None else row[hours],
                ability=ability,
                level=level,
                sheet=sheet,
                row=number,
            )
        )
    return told


def _lies_inside(
    row: Mapping[str, Any],
    spans: Sequence[tuple[date, date]],
    applied: Sequence[tuple[date, date]],
) -> bool:
    """Return whether a forløb begins inside a revurdering, or before an application is decided.

    One revurdering is never inside itself, nor in an application.
    """
    day, is_parent = row["start_dato"], row["forloeb_type"] in _PARENTS
    if not is_parent and any(first <= day <= last for first, last in applied):
        return True
    return any(
        (first < day if is_parent else first <= day) and day <= last for first, last in spans
    )


def _level_after(row: Mapping[str, Any], label: str, before: str) -> str:
    if row["afgoerelse"] == "bortfald":
        return "–"
    gives = row["afgoerelse"] in (*GRANTING, "udsaettelse")
    return label if gives and label else before


_DAYS: Final = {
    "borger": ("ansoegning_dato", ""),
    "forloeb": ("start_dato", "slut_dato"),
    "vurdering": ("vurdering_dato", ""),
    "job": ("start_dato", "slut_dato"),
    "afgoerelse": ("afgoerelse_dato", ""),
    "indkomst": ("fra_dato", "til_dato"),
    "overdragelse": ("dato", ""),
}
"""Sheet to its first and last day, in the order in which events of one day are told."""


@dataclass(frozen=True, slots=True)
class _Words:
    form: Form
    sheet: str
    row: Mapping[str, Any]
    language: str
    country: str

    def of(self, *fields: str) -> str:
        """Return the labels of code fields, the blank ones left out."""
        labels = [
            self._word(self.form.sheet(self.sheet)[name].codes, code)
            for name in fields
            if (code := self.row.get(name))
        ]
        return ", ".join(labels)

    def _word(self, codes: str, code: str) -> str:
        own = DENMARK.get(f"{codes} {code} {self.language}") if self.country == "DK" else None
        return own or self.form.code_lists[codes][code].label(self.language)

    def told(self, *fields: str) -> str:
        """Return values with their headings, the blank ones left out."""
        parts = []
        for name in fields:
            value = self.row.get(name)
            if value:
                codes = self.form.sheet(self.sheet)[name].codes
                shown = self.of(name) if codes else value
                shown = f"{shown:%d-%m-%Y}" if isinstance(shown, date) else shown
                heading = self.form.field_label(self.sheet, name, self.language)
                parts.append(f"{heading}: {shown}")
        return "; ".join(parts)

    def text(self, key: str) -> str:
        """Return a word of the Overblik."""
        return self.form.texts.get(f"workbook.overblik.{key}", self.language)


_TOLD: Final[Mapping[str, Callable[[_Words], tuple[str, str, str, str]]]] = {
    "borger": lambda row: (row.text("ansoegning"), "", "", ""),
    "forloeb": lambda row: (
        row.of("forloeb_type"),
        row.told(
            *("revalideringstiltag", "indstilling", "moedeleder", "motivation", "uden_for_cyklus"),
            *("journal_nr", "tekst"),
        ),
        row.of("resultat"),
        "timer_pr_uge",
    ),
    "vurdering": lambda row: (
        row.text("vurdering"),
        row.told("endeligt_afklaret", "journal_nr", "tekst"),
        "",
        "maks_timer_pr_uge",
    ),
    "job": lambda row: (
        row.of("job_type"),
        row.told("branche", "opfoelgning_dato", "journal_nr", "tekst"),
        "",
        "timer_pr_uge",
    ),
    "afgoerelse": lambda row: (
        f"{row.text('afgoerelse')}: {row.of('afgoerelse')}",
        row.told(
            *("instans", "virkning_dato", "paaklaget_dato", "foreliggende_grundlag"),
            *("uden_team", "automatisk_hoejeste", "journal_nr", "tekst"),
        ),
        row.of(
            *("niveau", "bortfald_aarsag", "afslagsaarsag", "tilbagevisningsaarsag_1"),
            *("tilbagevisningsaarsag_2", "tilbagevisningsaarsag_3"),
        ),
        "",
    ),
    "indkomst": lambda row: (
        f"{row.text('indkomst')}: {row.of('indkomst_kilde')}",
        row.told("oplyst_af", "journal_nr", "tekst"),
        "",
        "",
    ),
    "overdragelse": lambda row: (
        row.text("flytning"),
        row.told("til_kommune", "journal_nr", "tekst"),
        "",
        "",
    ),
}
