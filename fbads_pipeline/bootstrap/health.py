"""Health: incidents of tokens, stale data, failed runs and account states."""

from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.adapters.postgres.server.database import Database


def incident_store(database: Database) -> PostgresIncidents:
    """Open and resolved incidents."""
    return PostgresIncidents(database.owner)
