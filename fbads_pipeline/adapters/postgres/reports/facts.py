"""What reports are made from, out of the marts through the metric catalogue, and out of analysis and ops."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline.domain.reports.facts import (
    CampaignFigures,
    DayFigures,
    HitRate,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.report import Period

_ACCOUNTS = """
select
    account_id, name, currency, coalesce(timezone_name, 'UTC') as timezone_name, goal_family as goal,
    (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date as today
from marts.accounts
where currency is not null and (cast(:ids as text[]) is null or account_id = any(cast(:ids as text[])))
order by account_id
"""

# Days in another currency than the account's do not add up with the rest, and are left out of every figure alike.
_ROWS = """
from marts.campaign_daily as daily
where
    daily.account_id = :account and daily.day between :first and :last
    and daily.currency = (select currency from marts.accounts where account_id = :account)
"""
_TOTAL = "select {figures}, max(daily.collected_at) as as_of " + _ROWS
_DAYS = (
    "select daily.day, bool_or(daily.is_provisional) as is_provisional, {figures} "
    + _ROWS
    + " group by daily.day order by 1"
)
_CAMPAIGNS = (
    """
select facts.*, campaigns.name, campaigns.effective_status as status, scores.total as score
from (select daily.campaign_id, {figures} """
    + _ROWS
    + """ group by daily.campaign_id) as facts
left join marts.campaigns as campaigns on campaigns.campaign_id = facts.campaign_id
left join lateral (
    select total from analysis.scores
    where account_id = :account and scores.campaign_id = facts.campaign_id order by day desc limit 1
) as scores on true
order by facts.spend desc nulls last, facts.campaign_id
"""
)
_ANOMALIES = """
select
    campaigns.name as campaign_name,
    found.since,
    found.severity,
    found.message as text,
    found.money_at_stake_per_day as at_stake,
    found.status,
    case
        when found.announced_alert_id is not null then 'alert'
        when found.digest_alert_id is not null then 'digest'
        else 'none'
    end as notified
from analysis.anomalies as found
join marts.accounts as accounts on accounts.account_id = found.account_id
left join marts.campaigns as campaigns on campaigns.campaign_id = found.campaign_id
where
    found.account_id = :account
    and (found.since at time zone coalesce(accounts.timezone_name, 'UTC'))::date between :first and :last
order by found.severity, found.money_at_stake_per_day desc, found.anomaly_id
"""
_SUGGESTIONS = """
select campaigns.name as campaign_name, made.day, made.kind, made.status, made.reason
from ops.suggestions as made
join marts.accounts as accounts on accounts.account_id = made.account_id
left join marts.campaigns as campaigns on campaigns.campaign_id = made.campaign_id
where
    made.account_id = :account
    and (made.created_at at time zone coalesce(accounts.timezone_name, 'UTC'))::date between :first and :last
order by made.status, made.day desc, made.suggestion_id
"""
# As analysis.hit_rates, of one account.
_HIT_RATES = """
select kind, count(*) as followed, count(is_hit) as evaluated, count(*) filter (where is_hit) as hits
from analysis.suggestion_outcomes
where account_id = :account
group by kind
order by kind
"""


class PostgresReportFacts:
    """The port ReportFacts on PostgreSQL. catalogue: gives metric → SQL expression when the first figure is read."""

    def __init__(self, engine: sa.Engine, catalogue: Callable[[], Mapping[str, str]]) -> None:
        self._engine = engine
        self._catalogue = catalogue

    def accounts(self, ids: Sequence[str] | None, *, now: datetime) -> list[ReportAccount]:
        with self._engine.connect() as connection:
            if connection.execute(sa.text("select to_regclass('marts.accounts')")).scalar() is None:
                return []
            named = {"ids": None if ids is None else list(ids), "now": now}
            return [ReportAccount(**row) for row in connection.execute(sa.text(_ACCOUNTS), named).mappings()]

    def figures(self, account_id: str, period: Period, metrics: Sequence[str]) -> PeriodFigures:
        catalogue = self._catalogue()
        figures = ", ".join(f"{catalogue[name]} as {name}" for name in metrics)
        named = {"account": account_id, "first": period.first, "last": period.last}
        with self._engine.connect() as connection:
            total, days, campaigns = (
                connection.execute(sa.text(query.format(figures=figures)), named).mappings().all()
                for query in (_TOTAL, _DAYS, _CAMPAIGNS)
            )
        return PeriodFigures(
            _figures(total[0], metrics),
            tuple(DayFigures(row["day"], _figures(row, metrics), bool(row["is_provisional"])) for row in days),
            tuple(
                CampaignFigures(row["campaign_id"], row["name"], row["status"], _figures(row, metrics), row["score"])
                for row in campaigns
            ),
            total[0]["as_of"],
        )

    def anomalies(self, account_id: str, period: Period) -> list[ReportedAnomaly]:
        return [
            ReportedAnomaly(
                campaign_name=row["campaign_name"],
                since=row["since"],
                severity=row["severity"],
                text=from_json(row["text"]),
                at_stake=Decimal(repr(round(row["at_stake"], 2))),
                status=row["status"],
                notified=row["notified"],
            )
            for row in self._rows(_ANOMALIES, account_id, period)
        ]

    def suggestions(self, account_id: str, period: Period) -> list[ReportedSuggestion]:
        return [
            ReportedSuggestion(row["campaign_name"], row["day"], row["kind"], row["status"], from_json(row["reason"]))
            for row in self._rows(_SUGGESTIONS, account_id, period)
        ]

    def hit_rates(self, account_id: str) -> list[HitRate]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(_HIT_RATES), {"account": account_id})
            return [HitRate(**row) for row in rows.mappings()]

    def _rows(self, query: str, account_id: str, period: Period) -> list[dict[str, Any]]:
        named = {"account": account_id, "first": period.first, "last": period.last}
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(query), named).mappings()]


def _figures(row: sa.RowMapping, metrics: Sequence[str]) -> dict[str, Decimal | None]:
    return {name: None if row[name] is None else Decimal(row[name]) for name in metrics}
