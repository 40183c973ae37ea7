"""Alembic's entry: run the migrations on the connection that `database.migrate` passes."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite can undo table definitions too; Alembic assumes it cannot.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
