"""The numbers of a publication in words: table, row and column, as a reader finds them."""

from collections.abc import Iterable, Mapping

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.stat_table import Column, ColumnKind, Release, StatTable
from fpsheet_sync.statistics.tables.number_name import figure_id, number_of


def name_numbers(releases: Iterable[Release]) -> Mapping[CellId, str]:
    """Return every number that an edition has a cell for, hidden or not, with its first place.

    Args:
        releases: Editions of one language, the national one first.
    """
    names: dict[CellId, str] = {}
    for release in releases:
        for table in release.tables:
            for key, row in zip(table.keys, table.rows, strict=True):
                labels = [str(label) for label in row[: len(table.dimensions)]]
                for column in table.columns:
                    id_ = _name(release, table, column, key)
                    if id_:
                        where = ", ".join([*labels, column.name])
                        names.setdefault(id_, f"{table.id}: {where}")
    return names


def _name(
    release: Release, table: StatTable, column: Column, key: tuple[str, ...]
) -> CellId | None:
    if column.of and column.kind is ColumnKind.COUNT:
        return number_of(release, table, column, key).id
    if column.kind is ColumnKind.DECIMAL and column.share_of:
        # What a share leaves of its whole, which no table prints.
        return CellId(f"{figure_id(release, table, column, key)} (rest)")
    return None
