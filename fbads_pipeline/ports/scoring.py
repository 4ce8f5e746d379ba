"""What the services ask of scores and models. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from fbads_pipeline.domain.recommendations.inbox.stored_verdicts import StoredVerdict
from fbads_pipeline.domain.recommendations.inbox.withheld import WithheldVerdict
from fbads_pipeline.domain.scoring.account_performance import (
    AccountPerformance,
    AccountScores,
    EffectFollowUp,
    FittedModel,
    PromisedEffect,
    StoredScore,
)

if TYPE_CHECKING:  # numpy and scipy are spared to whoever only needs the names
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel


class Performance(Protocol):
    """What scores and suggestions are made from, the results, and what became of suggestions.

    The same figures a second time write nothing.
    """

    def read(self, account_id: str, *, now: datetime) -> AccountPerformance | None:
        """Everything before the account's today; None for one without currency or figures."""

    def save(self, found: AccountScores, *, now: datetime) -> int:
        """Make these the day's scores and the current trends and verdicts, in one transaction; returns scores written.
        Older marts never overwrite newer ones."""

    def current_verdicts(self) -> list[StoredVerdict]:
        """Those of each account's last review, ordered by account, campaign and kind."""

    def current_withheld(self) -> list[WithheldVerdict]:
        """Campaigns that each account's last review could not assess, ordered by account and campaign."""

    def current_scores(self, account_ids: Sequence[str], *, since: date) -> list[StoredScore]:
        """Each campaign's newest score since that day, ordered by account and campaign."""

    def model(self, account_id: str, version: str | None = None) -> "AccountModel | None":
        """The model that is used now, or that version of it."""

    def save_model(self, kept: FittedModel, *, now: datetime) -> None: ...

    def promised_effects(self, account_id: str) -> list[PromisedEffect]:
        """Accepted suggestions of the posterior whose outcome is not known yet, ordered by id."""

    def save_outcomes(self, followed: Sequence[EffectFollowUp], *, now: datetime) -> int: ...

    def hit_rates(self) -> list[Mapping[str, Any]]:
        """Rows kind, followed, judged, hits, hit_rate (None without any judged), ordered by kind."""
