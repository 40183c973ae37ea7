"""Planted faults: what people get wrong, put at known cells so that a check can be counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpsheet.demo.dice import Dice
from fpsheet.demo.fault_kinds import FaultKind
from fpsheet.demo.life import Row, Value
from fpsheet.demo.raw_cell import RawCell


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault in its place.

    Attributes:
        code: Code of the finding that must come of it.
        sheet: Sheet identifier.
        index: Number of the row on its sheet, 0 for the first row of data.
        field: Field whose cell the finding names.
        raw: What that cell holds in the file instead; None where the row says it.
    """

    code: str
    sheet: str
    index: int
    field: str
    raw: RawCell | None = None


def plant_faults(
    rows: Mapping[str, Sequence[Row]], faults: Sequence[FaultKind], *, dice: Dice
) -> tuple[dict[str, tuple[Row, ...]], tuple[Planted, ...]]:
    """Put each fault into the case of a citizen who has no other.

    Args:
        rows: Sheet to rows without faults.
        faults: Kinds to plant, one each; a kind that fits no row is left out.
        dice: Chooses among the rows that fit.

    Returns:
        The rows with the faults among them, and where each is.
    """
    planted: list[Planted] = []
    spoiled: set[Value] = set()
    made = {sheet: list(own) for sheet, own in rows.items()}
    for fault in faults:
        own = made[fault.sheet]
        fitting = [
            number
            for number, row in enumerate(own)
            if row["cpr"] not in spoiled and fault.fits(row)
        ]
        if not fitting:
            continue
        index = dice.pick(fitting)
        spoiled.add(own[index]["cpr"])
        changed = {**own[index], **fault.change(own[index])}
        if fault.is_extra:
            index = len(own)
            own.append(changed)
        else:
            own[index] = changed
        planted.append(Planted(fault.code, fault.sheet, index, fault.field, fault.raw))
    return {sheet: tuple(own) for sheet, own in made.items()}, tuple(planted)
