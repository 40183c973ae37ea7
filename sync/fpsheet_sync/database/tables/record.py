"""Tables of records: the versions of the rows of one entry sheet."""

from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

from fpsheet_sync.database.record_columns import BORGER, record_fields
from fpsheet_sync.database.tables.column import (
    KOMMUNE_LENGTH,
    PSEUDONYM_LENGTH,
    ROW_ID_LENGTH,
    field_column_type,
)
from fpsheet_templates.form import Sheet


def record_table(metadata: MetaData, sheet: Sheet) -> Table:
    """Build the table of the versions of one sheet's rows."""
    columns: list[Column[Any]] = [
        Column("kommune_kode", String(KOMMUNE_LENGTH), primary_key=True),
        Column("raekke_id", String(ROW_ID_LENGTH), primary_key=True),
        Column("fra_indberetning", Integer, primary_key=True, autoincrement=False),
        Column("til_indberetning", Integer),
        Column("kilde", Integer, nullable=False, comment="commit whose file holds the values"),
        Column("raekke", Integer, nullable=False, comment="Excel row in that file"),
        Column("kilder", Text, comment="JSON {field group: [commit, row]} where it differs"),
        Column(BORGER, String(PSEUDONYM_LENGTH), nullable=False),
    ]
    columns += [Column(field.id, field_column_type(field)) for field in record_fields(sheet)]
    return Table(sheet.id, metadata, *columns, sqlite_with_rowid=False)
