"""Alembic's door: it is only ever entered through `migrate.upgrade`, which hands over the connection."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="schema_version", version_table_schema="public")
with context.begin_transaction():
    context.run_migrations()
