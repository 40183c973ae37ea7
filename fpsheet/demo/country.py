"""The invented country: one filled workbook per kommune, as rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from fpsheet.demo.appeal import what_follows
from fpsheet.demo.citizen import Citizen, invent_citizens
from fpsheet.demo.denmark import live_in_denmark
from fpsheet.demo.dice import Dice, make_dice
from fpsheet.demo.fault_kinds import faults_of
from fpsheet.demo.greenland import live_in_greenland, read_law
from fpsheet.demo.life import LifeEvent, LifeSetting, Row, Value, with_cells
from fpsheet.demo.planted import Planted, plant_faults
from fpsheet.demo.scale import LOKALITETER, Scale
from fpsheet_templates.form import Form

DEMO_DAY = date(2026, 3, 2)
"""The day on which the demo takes place unless another is given."""

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CASES_PER_CASEWORKER = 60
_EARLIEST_MOVE = date(2018, 6, 1)
"""After the division of Qaasuitsup, so that both kommuner exist."""

_ENDS = {"job": ("start_dato", "slut_dato"), "indkomst": ("fra_dato", "til_dato")}


@dataclass(frozen=True, slots=True)
class DemoWorkbook:
    """What one kommune has typed.

    Attributes:
        kommune_kode: The kommune.
        aar: Reporting year.
        workbook_id: Eight characters of Crockford's base32.
        cover: Entry cells of the Forside.
        rows: Sheet → its rows from the top; codes by identifier, days as `date`.
        planted: The faults among them.
    """

    kommune_kode: str
    aar: int
    workbook_id: str
    cover: Mapping[str, Value]
    rows: Mapping[str, tuple[Row, ...]]
    planted: tuple[Planted, ...]

    @property
    def row_count(self) -> int:
        """Return the number of rows over all sheets."""
        return sum(len(rows) for rows in self.rows.values())


@dataclass(frozen=True, slots=True)
class _Move:
    citizen: Citizen
    number: int
    til_kommune: str
    day: date


def invent_country(
    form: Form, *, scale: Scale, seed: int, today: date = DEMO_DAY
) -> Iterator[DemoWorkbook]:
    """Invent the workbooks of a country, one after the other in order of kommunekode.

    Args:
        form: The form; its code lists and constants are obeyed.
        scale: Which kommuner, and how large.
        seed: The same seed gives the same country.
        today: The day the workbooks are made.
    """
    citizens = invent_citizens(make_dice(seed, "citizens"))
    living = _Living(form=form, seed=seed, today=today)
    residents = {
        kode: tuple(islice(citizens, count)) for kode, count in sorted(scale.citizens.items())
    }
    moves = _plan_moves(residents, living, movers=scale.movers)
    for kode in scale.kommuner():
        if kode in scale.rows:
            events = _fill(citizens, kode, rows=scale.rows[kode], living=living)
        else:
            events = list(_tell(residents[kode], kode, moves, living))
        rows = _arrange(form, events)
        planted: tuple[Planted, ...] = ()
        dice = make_dice(seed, "workbook", kode)
        if kode in scale.planted:
            place = form.kommuner[kode].jurisdiction
            faults = faults_of(place, scale.planted.index(kode))
            rows, planted = plant_faults(rows, faults, dice=dice)
        yield DemoWorkbook(
            kommune_kode=kode,
            aar=today.year,
            workbook_id="".join(dice.pick(_BASE32) for _ in range(8)),
            cover=_cover(nil_return=not events),
            rows=rows,
            planted=planted,
        )


@dataclass(frozen=True, slots=True)
class _Living:
    """What turns a citizen of a kommune into events, the same ones whenever asked."""

    form: Form
    seed: int
    today: date

    def life(self, citizen: Citizen, kommune_kode: str, number: int) -> list[LifeEvent]:
        """Return the life of a citizen, told by the kommune where it begins."""
        dice = make_dice(self.seed, citizen.cpr)
        year = dice.between(2016, self.today.year)
        journal = f"{kommune_kode}-{year}-{number + 1:05d}"
        setting = LifeSetting(dice=dice, today=self.today, journal=journal)
        land = self.form.kommuner[kommune_kode].jurisdiction
        if land == "GL":
            law = read_law(self.form)
            events = list(live_in_greenland(citizen, law=law, setting=setting))
        else:
            events = list(live_in_denmark(citizen, setting=setting))
        beside = replace(setting, dice=make_dice(self.seed, "klage", citizen.cpr))
        events += what_follows(citizen, events, land, setting=beside)
        places = LOKALITETER.get(kommune_kode, ())
        own = make_dice(self.seed, "arbejde", citizen.cpr)
        local = {
            "sagsbehandler": f"SB{number // _CASES_PER_CASEWORKER + 1}",
            "lokalitet": places[int(len(places) * dice.random.random() ** 2)] if places else None,
            "ordinaert_arbejde": _work_told(events, own, self.today),
        }
        return [with_cells(events[0], local), *events[1:]]


def _work_told(life: Sequence[LifeEvent], dice: Dice, today: date) -> str | None:
    """Return "nej" for three in five of those without ordinary work today; jobs tell the rest."""
    jobs = (event for event in life if event.row.get("job_type") == "ordinaer")
    works = any(job.end is None or job.end >= today for job in jobs)
    return "nej" if dice.chance(0.6) and not works else None


def _plan_moves(
    residents: Mapping[str, Sequence[Citizen]], living: _Living, *, movers: int
) -> dict[str, list[_Move]]:
    """Choose who moves from each kommune, where to and when."""
    moves: dict[str, list[_Move]] = {}
    for kode, citizens in residents.items():
        jurisdiction = living.form.kommuner[kode].jurisdiction
        others = [
            other
            for other in residents
            if other != kode
            and residents[other]
            and living.form.kommuner[other].jurisdiction == jurisdiction
        ]
        moves[kode] = []
        for number, citizen in enumerate(citizens):
            if len(moves[kode]) == movers or not others:
                break
            dice = make_dice(living.seed, "move", citizen.cpr)
            life = living.life(citizen, kode, number)
            day = _choose_move(life, dice=dice, today=living.today)
            if day is not None and dice.chance(0.2):
                moves[kode].append(_Move(citizen, number, dice.pick(others), day))
    return moves


def _tell(
    citizens: Sequence[Citizen], kode: str, moves: Mapping[str, list[_Move]], living: _Living
) -> Iterator[LifeEvent]:
    """Tell the lives of a kommune: those who stay, who leave and who come."""
    leaving = {move.citizen.cpr: move for move in moves[kode]}
    for number, citizen in enumerate(citizens):
        life = living.life(citizen, kode, number)
        move = leaving.get(citizen.cpr)
        if move is None:
            yield from life
        else:
            yield from _before_move(life, move.day, til_kommune=move.til_kommune)
    for origin, left in moves.items():
        for move in left:
            if move.til_kommune == kode:
                yield from _after_move(living.life(move.citizen, origin, move.number), move.day)


def _fill(citizens: Iterator[Citizen], kode: str, *, rows: int, living: _Living) -> list[LifeEvent]:
    """Tell lives until the rows are reached, never more."""
    events: list[LifeEvent] = []
    for number, citizen in enumerate(citizens):
        life = living.life(citizen, kode, number)
        if len(events) + len(life) > rows:
            break
        events.extend(life)
    return events


def _arrange(form: Form, events: Sequence[LifeEvent]) -> dict[str, tuple[Row, ...]]:
    """Put events on their sheets: citizens as they came, everything else by its first day."""
    arranged = {}
    for sheet in form.entry_sheets():
        own = [event for event in events if event.sheet == sheet.id]
        own.sort(key=lambda event: event.start)
        arranged[sheet.id] = tuple(event.row for event in own)
    return arranged


def _cover(*, nil_return: bool) -> dict[str, Value]:
    return {
        "kontaktperson": "Fiktiv Kontaktperson",
        "e_mail": "fiktiv@eksempel.invalid",
        "ingen_sager": "ja" if nil_return else "nej",
    }


def _choose_move(life: Sequence[LifeEvent], *, dice: Dice, today: date) -> date | None:
    """Choose the first day in the new kommune, outside every forløb; None when there is none."""
    day = dice.day(_EARLIEST_MOVE, today - timedelta(days=30))
    courses = (event for event in life if event.sheet == "forloeb")
    for course in sorted(courses, key=lambda event: event.start):
        if course.end is None:
            return None
        if course.start <= day <= course.end:
            day = course.end + timedelta(days=1)
    first = min((event.start for event in life if event.sheet != "borger"), default=date.max)
    return day if first < day <= today else None


def _before_move(life: Sequence[LifeEvent], day: date, *, til_kommune: str) -> Iterator[LifeEvent]:
    """Return what the old kommune tells: all until the day, and the overdragelse itself."""
    for event in life:
        if event.sheet == "borger":
            yield event
        elif event.start < day:
            yield _ended_before(event, day)
    cpr = life[0].row["cpr"]
    yield LifeEvent("overdragelse", {"cpr": cpr, "til_kommune": til_kommune, "dato": day})


def _after_move(life: Sequence[LifeEvent], day: date) -> Iterator[LifeEvent]:
    """Return what the new kommune tells: the citizen, what goes on, and all from the day."""
    for event in life:
        if event.sheet == "borger" or event.start >= day:
            yield event
        elif event.sheet in _ENDS and (event.end is None or event.end >= day):
            yield with_cells(event, {_ENDS[event.sheet][0]: day})


def _ended_before(event: LifeEvent, day: date) -> LifeEvent:
    if event.sheet in _ENDS and (event.end is None or event.end >= day):
        return with_cells(event, {_ENDS[event.sheet][1]: day - timedelta(days=1)})
    return event
