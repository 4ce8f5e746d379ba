"""The schema `marts`, read. Ratios come from sums, through the expressions of the metric catalogue."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.figures import figure_columns, sum_reported
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.recommendations.breaches import CampaignWindow

SQL = Statements(__package__, "marts.sql")
RATIOS = ("ctr", "cpa")
_WINDOW = ("account_id", "campaign_id", "first_day", "last_day")
_FACTS = (*_WINDOW, "currency", "impressions", "clicks", "spend", "conversions", "conversion_goal")
_CAMPAIGNS = sa.table(
    "campaigns",
    *(
        sa.column(name)
        for name in ("account_id", "campaign_id", "name", "objective", "goal_family", "effective_status")
    ),
    schema="marts",
)


class PostgresMarts:
    """The port Marts on PostgreSQL. catalogue: gives metric → SQL expression when the first window is read."""

    def __init__(self, engine: sa.Engine, catalogue: Callable[[], Mapping[str, str]]) -> None:
        self._engine = engine
        self._catalogue = catalogue

    def version(self) -> int:
        with reading(self._engine) as connection:
            if not connection.execute(SQL["is_published"]).scalar_one():
                return 0
            return int(connection.execute(SQL["version"]).scalar_one())

    def is_behind(self) -> bool:
        """Whether days of raw changed after the last published state, as when a run was stopped between the two."""
        with reading(self._engine) as connection:
            is_published = connection.execute(SQL["is_published"]).scalar_one()
            statement = SQL["is_behind" if is_published else "has_changed_days"]
            return bool(connection.execute(statement).scalar_one())

    def accounts(self) -> list[Account]:
        with reading(self._engine) as connection:
            return [Account(*row) for row in connection.execute(SQL["accounts"])]

    def campaign_windows(self, *, days: int, now: datetime) -> list[CampaignWindow]:
        query = _windows(self._catalogue())
        with reading(self._engine) as connection:
            version = connection.execute(SQL["version"]).scalar_one()
            rows = connection.execute(query, {"now": now, "days": days}).mappings()
            return [CampaignWindow(**row, marts_version=version) for row in rows]

    def accounts_with_unread_days(self, *, days: int, now: datetime) -> frozenset[str]:
        with reading(self._engine) as connection:
            if not connection.execute(SQL["is_published"]).scalar_one():
                return frozenset()
            return frozenset(connection.execute(SQL["unread_accounts"], {"now": now, "days": days}).scalars())

    def inactive(self, campaign_ids: Sequence[str]) -> list[str]:
        if not campaign_ids:
            return []
        with reading(self._engine) as connection:
            return list(connection.execute(SQL["inactive"], {"ids": list(campaign_ids)}).scalars())


def _windows(catalogue: Mapping[str, str]) -> sa.Select[tuple[object, ...]]:
    """One row per active campaign with figures in its window. A window of two currencies is left out: its amounts do
    not add up."""
    facts = SQL["window_facts"].columns(*(sa.column(name) for name in _FACTS)).subquery("facts")
    keys = [facts.c[name] for name in _WINDOW]
    sums = (
        sa.select(
            *keys,
            sa.func.min(facts.c.currency).label("currency"),
            sa.cast(sum_reported(facts.c.impressions), sa.BigInteger).label("impressions"),
            sa.cast(sum_reported(facts.c.clicks), sa.BigInteger).label("clicks"),
            sa.func.sum(facts.c.spend).label("spend"),
            sum_reported(facts.c.conversions).label("conversions"),
            *figure_columns(catalogue, RATIOS),
        )
        .group_by(*keys)
        .having(sa.func.count(facts.c.currency.distinct()) == 1)
        .having(sa.func.count(facts.c.currency) == sa.func.count())
        .subquery("sums")
    )
    is_of_campaign = sa.and_(
        _CAMPAIGNS.c.account_id == sums.c.account_id, _CAMPAIGNS.c.campaign_id == sums.c.campaign_id
    )
    return (
        sa.select(*sums.c, _CAMPAIGNS.c.name.label("campaign_name"), _CAMPAIGNS.c.objective, _CAMPAIGNS.c.goal_family)
        .join_from(sums, _CAMPAIGNS, is_of_campaign)
        .where(_CAMPAIGNS.c.effective_status == "ACTIVE")
        .order_by(sums.c.account_id, sums.c.campaign_id)
    )
