"""Facts of a form of another field, declared beside its tables: `[[facts]]` in `tables/*.toml`.

The facts of førtidspension need more than a declaration can say (levels, spells, who belongs where)
and are queries on floor 3. Of any other form the rows of a sheet are counted by their dates.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fpsheet_templates.errors import SpecError
from fpsheet_templates.table import read_tables_folder


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """Which rows of a sheet are counted.

    Attributes:
        id: Identifier of the measure.
        begin: Field with the date that must lie in the period, both ends inclusive.
        end: Field with the date on which it ended. Where it is named, rows are counted that have
            begun and not ended when the period ends, and not those that began in it.
    """

    id: str
    begin: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class FactSpec:
    """The facts of a sheet: one per row in force and measure, where it was reported.

    Attributes:
        id: Name of the facts, to which the columns of tables refer.
        sheet: Sheet whose rows they are.
        dimensions: What they can be broken down by; each is `kvartal`, or has a field
            (`Dimension.field`) of this sheet or of the register of citizens.
        measures: Which of the rows are counted.
    """

    id: str
    sheet: str
    dimensions: tuple[str, ...]
    measures: tuple[MeasureSpec, ...]


@cache
def load_facts(folder: Path) -> tuple[FactSpec, ...]:
    """Load the facts that a form of another field declares, in the order they are declared.

    Raises:
        SpecError: An entry lacks what it must have.
    """
    entries: list[dict[str, object]] = []
    for data in read_tables_folder(folder).values():
        found = data.get("facts", [])
        entries += found if isinstance(found, list) else []
    return tuple(_facts(entry) for entry in entries)


def _facts(entry: dict[str, object]) -> FactSpec:
    measures, dimensions = entry.get("measure", []), entry.get("dimensions", [])
    if not isinstance(measures, list) or not isinstance(dimensions, list):
        message = f"The facts {entry.get('id')} have no list of measures and dimensions."
        raise SpecError(message)
    try:
        return FactSpec(
            id=str(entry["id"]),
            sheet=str(entry["sheet"]),
            dimensions=tuple(str(name) for name in dimensions),
            measures=tuple(
                MeasureSpec(str(each["id"]), str(each["begin"]), str(each.get("end", "")))
                for each in measures
            ),
        )
    except KeyError as error:
        message = f"The facts {entry.get('id')} lack {error}."
        raise SpecError(message) from error
