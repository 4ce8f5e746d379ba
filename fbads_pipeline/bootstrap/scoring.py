"""Scores: what they are computed from, and where they are kept."""

from fbads_pipeline.adapters.postgres.scoring.objects import ObjectReader
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.adapters.postgres.server.database import Database


def performance_store(database: Database) -> PostgresPerformance:
    """What scores and proposals are computed from, and their results."""
    return PostgresPerformance(database.owner)


def object_reader(database: Database) -> ObjectReader:
    """Ad sets and ads below a campaign."""
    return ObjectReader(database.owner)
