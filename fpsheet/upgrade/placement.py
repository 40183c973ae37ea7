"""Where the columns of the new form stand in a sheet that a person has worked in.

Nothing that was typed moves. A field that is there stays in its column. A new one takes the first
column that the old form leaves free: one of the other country with nothing in it, else the one of
the first hidden formula, beside the last field. The new hidden formulas follow, or stand beyond the
caseworker's own columns where those are in the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from fpsheet.ooxml.address import LAST_COLUMN
from fpsheet.workbook.sheet_layout import SheetLayout


@dataclass(frozen=True, slots=True)
class OldPlaces:
    """What stands where before.

    Attributes:
        fields: Field or status → column number.
        helpers: Columns of the old form's hidden formulas.
        last: Last column with anything in it.
        table_end: Last column of the table.
        own: Columns that the caseworker added.
        vacant: Columns of fields that the new form has not got, with nothing in them.
        hidden: Columns out of sight that hold something of a field of the other country.
    """

    fields: Mapping[str, int]
    helpers: frozenset[int]
    last: int
    table_end: int
    own: frozenset[int] = frozenset()
    vacant: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Placement:
    """What stands where afterwards.

    Attributes:
        layout: The new form's layout with the letters of this sheet.
        letters: Letter in a blank workbook → letter in this sheet.
        fresh: Columns that the sheet lacked, by identifier.
        cleared: Columns of the old form that hold nothing of it any more.
        table_end: Last column of the table.
        free: Columns, of those, that nothing took; the caseworker may use or delete them.
        shown: Columns that come into sight.
    """

    layout: SheetLayout
    letters: Mapping[str, str]
    fresh: tuple[str, ...]
    cleared: frozenset[int]
    table_end: int
    free: tuple[str, ...] = ()
    shown: frozenset[int] = frozenset()


def place_columns(layout: SheetLayout, standing: OldPlaces) -> Placement:
    """Place every column of the new form."""
    fresh = [c.id for c in layout.columns if c.field and c.id not in standing.fields]
    helpers = [c.id for c in layout.columns if c.field is None]
    freed, vacant = sorted(standing.helpers), sorted(standing.vacant)
    taken = standing.own.union(standing.fields.values(), freed)
    after = max(freed, default=max(taken, default=0))
    spare = [*vacant, *freed, *(n for n in range(after + 1, LAST_COLUMN + 1) if n not in taken)]
    columns = {name: at for name, at in standing.fields.items() if at not in standing.vacant}
    columns |= zip(fresh, spare, strict=False)
    rest = [column for column in spare[len(fresh) :] if column not in standing.vacant]
    free = vacant[len(fresh) :]
    start = rest[0]
    block = range(start, start + len(helpers))
    is_free = standing.own.union(standing.fields.values()).isdisjoint(block)
    if not is_free:
        beyond = max(standing.last, standing.table_end, *columns.values()) + 1
        block = range(beyond, beyond + len(helpers))
    columns |= zip(helpers, block, strict=True)
    # The caseworker's own columns in the table stay in it.
    inside = max((c for c in standing.own if c <= standing.table_end), default=0)
    reached = (block[-1],) if is_free else (standing.table_end, *(columns[n] for n in fresh))
    end = max(inside, *reached)
    letters = {c.id: get_column_letter(columns[c.id]) for c in layout.columns}
    return Placement(
        layout=replace(
            layout, columns=tuple(replace(c, letter=letters[c.id]) for c in layout.columns)
        ),
        letters={c.letter: letters[c.id] for c in layout.columns},
        fresh=tuple(fresh),
        cleared=standing.helpers | standing.vacant,
        table_end=end,
        free=tuple(map(get_column_letter, free)),
        shown=standing.hidden.union(free),
    )
