"""Clients: their targets."""

from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.server.database import Database


def target_store(database: Database) -> PostgresTargets:
    """The targets by which campaigns are assessed."""
    return PostgresTargets(database.owner)
