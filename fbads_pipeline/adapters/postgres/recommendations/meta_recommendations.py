"""Meta's own recommendations, for people to look at beside ours; nothing here is a suggestion."""

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "meta_recommendations.sql")


class MetaRecommendationReader:
    """Reads only."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def current(self, accounts: Accounts, campaign_id: str | None = None) -> list[Row]:
        """What the newest list of each account shows, what brings most points first; with a campaign, what is about it
        or something below it."""
        return rows_of(self._owner, SQL["current"], {"accounts": bound(accounts), "campaign_id": campaign_id})

    def accounts(self, accounts: Accounts) -> list[Row]:
        """Each account that was asked about, with its newest score, when it was read, and what Meta refused."""
        return rows_of(self._owner, SQL["accounts"], {"accounts": bound(accounts)})
