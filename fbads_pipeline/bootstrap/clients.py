"""Clients: their targets."""

from fbads_pipeline.adapters.postgres.clients.campaign_targets import StoredCampaignTargets
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.settings import Settings


def target_store(database: Database) -> PostgresTargets:
    """The targets by which campaigns are assessed."""
    return PostgresTargets(database.owner)


def campaign_targets(settings: Settings, database: Database) -> StoredCampaignTargets:
    """What each campaign is assessed by, for one run."""
    return StoredCampaignTargets(database.owner, settings)
