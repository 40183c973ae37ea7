"""The facts of every statistics table a second time: plain loops over plain rows, no database.

Written from the definitions in the tables' notes, to be compared with what the database counts.
Slow and obvious on purpose.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fpsheet_templates.form import Form
    from tests.support.country import Country, Record

AGES = ((18, "18-29"), (30, "30-39"), (40, "40-49"), (50, "50-59"), (60, "60-66"), (67, "67-"))
ABILITY = ((0, "0-25"), (26, "26-50"), (51, "51-75"), (76, "76-100"))
FORLOEB_CODES = (
    "forloeb_type",
    "revalideringstiltag",
    "resultat",
    "motivation",
    "uden_for_cyklus",
)
APPEALS_BODIES = frozenset({"klagenaevn", "socialt_ankenaevn", "ankestyrelse", "domstol"})
HOURS = ((0, "0"), (1, "0,1-9,9"), (100, "10-19,9"), (200, "20-29,9"), (300, "30-"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that counts: of which name, where, for whom, with which codes and number."""

    name: str
    kommune: str
    unit: str
    codes: dict[str, str]
    value: Fraction | None = None


def day_of(row: Record, field: str) -> date:
    """Return a date that must be there."""
    return cast("date", row[field])


def code_of(row: Record, field: str) -> str:
    """Return a code, `uoplyst` when blank."""
    return str(row.get(field) or "uoplyst")


def year_later(day: date) -> date:
    """Return the anniversary, 28 February for 29."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def years_before(day: date, years: int) -> date:
    """Return the same day years earlier, 28 February for 29."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def age(birth: date, day: date) -> int:
    """Return completed years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def age_group(birth: date | None, day: date) -> str:
    """Return the age group on a day."""
    if birth is None:
        return "uoplyst"
    found = "0-17"
    for limit, group in AGES:
        if age(birth, day) >= limit:
            found = group
    return found


def in_band(value: float | None, bands: tuple[tuple[int, str], ...], *, scale: int = 1) -> str:
    """Return the band of a number; limits are in whole units of 1/scale."""
    found = "uoplyst"
    if value is not None:
        for limit, band in bands:
            if round(value * scale) >= limit:
                found = band
    return found


@dataclass(frozen=True, eq=False)
class NaiveCount:
    """A country and a period to count.

    Attributes:
        country: The records.
        form: For the grouping of branches, and which kommuner lie in one country.
        kommuner: The country's own kommuner; what others report counts nothing.
        fra: First day.
        til: Last day.
    """

    country: Country
    form: Form
    kommuner: frozenset[str]
    fra: date
    til: date

    def rows(self, sheet: str) -> list[Record]:
        """Return what the country's own kommuner report."""
        return [r for r in self.country.rows(sheet) if r["kommune_kode"] in self.kommuner]

    def replaced(self, sheet: str, field: str) -> Iterator[tuple[Record, Record]]:
        """Return each version of a row with the next, where both state a field."""
        versions: dict[tuple[object, object], list[Record]] = defaultdict(list)
        for row in self.country.numbered(sheet):
            if row["kommune_kode"] in self.kommuner and row.get("annuller") is None:
                versions[row["kommune_kode"], row["raekke_id"]].append(row)
        for own in versions.values():
            own.sort(key=lambda row: cast("int", row.get("fra_indberetning", 1)))
            for old, new in pairwise(own):
                if old.get(field) is not None and new.get(field) is not None:
                    yield old, new

    def are_of_one_country(self, one: object, other: object) -> bool:
        """Return whether two kommuner lie in the same country, and are counted."""
        if not {str(one), str(other)} <= self.kommuner:
            return False
        lands = [self.form.kommuner[str(k)].jurisdiction for k in (one, other)]
        return lands[0] == lands[1]

    def unit(self, row: Record) -> str:
        """Return the citizen a row is about, merged identities followed."""
        borger = str(row["borger"])
        return self.country.merged.get(borger, borger)

    def sex(self, row: Record) -> str:
        """Return the sex of the row's citizen."""
        return self.country.persons[str(row["borger"])][0] or "uoplyst"

    def birth(self, row: Record) -> date | None:
        """Return the birth date of the row's citizen."""
        return self.country.persons[str(row["borger"])][1]

    def inside(self, day: object) -> bool:
        """Return whether a day lies in the period."""
        return day is not None and self.fra <= cast("date", day) <= self.til

    def quarter(self, day: date) -> str:
        """Return the quarter of a day."""
        return f"{day.year}K{(day.month - 1) // 3 + 1}"

    def home(self, unit: str, day: date) -> str | None:
        """Return where a citizen belongs on a day; None where nowhere in the country."""
        happened = self.happened(unit, day)
        entitled = self.entitled(day).get(unit)
        if entitled is not None:
            stays, since = (
                str(entitled[1]["kommune_kode"]),
                happened[str(entitled[1]["kommune_kode"])],
            )
        else:
            since, stays = max((latest, kommune) for kommune, latest in happened.items())
        moves = [
            row
            for row in self.rows("overdragelse")
            if self.unit(row) == unit and day_of(row, "dato") <= day
        ]
        if not moves:
            return stays
        last = max(moves, key=lambda row: (row["dato"], row["kommune_kode"], row["raekke_id"]))
        if self.are_of_one_country(last["til_kommune"], stays):
            return str(last["til_kommune"])
        return stays if since > day_of(last, "dato") else None

    def happened(self, unit: str, day: date) -> dict[str, date]:
        """Return each kommune that tells of a citizen, with the last event by a day."""
        found: dict[str, date] = {}
        for sheet, field in HAPPENED.items():
            for row in self.rows(sheet):
                if self.unit(row) == unit:
                    kommune = str(row["kommune_kode"])
                    then = cast("date | None", row.get(field)) if field else None
                    seen = date.min if then is None or then > day else then
                    found[kommune] = max(seen, found.get(kommune, date.min))
        return found

    def facts(self) -> Iterator[Fact]:
        """Return every fact of every table."""
        yield from self.courses()
        yield from self.clarifications()
        yield from self.jobs()
        yield from self.decisions()
        yield from self.appeals()
        yield from self.recommended()
        yield from self.returned()
        yield from self.processing()
        yield from self.postponed()
        yield from self.stock()
        yield from self.movements()
        yield from self.transitions()
        yield from self.first_times()
        yield from self.places()

    def courses(self) -> Iterator[Fact]:
        """T01, T02, T03, T05, T17; a new application stands among the forløb and is none."""
        for row in self.rows("forloeb"):
            if row["forloeb_type"] == "ansoegning":
                continue
            unit, reporter = self.unit(row), str(row["kommune_kode"])
            codes = {field: code_of(row, field) for field in FORLOEB_CODES}
            codes["pensionist"] = "ja" if unit in self.pensioners(self.til) else "nej"
            start, end = day_of(row, "start_dato"), cast("date | None", row.get("slut_dato"))
            if self.inside(start):
                quarter = {"kvartal": self.quarter(start)}
                yield Fact("forloeb.paabegyndt", reporter, unit, codes | quarter)
            if end is not None and self.inside(end):
                quarter = {"kvartal": self.quarter(end)}
                length = Fraction((end - start).days + 1)
                yield Fact("forloeb.afsluttet", reporter, unit, codes | quarter, length)
            if start <= self.til and (end is None or end > self.til):
                yield from self.at_home("forloeb.igangvaerende", row, codes)

    def at_home(self, name: str, row: Record, codes: dict[str, str]) -> Iterator[Fact]:
        """Return a fact that counts where the citizen of a row belongs on the last day."""
        home = self.home(self.unit(row), self.til)
        if home is not None and self.are_of_one_country(home, row["kommune_kode"]):
            yield Fact(name, home, self.unit(row), codes)

    def clarifications(self) -> Iterator[Fact]:
        """T04."""
        rows = self.rows("forloeb")
        for row in rows:
            if row["forloeb_type"] != "revurdering" or not self.inside(row.get("slut_dato")):
                continue
            inner = [
                other
                for other in rows
                if self.unit(other) == self.unit(row)
                and other["forloeb_type"] == "afklaringsforloeb"
                and day_of(row, "start_dato")
                <= day_of(other, "start_dato")
                <= day_of(row, "slut_dato")
            ]
            band = "3-" if len(inner) >= 3 else str(len(inner))
            codes = {"antal_afklaring": band}
            kommune = str(row["kommune_kode"])
            yield Fact("afklaring.afsluttet", kommune, self.unit(row), codes, Fraction(len(inner)))

    def jobs(self) -> Iterator[Fact]:
        """T08, T10."""
        groups = {c.id: c.extra["gruppe10"] for c in self.form.code_lists["branche"].codes}
        for row in self.rows("job"):
            if row["job_type"] in UNSUPPORTED:
                continue
            unit, reporter = self.unit(row), str(row["kommune_kode"])
            start, end = day_of(row, "start_dato"), cast("date | None", row.get("slut_dato"))
            branche = code_of(row, "branche")
            letter = DB25_AS_DB07.get(branche, branche)
            codes = {"job_type": code_of(row, "job_type"), "branche": letter}
            codes["branche19"] = letter  # by the name of the list of its words
            codes["branche10"] = groups.get(branche, "uoplyst")
            codes["industri"] = "uoplyst" if branche == "uoplyst" else "ikke"
            if letter == "C":
                part = {"DB25-C1020": "fisk", "DB25-C": "anden"}
                codes["industri"] = part.get(branche, "industri")
            codes["pensionist"] = "ja" if unit in self.pensioners(self.til) else "nej"
            if start <= self.til and (end is None or end >= self.fra):
                yield Fact("job.i_perioden", reporter, unit, codes)
            if start <= self.til and (end is None or end > self.til):
                yield from self.at_home("job.sidste_dag", row, codes)

    def own_decisions(self) -> list[Record]:
        """Return what the kommuner decided themselves, without the appeals bodies."""
        rows = self.rows("afgoerelse")
        return [row for row in rows if row.get("instans") not in APPEALS_BODIES]

    def appeals(self) -> Iterator[Fact]:
        """T23."""
        for row in self.rows("afgoerelse"):
            if row.get("instans") in APPEALS_BODIES and self.inside(row["afgoerelse_dato"]):
                match row["afgoerelse"]:
                    case "stadfaestet" | "afslag" | "uaendret":
                        outcome = "stadfaestet"
                    case "hjemvist" | "tilbagevist":
                        outcome = "hjemvist"
                    case "tilkendelse" | "aendring" | "bortfald" | "udsaettelse":
                        outcome = "aendret"
                    case "afvist":
                        outcome = "afvist"
                    case _:
                        continue
                codes = {"klageinstans": str(row["instans"])}
                yield Fact(f"klage.{outcome}", str(row["kommune_kode"]), self.unit(row), codes)

    def recommended(self) -> Iterator[Fact]:
        """T24; the unit is the citizen."""
        for row in self.rows("forloeb"):
            is_meeting = row["forloeb_type"] == "rehabiliteringsmoede"
            if is_meeting and row.get("indstilling") and self.inside(row.get("slut_dato")):
                outcome, _ = self.next_answer(row, day_of(row, "slut_dato"))
                codes = {"indstilling": str(row["indstilling"]), "teamudfald": outcome}
                kommune = str(row["kommune_kode"])
                yield Fact("indstilling.indstillet", kommune, self.unit(row), codes)

    def led(self, kommune: str) -> dict[str, int]:
        """Count what the committee is told of meetings: how they were led, and who took part."""
        counted = dict.fromkeys(("moeder", "ledede", "ledere", "flest", *TOOK_PART), 0)
        led: dict[str, int] = {}
        for row in self.rows("forloeb"):
            if row["kommune_kode"] != kommune or row["forloeb_type"] != "rehabiliteringsmoede":
                continue
            if not self.inside(row.get("slut_dato")):
                continue
            counted["moeder"] += 1
            if row.get("moedeleder"):
                name = str(row["moedeleder"]).strip().lower()
                led[name] = led.get(name, 0) + 1
            for kind in TOOK_PART:
                counted[kind] += row.get(kind) == "ja"
        for number in led.values():
            counted["ledede"] += number
            counted["ledere"] += 1
            counted["flest"] = max(counted["flest"], number)
        return counted

    def next_answer(self, row: Record, earliest: date) -> tuple[str, date | None]:
        """Return the kommune's first answer to a citizen from a day on, and its day."""
        answers = [
            (day_of(other, "afgoerelse_dato"), ANSWERS.index(str(other["afgoerelse"])))
            for other in self.own_decisions()
            if self.unit(other) == self.unit(row)
            and other["afgoerelse"] in ANSWERS
            and day_of(other, "afgoerelse_dato") >= earliest
        ]
        if not answers:
            return "afventer", None
        day, place = min(answers)
        return ANSWERS[place], day

    def decisions(self) -> Iterator[Fact]:
        """T11, T12, T20."""
        for row in self.own_decisions():
            day = day_of(row, "afgoerelse_dato")
            if not self.inside(day):
                continue
            codes = {
                "niveau": code_of(row, "niveau"),
                "kvartal": self.quarter(day),
                "koen": self.sex(row),
                "aldersgruppe": age_group(self.birth(row), day),
                "instans": code_of(row, "instans"),
                "foreliggende_grundlag": code_of(row, "foreliggende_grundlag"),
                "afslagsaarsag": code_of(row, "afslagsaarsag"),
            }
            name = f"afgoerelse.{row['afgoerelse']}"
            yield Fact(name, str(row["kommune_kode"]), self.unit(row), codes)

    def returned(self) -> Iterator[Fact]:
        """T13; the unit is the case."""
        for row in self.own_decisions():
            decided = day_of(row, "afgoerelse_dato")
            if row["afgoerelse"] != "tilbagevist" or not self.inside(decided):
                continue
            outcome, day = self.next_answer(row, decided + timedelta(days=1))
            if day is not None:
                days, kommune = Fraction((day - decided).days), str(row["kommune_kode"])
                yield Fact("ny_afgoerelse.afgjort_igen", kommune, self.unit(row), {}, days)
            reasons = {row.get(f"tilbagevisningsaarsag_{n}") for n in (1, 2, 3)} - {None}
            case = f"{row['kommune_kode']}/{row['raekke_id']}"
            for reason in reasons or {"uoplyst"}:
                codes = {"tilbagevisningsaarsag": str(reason), "udfald": outcome}
                yield Fact("tilbagevisning.tilbagevist", str(row["kommune_kode"]), case, codes)

    def applications(self, final: list[Record]) -> dict[str, set[date]]:
        """Return the days on which each citizen applied: on Borgere, on Forløb, and replaced."""
        applied: dict[str, set[date]] = defaultdict(set)
        for row in self.rows("borger"):
            if row.get("ansoegning_dato") is not None:
                applied[self.unit(row)].add(day_of(row, "ansoegning_dato"))
        for row in self.rows("forloeb"):
            if row["forloeb_type"] == "ansoegning":
                applied[self.unit(row)].add(day_of(row, "start_dato"))
        for old, new in self.replaced("borger", "ansoegning_dato"):
            between = [
                r
                for r in final
                if self.unit(r) == self.unit(old)
                and day_of(old, "ansoegning_dato") <= day_of(r, "afgoerelse_dato")
                and day_of(r, "afgoerelse_dato") < day_of(new, "ansoegning_dato")
            ]
            if between:
                applied[self.unit(old)].add(day_of(old, "ansoegning_dato"))
        return applied

    def processing(self) -> Iterator[Fact]:
        """T19."""
        final = [r for r in self.own_decisions() if r["afgoerelse"] in FINAL]
        applied = self.applications(final)
        final.sort(key=lambda r: (r["afgoerelse_dato"], r["kommune_kode"], r["raekke_id"]))
        answered: set[tuple[str, date]] = set()
        for row in final:
            day, unit = day_of(row, "afgoerelse_dato"), self.unit(row)
            codes = {"sagsafgoerelse": str(row["afgoerelse"])}
            kommune = str(row["kommune_kode"])
            before = [application for application in applied[unit] if application <= day]
            if not before and self.inside(day):
                yield Fact("sagstid.uden_ansoegning", kommune, unit, codes)
            if before and (unit, max(before)) not in answered:
                answered.add((unit, max(before)))
                if self.inside(day):
                    days = Fraction((day - max(before)).days)
                    yield Fact("sagstid.afgjort", kommune, unit, codes, days)

    def postponed(self) -> Iterator[Fact]:
        """T20."""
        rows = self.rows("afgoerelse")
        for row in self.own_decisions():
            decided = day_of(row, "afgoerelse_dato")
            if row["afgoerelse"] != "udsaettelse" or not self.inside(year_later(decided)):
                continue
            unit = self.unit(row)
            days = [
                day_of(o, "vurdering_dato") for o in self.rows("vurdering") if self.unit(o) == unit
            ]
            days += [
                day_of(o, "afgoerelse_dato")
                for o in rows
                if self.unit(o) == unit and o["afgoerelse"] != "tilbagevist"
            ]
            after = [day for day in days if decided < day <= self.til]
            status = "ikke_vurderet"
            if after:
                status = "inden" if min(after) <= year_later(decided) else "efter"
            codes = {"udsaettelse_frist": status}
            yield Fact("udsaettelse.frister", str(row["kommune_kode"]), unit, codes)

    def effects(self) -> list[Effect]:
        """Return what gives, changes or ends a pension; leaving for another country ends it."""
        found = [
            Effect(
                row,
                self.unit(row),
                fra=cast("date", row.get("virkning_dato") or row["afgoerelse_dato"]),
                decided=day_of(row, "afgoerelse_dato"),
                ends=code_of(row, "bortfald_aarsag") if row["afgoerelse"] == "bortfald" else "",
                grants=row["afgoerelse"] == "tilkendelse",
            )
            for row in self.rows("afgoerelse")
            if sets_state(row)
        ]
        found += [
            Effect(
                {**row, "afgoerelse": "bortfald", "bortfald_aarsag": "fraflytning"},
                self.unit(row),
                fra=day_of(row, "dato"),
                decided=day_of(row, "dato"),
                ends="fraflytning",
                grants=False,
            )
            for row in self.rows("overdragelse")
            if not self.are_of_one_country(row["til_kommune"], row["kommune_kode"])
        ]
        return found

    def state(self, day: date) -> dict[str, Record]:
        """Return each citizen's decision in force on a day."""
        in_force: dict[str, Record] = {}
        effects = self.effects()
        for one in sorted((e for e in effects if e.fra <= day), key=decided):
            others = [e for e in effects if e.unit == one.unit]
            ended = (e for e in others if e.ends and e.fra <= day and is_ended(one, e, others))
            if one.ends or not any(ended):
                in_force[one.unit] = one.row
        return in_force

    @cache  # noqa: B019 - lives as long as one test
    def entitled(self, day: date) -> dict[str, tuple[str, Record]]:
        """Return unit → (level, record) of everybody with the pension on a day, wherever."""
        state = self.state(day)
        found = {
            unit: (code_of(row, "niveau"), row)
            for unit, row in state.items()
            if row["afgoerelse"] != "bortfald"
        }
        for unit, row in self.pensioners_before().items():
            if unit not in state:
                found[unit] = ("foer_reform", row)
        return found

    def pensioners_before(self) -> dict[str, Record]:
        """Return who had the pension from before: said to, or only that can explain the rows."""
        said = {self.unit(r) for r in self.rows("borger") if r.get("pensionist_foer_reform")}
        old = [r for r in self.rows("borger") if r.get("pensionist_foer_reform") == "ja"]
        gives = {e.unit for e in self.effects() if not e.ends}
        signs = [r for r in self.rows("afgoerelse") if r["afgoerelse"] == "bortfald"]
        signs += [r for r in self.rows("job") if r["job_type"] == "skaanejob"]
        old += [r for r in signs if self.unit(r) not in said and self.unit(r) not in gives]
        old.sort(key=lambda r: (r["kommune_kode"], r["raekke_id"]), reverse=True)
        return {self.unit(row): row for row in old}

    @cache  # noqa: B019 - lives as long as one test
    def pensioners(self, day: date) -> dict[str, tuple[str, str, Record]]:
        """Return unit → (kommune, level, record) of the country's own pensioners on a day."""
        found = {}
        for unit, (level, row) in self.entitled(day).items():
            home = self.home(unit, day)
            if home is not None and self.are_of_one_country(home, row["kommune_kode"]):
                found[unit] = (home, level, row)
        return found

    def stock(self) -> Iterator[Fact]:
        """T03, T06, T07, T09, T14, T18."""
        for unit, (kommune, level, row) in self.pensioners(self.til).items():
            latest = self.latest_assessment(unit)
            pct = cast("float | None", latest.get("arbejdsevne_pct")) if latest else None
            most = cast("float | None", latest.get("maks_timer_pr_uge")) if latest else None
            work = [r for r in self.active("job", unit) if r["job_type"] in UNSUPPORTED]
            hours = [Fraction(str(r["timer_pr_uge"])) for r in work if r.get("timer_pr_uge")]
            total = sum(hours, Fraction()) if hours or self.has_zero(work) else None
            codes = {
                "bestand_niveau": level,
                "koen": self.sex(row),
                "aldersgruppe": age_group(self.birth(row), self.til),
                "arbejdsevne": in_band(pct, ABILITY),
                "timer": in_band(most, HOURS, scale=10),
                **self.work_told(unit, kommune, has_work=bool(work)),
                "ordinaer_timer": in_band(None if total is None else float(total), HOURS, scale=10),
            }
            yield Fact("bestand.bestand", kommune, unit, codes, total)
            birth = self.birth(row)
            if birth is not None and age(birth, self.til) < 60:
                codes = {"alder60": "under", "frist": self.deadline(unit, latest, row)}
                yield Fact("frist.under_60", kommune, unit, codes)
            for income in self.active("indkomst", unit, start="fra_dato", end="til_dato"):
                codes = {"indkomst_kilde": code_of(income, "indkomst_kilde")}
                codes["bestand_niveau"] = level
                yield Fact("indkomst.borgere", kommune, unit, codes)

    def work_told(self, unit: str, kommune: str, *, has_work: bool) -> dict[str, str]:
        """Return what is known of a citizen's ordinary work: on the last day, and before it."""
        if has_work:
            return {"ordinaer": "ja", "ordinaer_perioden": "sidste_dag"}
        says_no = any(
            row.get("ordinaert_arbejde") == "nej" and row["kommune_kode"] == kommune
            for row in self.rows("borger")
            if self.unit(row) == unit
        )
        answer = "nej" if says_no else "uoplyst"
        for row in self.rows("job"):
            end = cast("date | None", row.get("slut_dato"))
            begun = day_of(row, "start_dato") <= self.til
            lasted = end is None or end >= self.fra
            if self.unit(row) == unit and row["job_type"] in UNSUPPORTED and begun and lasted:
                before = "tidligere_nej" if says_no else "tidligere"
                return {"ordinaer": answer, "ordinaer_perioden": before}
        return {"ordinaer": answer, "ordinaer_perioden": answer}

    def has_zero(self, work: Iterable[Record]) -> bool:
        """Return whether some job states its hours, be they 0."""
        return any(row.get("timer_pr_uge") is not None for row in work)

    def active(
        self, sheet: str, unit: str, *, start: str = "start_dato", end: str = "slut_dato"
    ) -> list[Record]:
        """Return a citizen's spells that are active on the last day."""
        return [
            row
            for row in self.rows(sheet)
            if self.unit(row) == unit
            and day_of(row, start) <= self.til
            and (row.get(end) is None or day_of(row, end) > self.til)
        ]

    def latest_assessment(self, unit: str) -> Record | None:
        """Return a citizen's latest vurdering by the last day."""
        own = [
            row
            for row in self.rows("vurdering")
            if self.unit(row) == unit and day_of(row, "vurdering_dato") <= self.til
        ]
        if not own:
            return None
        return max(own, key=lambda r: (r["vurdering_dato"], r["kommune_kode"], r["raekke_id"]))

    def deadline(self, unit: str, latest: Record | None, given: Record) -> str:
        """Return whether the five-year reassessment is overdue; automatic highest has none."""
        if given.get("automatisk_hoejeste") == "ja" and (
            latest is None or day_of(latest, "vurdering_dato") < day_of(given, "afgoerelse_dato")
        ):
            return "inden"
        days = [date(2016, 7, 1)]
        if latest is not None:
            days.append(day_of(latest, "vurdering_dato"))
        for row in self.rows("afgoerelse"):
            day = day_of(row, "afgoerelse_dato")
            if (
                self.unit(row) == unit
                and row["afgoerelse"] in {"tilkendelse", "aendring", "uaendret"}
                and day <= self.til
            ):
                days.append(day)
        return "overskredet" if max(days) < years_before(self.til, 5) else "inden"

    def movements(self) -> Iterator[Fact]:
        """T15."""
        before = self.pensioners(self.fra - timedelta(days=1))
        after = self.pensioners(self.til)
        state = self.state(self.til)
        for unit, (kommune, _, _) in before.items():
            yield Fact("bestand.primo", kommune, unit, {})
            if unit not in after:
                reason = code_of(state[unit], "bortfald_aarsag") if unit in state else "uoplyst"
                yield Fact("bevaegelse.afgang", kommune, unit, {"bortfald_aarsag": reason})
            elif after[unit][0] == kommune:
                yield Fact("bevaegelse.blivende", kommune, unit, {})
            else:
                yield Fact("bevaegelse.fraflyttet", kommune, unit, {})
                yield Fact("bevaegelse.tilflyttet", after[unit][0], unit, {})
        for unit, (kommune, _, _) in after.items():
            if unit not in before:
                yield Fact("bevaegelse.tilgang", kommune, unit, {})

    def first_times(self) -> Iterator[Fact]:
        """T15c."""
        effects, before = self.effects(), self.pensioners_before()
        given: dict[str, list[Effect]] = defaultdict(list)
        for one in effects:
            others = [e for e in effects if e.unit == one.unit]
            ends = [e.fra for e in others if e.ends and is_ended(one, e, others)]
            if not one.ends and one.unit not in before and all(end > one.fra for end in ends):
                given[one.unit].append(one)
        for unit, some in given.items():
            first = min(some, key=lambda e: (e.fra, *decided(e)))
            if self.inside(first.fra):
                codes = {"niveau": code_of(first.row, "niveau")}
                kommune = str(first.row["kommune_kode"])
                yield Fact("foerstegang.foerste_gang", kommune, unit, codes)

    def places(self) -> Iterator[Fact]:
        """T25."""
        names = ("lokalitet", "afdeling")
        told: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for row in self.rows("borger"):
            key = str(row["kommune_kode"]), self.unit(row)
            for name in names:
                word = str(row.get(name) or "").strip()
                told[key][name] = max(word, told[key].get(name, ""))
        often = Counter(
            (kommune, name, word)
            for (kommune, _), own in told.items()
            for name, word in own.items()
        )

        def codes(kommune: str, unit: str) -> dict[str, str]:
            own = told.get((kommune, unit), dict.fromkeys(names, ""))
            return {
                name: (
                    "uoplyst" if not word else word if often[kommune, name, word] >= 10 else "andre"
                )
                for name, word in own.items()
            }

        for unit, (kommune, _, _) in self.pensioners(self.til).items():
            yield Fact("lokalt.bestand", kommune, unit, codes(kommune, unit))
        for row in self.own_decisions():
            if self.inside(day_of(row, "afgoerelse_dato")):
                kommune, unit = str(row["kommune_kode"]), self.unit(row)
                yield Fact(f"lokalt.{row['afgoerelse']}", kommune, unit, codes(kommune, unit))

    def transitions(self) -> Iterator[Fact]:
        """T16."""
        level: dict[str, str] = {}
        old = self.pensioners_before()
        moves = [e.row for e in self.effects() if "til_kommune" in e.row]
        for row in sorted([*self.rows("afgoerelse"), *moves], key=order_of_decision):
            unit, kind = self.unit(row), row["afgoerelse"]
            before = level.get(unit, "foer_reform" if unit in old else "uoplyst")
            is_withdrawn = kind == "bortfald" and row.get("bortfald_aarsag") == "frakendt"
            if kind in {"aendring", "uaendret"} or is_withdrawn:
                after = code_of(row, "niveau")
                if kind == "uaendret" and row.get("niveau") is None and before != "foer_reform":
                    after = before
                if is_withdrawn:
                    after = "frakendt"
                is_own = row.get("instans") not in APPEALS_BODIES
                if is_own and self.inside(row["afgoerelse_dato"]):
                    codes = {"fra_niveau": before, "til_niveau": after}
                    yield Fact("overgang.afgjort", str(row["kommune_kode"]), unit, codes)
            if sets_state(row):
                level[unit] = code_of(row, "niveau")


FINAL = frozenset({"tilkendelse", "afslag"})
UNSUPPORTED = frozenset({"ordinaer", "selvstaendig"})
DB25_AS_DB07 = {
    "DB25-A03": "A03",
    "DB25-C1020": "C",
    **{f"DB25-{letter}": letter for letter in "ABCDEFGHIJX"},
    **{f"DB25-{new}": old for new, old in zip("KLMNOPQRSTUV", "JKLMNOPQRSSS", strict=True)},
}
"""From NACE 2.1: what came after J has moved by one letter, and U and V were in S before."""
ANSWERS = ("tilkendelse", "afslag", "tilbagevist")
TOOK_PART = tuple(
    f"deltog_{who}" for who in ("borger", "sagsbehandler", "sundhed", "andre", "eksterne")
)
"""Of several answers on a day the first of these counts."""


HAPPENED = {
    "borger": "ansoegning_dato",
    "forloeb": "start_dato",
    "vurdering": "vurdering_dato",
    "job": "start_dato",
    "afgoerelse": "afgoerelse_dato",
    "indkomst": "fra_dato",
    "overdragelse": "",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """A decision: from when it works, when it was made, what it ends with and whether it grants."""

    row: Record
    unit: str
    fra: date
    decided: date
    ends: str
    grants: bool


def decided(effect: Effect) -> tuple[date, date, str, str]:
    """Return what decisions are ordered by: the day of the decision, then the day it works from."""
    row = effect.row
    return (effect.decided, effect.fra, str(row["kommune_kode"]), str(row["raekke_id"]))


def is_ended(one: Effect, end: Effect, every: list[Effect]) -> bool:
    """Return whether a bortfald ends a decision."""
    if end.ends == "doedsfald":
        return True
    if end.ends not in {"alderspension", "fraflytning"}:
        return one.decided <= end.fra and one.fra < end.fra
    again = [
        e.decided
        for e in every
        if e.grants and e.decided > end.fra and e.decided > end.decided and e.fra >= end.fra
    ]
    return not (again and one.decided >= min(again) and one.fra >= end.fra)


def order_of_decision(row: Record) -> tuple[date, date, str, str]:
    """Return what decisions are ordered by: day of decision, then the day it works from."""
    day = row.get("afgoerelse_dato") or row["dato"]
    effective = row.get("virkning_dato") or day
    return (
        cast("date", day),
        cast("date", effective),
        str(row["kommune_kode"]),
        str(row["raekke_id"]),
    )


def sets_state(row: Record) -> bool:
    """Return whether a decision gives, changes or ends the pension."""
    if row["afgoerelse"] in {"tilkendelse", "bortfald"}:
        return True
    reassessed = {"aendring", "uaendret", "udsaettelse"}
    return row["afgoerelse"] in reassessed and row.get("niveau") is not None


def quartile(values: list[Fraction], quarter: int) -> Fraction:
    """Return the quartile as Excel's QUARTILE.INC has it."""
    ordered = sorted(values)
    place = Fraction((len(ordered) - 1) * quarter, 4)
    below = int(place)
    if below + 1 == len(ordered):
        return ordered[below]
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])
