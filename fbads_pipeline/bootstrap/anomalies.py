"""Anomalies: what the detectors read and write."""

from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.adapters.postgres.server.database import Database


def anomaly_store(database: Database) -> PostgresAnomalies:
    """Readings, the detectors' state and anomalies."""
    return PostgresAnomalies(database.owner)
