"""Delivery: what keeps ads from delivering, and the money that is left."""

from fbads_pipeline.adapters.links.landing_pages import LandingPages
from fbads_pipeline.adapters.meta_ads.creatives.pictures import PictureFetcher
from fbads_pipeline.adapters.postgres.delivery.activities import ActivityReader
from fbads_pipeline.adapters.postgres.delivery.creatives import PostgresCreatives
from fbads_pipeline.adapters.postgres.delivery.links import PostgresLinks
from fbads_pipeline.adapters.postgres.delivery.pixels import PostgresPixels
from fbads_pipeline.adapters.postgres.delivery.problems import PostgresDeliveryProblems
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.settings import Settings


def creative_store(database: Database) -> PostgresCreatives:
    """Creatives and their pictures."""
    return PostgresCreatives(database.owner)


def picture_fetcher(settings: Settings) -> PictureFetcher:
    """Pictures from Meta's addresses."""
    return PictureFetcher(settings.graph_url)


def delivery_problems(database: Database) -> PostgresDeliveryProblems:
    """Problems of delivery and the money of accounts."""
    return PostgresDeliveryProblems(database.owner)


def link_store(database: Database) -> PostgresLinks:
    """Landing pages of active ads."""
    return PostgresLinks(database.owner)


def pixel_store(database: Database) -> PostgresPixels:
    """Pixels of accounts, with their events."""
    return PostgresPixels(database.owner)


def landing_pages() -> LandingPages:
    """Asks landing pages of the public internet."""
    return LandingPages()


def activity_reader(database: Database) -> ActivityReader:
    """The change log of accounts."""
    return ActivityReader(database.owner)
