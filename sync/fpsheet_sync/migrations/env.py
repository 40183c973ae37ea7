"""Alembic's entry: run the migrations on the connection that `database.migrate` passes."""

from alembic import context

from fpsheet_sync.database.schema import store_schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=store_schema().metadata,
    # SQLite can undo table definitions too; Alembic assumes it cannot.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
