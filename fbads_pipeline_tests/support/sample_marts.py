"""Tables that stand in for dbt's marts, with the columns that reviewing and telling read."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from fbads_pipeline.domain.metrics.declared import METRICS

TABLES = """
create schema if not exists intermediate;
create schema if not exists marts;
create table intermediate.publications (
    version bigint primary key, seq bigint not null default 0, published_at timestamptz not null default now()
);
create table marts.accounts (
    account_id text primary key, name text, account_status integer, currency text, timezone_name text,
    created_at timestamptz, goal_family text not null default 'purchase',
    has_several_goals boolean not null default false
);
create table marts.campaigns (
    account_id text, campaign_id text primary key, name text, effective_status text, currency text, objective text,
    goal_family text not null default 'purchase'
);
create table marts.campaign_daily (
    account_id text, campaign_id text, day date, currency text, impressions bigint, clicks bigint, spend numeric,
    conversions numeric, purchase_value numeric, ctr numeric, cpm numeric, cpa numeric, roas numeric,
    conversion_rate numeric, is_provisional boolean not null default false, collected_at timestamptz default now(),
    conversion_goal text not null default 'purchase',
    primary key (account_id, campaign_id, day)
);
create table marts.campaign_history (
    account_id text, campaign_id text, effective_status text, daily_budget numeric, valid_from timestamptz
);
create table marts.adset_history (
    account_id text, campaign_id text, adset_id text, effective_status text, daily_budget numeric,
    valid_from timestamptz
);
create table marts.adsets (
    account_id text, campaign_id text, adset_id text, name text, effective_status text, learning_status text,
    daily_budget numeric, lifetime_budget numeric
);
create table marts.adset_daily (
    account_id text, campaign_id text, adset_id text, day date, currency text, impressions bigint, clicks bigint,
    spend numeric, conversions numeric, primary key (account_id, adset_id, day)
);
create table marts.day_coverage (
    account_id text, level text, day date, state text default 'read', is_read boolean default true,
    read_at timestamptz, attempted_at timestamptz,
    primary key (account_id, level, day)
);
"""
EXPRESSIONS = {name: METRICS[name].expression for name in ("ctr", "cpa")}


class SampleMarts:
    """Fills the tables; a test says what matters of an account, a campaign or a day."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.execute(TABLES)

    def execute(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def publish(self) -> None:
        self.execute(
            "insert into intermediate.publications (version)"
            " select coalesce(max(version), 0) + 1 from intermediate.publications"
        )

    def account(
        self,
        account_id: str = "1",
        *,
        zone: str = "America/Sao_Paulo",
        currency: str = "BRL",
        read_until: date = date(2026, 12, 31),
    ) -> None:
        """An account of which every day since August 2026 until that one was read well."""
        self.read(account_id, date(2026, 8, 1), read_until)
        self.execute(
            "insert into marts.accounts (account_id, name, currency, timezone_name)"
            " values (:account_id, :name, :currency, :zone)",
            account_id=account_id,
            name=f"Loja {account_id}",
            currency=currency,
            zone=zone,
        )

    def campaign(
        self,
        campaign_id: str,
        account_id: str = "1",
        *,
        name: str = "Verão",
        status: str = "ACTIVE",
        objective: str | None = None,
    ) -> None:
        self.execute(
            "insert into marts.campaigns (account_id, campaign_id, name, effective_status, objective)"
            " values (:account_id, :campaign_id, :name, :status, :objective)",
            objective=objective,
            account_id=account_id,
            campaign_id=campaign_id,
            name=name,
            status=status,
        )

    def days(
        self,
        campaign_id: str,
        last_day: date,
        account_id: str = "1",
        *,
        count: int = 7,
        impressions: int = 1000,
        clicks: int = 50,
        spend: str = "10",
        conversions: str | None = "1",
        currency: str | None = "BRL",
    ) -> None:
        """The same figures on each of the last `count` days."""
        for back in range(count):
            self.execute(
                "insert into marts.campaign_daily"
                " (account_id, campaign_id, day, currency, impressions, clicks, spend, conversions)"
                " values (:account_id, :campaign_id, :day, :currency, :impressions, :clicks,"
                " cast(:spend as numeric), cast(:conversions as numeric))",
                account_id=account_id,
                campaign_id=campaign_id,
                day=last_day - timedelta(days=back),
                currency=currency,
                impressions=impressions,
                clicks=clicks,
                spend=spend,
                conversions=conversions,
            )

    def read(self, account_id: str, first: date, last: date, *, level: str = "campaign", state: str = "read") -> None:
        """The days were read at that level, with that state."""
        self.execute(
            "insert into marts.day_coverage (account_id, level, day, state, is_read, read_at, attempted_at)"
            " select :account_id, :level, day::date, :state, :state = 'read', now(), now()"
            " from generate_series(cast(:first as date), cast(:last as date), interval '1 day') as days (day)"
            " on conflict (account_id, level, day) do update set state = excluded.state, is_read = excluded.is_read",
            account_id=account_id,
            level=level,
            state=state,
            first=first,
            last=last,
        )

    def unread(self, *days: date, account_id: str = "1") -> None:
        """Days of the account that were never read well."""
        self.execute(
            "update marts.day_coverage set is_read = false, state = 'failed'"
            " where account_id = :account_id and day = any(cast(:days as date[]))",
            account_id=account_id,
            days=[one.isoformat() for one in days],
        )

    def rows(self, query: str) -> Sequence[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]
