"""The schema `marts`, read. Ratios come from sums, through the expressions of the metric catalogue."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.recommendations.breaches import CampaignWindow

RATIOS = ("ctr", "cpa")

_VERSION = "select coalesce(max(version), 0) from intermediate.publications"

_ACCOUNTS = """
select account_id, name, currency, coalesce(timezone_name, 'UTC'), account_status, created_at
from marts.accounts
where currency is not null
order by account_id
"""

# A campaign whose window holds two currencies is not judged: its amounts do not add up.
_WINDOWS = """
with windows as (
    select
        account_id,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date - :days as first_day,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date - 1 as last_day
    from marts.accounts
),
facts as (
    select daily.*, windows.first_day, windows.last_day
    from marts.campaign_daily as daily
    join windows on windows.account_id = daily.account_id
        and daily.day between windows.first_day and windows.last_day
),
sums as (
    select
        account_id,
        campaign_id,
        min(currency) as currency,
        first_day,
        last_day,
        sum(impressions)::bigint as impressions,
        sum(clicks)::bigint as clicks,
        sum(spend) as spend,
        sum(conversions) as conversions,
        {ctr} as ctr,
        {cpa} as cpa
    from facts
    group by account_id, campaign_id, first_day, last_day
    having count(distinct currency) = 1 and count(currency) = count(*)
)
select
    sums.account_id,
    sums.campaign_id,
    campaigns.name as campaign_name,
    sums.currency,
    sums.first_day,
    sums.last_day,
    sums.impressions,
    sums.clicks,
    sums.spend,
    sums.conversions,
    sums.ctr,
    sums.cpa,
    (select coalesce(max(version), 0) from intermediate.publications) as marts_version,
    campaigns.objective,
    accounts.goal_family
from sums
join marts.accounts as accounts on accounts.account_id = sums.account_id
join marts.campaigns as campaigns
    on campaigns.account_id = sums.account_id and campaigns.campaign_id = sums.campaign_id
where campaigns.effective_status = 'ACTIVE'
order by sums.account_id, sums.campaign_id
"""

_IS_BEHIND = """
select coalesce((select max(seq) from raw.changed_days), 0)
    > coalesce((select max(seq) from intermediate.publications), 0)
"""

_INACTIVE = """
select asked.campaign_id
from unnest(cast(:ids as text[])) as asked (campaign_id)
left join marts.campaigns as campaigns on campaigns.campaign_id = asked.campaign_id
where campaigns.effective_status is distinct from 'ACTIVE'
order by asked.campaign_id
"""


class PostgresMarts:
    """The port Marts on PostgreSQL. catalogue: gives metric → SQL expression when the first window is read."""

    def __init__(self, engine: sa.Engine, catalogue: Callable[[], Mapping[str, str]]) -> None:
        self._engine = engine
        self._catalogue = catalogue

    def version(self) -> int:
        with self._engine.connect() as connection:
            if connection.execute(sa.text("select to_regclass('intermediate.publications')")).scalar() is None:
                return 0
            return int(connection.execute(sa.text(_VERSION)).scalar_one())

    def is_behind(self) -> bool:
        """Whether days of raw changed after the last published state, as when a run was stopped between the two."""
        with self._engine.connect() as connection:
            if connection.execute(sa.text("select to_regclass('intermediate.publications')")).scalar() is None:
                return bool(connection.execute(sa.text("select exists (select from raw.changed_days)")).scalar_one())
            return bool(connection.execute(sa.text(_IS_BEHIND)).scalar_one())

    def accounts(self) -> list[Account]:
        with self._engine.connect() as connection:
            return [Account(*row) for row in connection.execute(sa.text(_ACCOUNTS))]

    def campaign_windows(self, *, days: int, now: datetime) -> list[CampaignWindow]:
        expressions = self._catalogue()
        query = _WINDOWS.format(**{name: expressions[name] for name in RATIOS})
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(query), {"now": now, "days": days}).mappings()
            return [CampaignWindow(**row) for row in rows]

    def inactive(self, campaign_ids: Sequence[str]) -> list[str]:
        if not campaign_ids:
            return []
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(_INACTIVE), {"ids": list(campaign_ids)}).scalars())
