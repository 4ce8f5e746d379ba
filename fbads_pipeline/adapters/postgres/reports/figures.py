"""Queries over one account's figures in a period. Days in another currency than the account's do not add up with the
rest, and are left out of every figure alike."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.figures import daily_mart, figure_columns
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.reports.report import Period


def _table(schema: str, name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns), schema=schema)


_ACCOUNTS = _table("marts", "accounts", "account_id", "currency")
_CAMPAIGNS = _table("marts", "campaigns", "campaign_id", "name", "effective_status")
_SCORES = _table("analysis", "scores", "account_id", "campaign_id", "day", "total", "target_cpa")


class AccountFigures:
    """expressions: metric → SQL expression over the columns of a daily mart; metrics: those that are read;
    mart: in the place of the daily one of the level."""

    def __init__(
        self,
        expressions: Mapping[str, str],
        metrics: Sequence[str],
        account_id: str,
        period: Period,
        *,
        level: Level = "campaign",
        mart: str | None = None,
    ) -> None:
        self._figures, self._account_id = figure_columns(expressions, metrics), account_id
        self._daily = daily_mart(mart or f"{level}_daily", "breakdown_value")
        currency = sa.select(_ACCOUNTS.c.currency).where(_ACCOUNTS.c.account_id == account_id).scalar_subquery()
        self._is_asked_for = sa.and_(
            self._daily.c.account_id == account_id,
            self._daily.c.day.between(period.first, period.last),
            self._daily.c.currency == currency,
        )

    def total(self) -> sa.Select[Any]:
        """One row: each figure over the period, and the newest reading as `as_of`."""
        return self._select(sa.func.max(self._daily.c.collected_at).label("as_of"))

    def below(self) -> sa.Select[Any]:
        """Of a lower level: one row per campaign, with `campaign_id` null for all of them together, each figure and the
        spend that it goes with."""
        campaign_id = self._daily.c.campaign_id
        spend = sa.func.sum(self._daily.c.spend).label("below_spend")
        return self._select(campaign_id, spend).group_by(sa.func.grouping_sets(sa.tuple_(campaign_id), sa.tuple_()))

    def parts(self, breakdowns: Sequence[str]) -> sa.Select[Any]:
        """Of a mart with breakdowns: one row per breakdown and part of it, the dearest first."""
        breakdown, value = self._daily.c.breakdown, self._daily.c.breakdown_value
        spend = sa.func.sum(self._daily.c.spend)
        return (
            self._select(breakdown, value)
            .where(breakdown.in_(breakdowns))
            .group_by(breakdown, value)
            .order_by(breakdown, spend.desc().nulls_last(), value)
        )

    def _select(self, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*columns, *self._figures).select_from(self._daily).where(self._is_asked_for)


@lru_cache(maxsize=64)
def period_figures(expressions: tuple[tuple[str, str], ...]) -> sa.Select[Any]:
    """The account's days, read once: a row for the period (`part` is total), one per day with a reading (day), oldest
    first, and one per campaign (campaign) with its name, status and newest score, the biggest spender first. Each with
    its figures, the newest reading as `as_of`, and whether a day of it is provisional.

    expressions: metric → SQL, as `AccountFigures` takes them; bound are :account_id, :first and :last.
    """
    names = [name for name, _ in expressions]
    account_id = sa.bindparam("account_id", type_=sa.Text())
    mart = daily_mart("campaign_daily")
    keys = [mart.c[name] for name in ("campaign_id", "day", "currency", "is_provisional", "collected_at")]
    made_of = dict.fromkeys(("spend", *(one for name in names for one in METRICS[name].columns), "conversion_goal"))
    first, last = (sa.bindparam(name, type_=sa.Date()) for name in ("first", "last"))
    # Joined and read before the currency is looked at: PostgreSQL takes one day in 200 to be in that currency, and
    # would look up the goals of the account once for every row.
    daily = (
        sa.select(*keys, *(sa.column(name) for name in made_of if name not in mart.c or name == "spend"))
        .select_from(mart)
        .where(mart.c.account_id == account_id, mart.c.day.between(first, last))
        .offset(sa.literal_column("0"))
        .subquery("daily")
    )
    currency = sa.select(_ACCOUNTS.c.currency).where(_ACCOUNTS.c.account_id == account_id).scalar_subquery()
    day, campaign_id = daily.c.day, daily.c.campaign_id
    part = sa.case((sa.func.grouping(day) == 0, "day"), (sa.func.grouping(campaign_id) == 0, "campaign"), else_="total")
    facts = (
        sa.select(
            part.label("part"),
            day,
            campaign_id,
            sa.func.max(daily.c.collected_at).label("as_of"),
            sa.func.bool_or(daily.c.is_provisional).label("is_provisional"),
            sa.func.sum(daily.c.spend).label("total_spend"),
            *figure_columns(dict(expressions), names),
        )
        .where(daily.c.currency == currency)
        .group_by(sa.func.grouping_sets(sa.tuple_(), sa.tuple_(day), sa.tuple_(campaign_id)))
        .subquery("facts")
    )
    score = (
        sa.select(_SCORES.c.total.label("score"), _SCORES.c.target_cpa)
        .where(_SCORES.c.account_id == account_id, _SCORES.c.campaign_id == facts.c.campaign_id)
        .order_by(_SCORES.c.day.desc())
        .limit(1)
        .lateral("newest")
    )
    known = facts.outerjoin(_CAMPAIGNS, _CAMPAIGNS.c.campaign_id == facts.c.campaign_id)
    about = (_CAMPAIGNS.c.name, _CAMPAIGNS.c.effective_status.label("status"), score.c.score, score.c.target_cpa)
    return (
        sa.select(facts, *about)
        .select_from(known.outerjoin(score, sa.true()))
        .order_by(facts.c.day, facts.c.total_spend.desc().nulls_last(), facts.c.campaign_id)
    )
