"""What the services ask of the marts. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.recommendations.breaches import CampaignWindow


class Marts(Protocol):
    """The schema `marts`, read."""

    def version(self) -> int:
        """Number of the last published state of the marts; 0 before the first."""

    def accounts(self) -> list[Account]:
        """The accounts that the marts know, ordered by id."""

    def campaign_windows(self, *, days: int, now: datetime) -> list[CampaignWindow]:
        """One row per active campaign with figures: sums over its last `days` complete account-local days, None where
        one of them was not reported."""

    def accounts_with_unread_days(self, *, days: int, now: datetime) -> frozenset[str]:
        """Accounts of whose last `days` complete local days one was never read well at the level of campaigns."""

    def inactive(self, campaign_ids: Sequence[str]) -> list[str]:
        """Those of the campaigns that are not active now, ordered."""
