"""Columns that tables of the central database have in common, and their types."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Date, Dialect, Double, Integer, MetaData, String, Text
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from fpsheet_templates.form import Field, FieldType

KOMMUNE_LENGTH = 3
ROW_ID_LENGTH = 40
PSEUDONYM_LENGTH = 24
SHA256_LENGTH = 64

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SHARED = MetaData(naming_convention=NAMING)
"""The tables that are the same whatever the form; those of records are made from it."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: stored without a zone, so that both databases give back the same."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an aware moment into the stored form."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the stored moment with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


def field_column_type(field: Field) -> TypeEngine[Any]:
    """Return the column type of a field of the form."""
    types: dict[FieldType, TypeEngine[Any]] = {
        FieldType.CPR: String(PSEUDONYM_LENGTH),
        FieldType.DATE: Date(),
        FieldType.INTEGER: Integer(),
        FieldType.DECIMAL: Double(),
    }
    return types.get(field.type, Text())


def number(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    """Return a column of whole numbers; no number is made by the database."""
    return Column(name, Integer, primary_key=primary_key, autoincrement=False, nullable=nullable)


def text(
    name: str, length: int, *, primary_key: bool = False, nullable: bool = False
) -> Column[str]:
    """Return a column of short text."""
    return Column(name, String(length), primary_key=primary_key, nullable=nullable)


def kommune(*, primary_key: bool = False) -> Column[str]:
    """Return the column of the code of a kommune."""
    return text("kommune_kode", KOMMUNE_LENGTH, primary_key=primary_key)


def interval() -> tuple[Column[int], Column[int]]:
    """Return the columns of a version: the commit that brought it, and the one that ended it."""
    start = number("fra_indberetning", primary_key=True)
    return start, number("til_indberetning", nullable=True)
