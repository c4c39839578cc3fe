"""Alembic's entry: run the revisions on the connection that `hypecurve.adapters.sql` hands over."""

from alembic import context

from hypecurve.adapters.sql.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
