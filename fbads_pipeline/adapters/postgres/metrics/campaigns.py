"""Campaigns and their days, as the API shows them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of, rows_of_kept
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.metrics.declared import METRICS

SQL = Statements(__package__, "campaigns.sql")
SPEND_DAYS = 7
_SHOWN = (
    *("campaign_id", "account_id", "name", "status", "effective_status", "objective", "currency", "timezone_name"),
    *("daily_budget", "lifetime_budget", "created_at", "updated_at", "collected_at"),
)
_CAMPAIGNS = sa.table("campaigns", *(sa.column(name) for name in _SHOWN), schema="marts")
_DAILY = sa.table(
    "campaign_daily",
    *(sa.column(name) for name in ("account_id", "campaign_id", "currency", "day", "spend")),
    schema="marts",
)
_DAYS = sa.table(
    "campaign_daily",
    *(sa.column(name) for name in ("account_id", "campaign_id", "day", "currency", *METRICS)),
    *(sa.column(name) for name in ("final_on", "is_provisional", "collected_at")),
    schema="marts",
)
_INSIGHTS = (
    sa.select(*(column for column in _DAYS.c if column.name not in ("account_id", "campaign_id")))
    .where(
        _DAYS.c.campaign_id == sa.bindparam("campaign_id"),
        _DAYS.c.account_id == sa.bindparam("account_id"),
        _DAYS.c.day.between(sa.bindparam("since"), sa.bindparam("until")),
    )
    .order_by(_DAYS.c.day)
)
_INSTANT = sa.DateTime(timezone=True)
_ORDERED_AS: Mapping[str, sa.types.TypeEngine[Any]] = {
    "created_at": _INSTANT,
    "daily_budget": sa.Numeric(),
    "spend": sa.Numeric(),
}


class CampaignQuery(NamedTuple):
    """Which campaigns, in which order. sort: campaign_id, name, created_at, daily_budget or spend, with a dash the
    other way round; named: a part of the name, whatever its case; after: sort key and id of the row before."""

    sort: str = "campaign_id"
    status: str | None = None
    account_id: str | None = None
    objective: str | None = None
    named: str | None = None
    after: tuple[str, str] | None = None


class CampaignReader:
    """Campaigns and their days, as the analyst sees them."""

    def __init__(self, analyst: sa.Engine) -> None:
        self._analyst = analyst

    def campaigns(self, wanted: CampaignQuery, accounts: Accounts, *, now: datetime, limit: int) -> list[Row]:
        """One row per campaign in that order, with its `sort_key`. accounts: those that the caller sees."""
        return rows_of(self._analyst, _page(wanted, accounts, now, limit))

    def campaign(self, campaign_id: str, accounts: Accounts) -> Row | None:
        """None for one that does not exist, or is not the caller's."""
        found = rows_of_kept(self._analyst, SQL["one"], {"campaign_id": campaign_id, "accounts": bound(accounts)})
        return found[0] if found else None

    def insights(self, campaign: Row, since: date, until: date) -> list[Row]:
        """One row per account-local day on which Meta reported something, both ends included: every metric of the
        catalogue, null where Meta did not report it."""
        keys = {name: campaign[name] for name in ("campaign_id", "account_id")}
        return rows_of_kept(self._analyst, _INSIGHTS, {**keys, "since": since, "until": until})


def _page(wanted: CampaignQuery, accounts: Accounts, now: datetime, limit: int) -> sa.Select[Any]:
    name, is_down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    keyed = sa.select(_CAMPAIGNS, _sort_key(name, now).label("sort_key")).subquery("keyed")
    query = sa.select(*(keyed.c[column] for column in _SHOWN), sa.cast(keyed.c.sort_key, sa.Text).label("sort_key"))
    wanted_values = {
        "effective_status": wanted.status,
        "account_id": wanted.account_id,
        "objective": wanted.objective,
    }
    for column, value in wanted_values.items():
        query = query if value is None else query.where(keyed.c[column] == value)
    if wanted.named is not None:
        query = query.where(sa.func.strpos(sa.func.lower(keyed.c.name), sa.func.lower(wanted.named)) > 0)
    if accounts is not None:
        query = query.where(keyed.c.account_id.in_(sorted(accounts)))
    place = sa.tuple_(keyed.c.sort_key, keyed.c.campaign_id)
    if wanted.after is not None:
        key, campaign_id = wanted.after
        after = sa.tuple_(sa.cast(sa.literal(key, sa.Text), _ORDERED_AS.get(name, sa.Text())), sa.literal(campaign_id))
        query = query.where(place < after if is_down else place > after)
    order = [keyed.c.sort_key, keyed.c.campaign_id]
    return query.order_by(*(one.desc() if is_down else one.asc() for one in order)).limit(limit)


def _sort_key(name: str, now: datetime) -> sa.ColumnElement[Any]:
    """What a page is ordered by, never null, so that a row has one place in it."""
    columns = _CAMPAIGNS.c
    keys: Mapping[str, sa.ColumnElement[Any]] = {
        "campaign_id": sa.cast(sa.literal(""), sa.Text),
        "name": sa.func.coalesce(columns.name, ""),
        "created_at": sa.func.coalesce(columns.created_at, sa.cast(sa.literal("epoch", sa.Text), _INSTANT)),
        "daily_budget": sa.func.coalesce(columns.daily_budget, -1),
        "spend": sa.func.coalesce(_recent_spend(now), -1),
    }
    return keys[name]


def _recent_spend(now: datetime) -> sa.ScalarSelect[Any]:
    """Of the account-local days before today, of the one currency that the account has."""
    zone = sa.func.coalesce(_CAMPAIGNS.c.timezone_name, "UTC")
    today = sa.cast(sa.func.timezone(zone, sa.cast(sa.literal(now), _INSTANT)), sa.Date)
    return (
        sa.select(sa.func.sum(_DAILY.c.spend))
        .where(
            _DAILY.c.account_id == _CAMPAIGNS.c.account_id,
            _DAILY.c.campaign_id == _CAMPAIGNS.c.campaign_id,
            _DAILY.c.currency == _CAMPAIGNS.c.currency,
            _DAILY.c.day < today,
            _DAILY.c.day >= today - sa.literal(SPEND_DAYS, sa.Integer),
        )
        .correlate(_CAMPAIGNS)
        .scalar_subquery()
    )
