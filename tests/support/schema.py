"""The schema of the form as the tests use it, and databases in memory that have its tables."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from fpsheet_sync.database.schema import make_schema, with_schema
from fpsheet_templates.load import load_form

SCHEMA = make_schema(load_form())


def memory_engine() -> Engine:
    """Return the engine of a database in memory whose connections know the schema."""
    return with_schema(create_engine("sqlite://", poolclass=StaticPool), SCHEMA)
