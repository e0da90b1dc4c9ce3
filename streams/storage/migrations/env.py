"""What alembic runs to migrate: on the connection and in the transaction that `schema.migrate` hands it."""

from alembic import context

from streams.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite too: a migration that fails leaves nothing behind.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
