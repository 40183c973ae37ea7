"""What is behind a line of T22: the records that count in one of the two editions only."""

from collections.abc import Sequence

from sqlalchemy import Connection

from fpsheet_sync.statistics.publication.cited_records import (
    NOWHERE,
    Behind,
    Explanation,
    find_places,
)
from fpsheet_sync.statistics.publication.explain import Wanted
from fpsheet_sync.statistics.publication.revision import codes_of, declared_column
from fpsheet_sync.statistics.publication.revision_cause import (
    Cause,
    ChangedFact,
    changed_behind,
    changed_facts,
)
from fpsheet_sync.statistics.tables.release import ReleaseRequest, release_scope
from fpsheet_templates.form import Form
from fpsheet_templates.table import ColumnSpec, Count, load_tables

BEFORE, NOW = "foer", "nu"
"""Parts of the explanation, and columns of T22: the earlier edition and this one."""


def explain_revision(
    connection: Connection, form: Form, request: ReleaseRequest, wanted: Wanted, before: int
) -> Explanation:
    """Give the records that made a number another than the earlier edition printed.

    A record that counted then and does not now is in part `foer`, with its place in the file of
    that time; one that counts now and did not then in part `nu`. A corrected record can be both.

    Args:
        connection: The database.
        form: The form.
        request: What the table was counted for.
        wanted: The revised number.
        before: The last commit the earlier edition knew of.
    """
    spec = next(each for each in load_tables() if each.id == wanted.table.id)
    column = declared_column(spec, wanted.column)
    changed = changed_facts(connection, release_scope(connection, form, request), before, [spec])
    codes = codes_of(wanted.area, wanted.table, wanted.key, wanted.column)
    found = changed_behind(changed, spec, column, codes)
    sides = {
        BEFORE: (before, [fact for fact in found if fact.change < 0]),
        NOW: (request.as_of, [fact for fact in found if fact.change > 0]),
    }
    return Explanation(
        {part: _count(column, facts) for part, (_, facts) in sides.items()},
        tuple(
            each
            for part, (as_of, facts) in sides.items()
            for each in _behind(connection, part, as_of, facts)
        ),
    )


def _count(column: ColumnSpec, facts: Sequence[ChangedFact]) -> int:
    """Count records, or each unit once where the column does."""
    return len({_unit(fact) for fact in facts} if column.count is Count.DISTINCT else facts)


def _unit(fact: ChangedFact) -> str:
    return str(fact.what[2])


def _record(fact: ChangedFact) -> tuple[str, str]:
    return str(fact.what[0]), str(fact.what[1])


def _behind(
    connection: Connection, part: str, as_of: int | None, facts: Sequence[ChangedFact]
) -> list[Behind]:
    places = find_places(connection, {_record(fact) for fact in facts}, as_of)
    found = []
    for fact in facts:
        kommune_kode, row_id = _record(fact)
        sheet, cell, sha256 = places.get((kommune_kode, row_id), NOWHERE)
        found.append(
            Behind(
                part=part,
                unit=_unit(fact),
                kommune_kode=kommune_kode,
                counts_in=fact.codes["kommune"],
                sheet=sheet,
                row_id=row_id,
                cell=cell,
                sha256=sha256,
                cause=" ".join(cause for cause in Cause if cause in fact.causes),
            )
        )
    return sorted(found, key=lambda each: (each.kommune_kode, each.row_id))
