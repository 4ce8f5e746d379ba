"""37 months of 200 campaigns of one account, in the marts' own columns."""

from pathlib import Path

import sqlalchemy as sa

from evaluation.chat.world import contracts

TODAY = "2026-11-23"
DAYS, CAMPAIGNS = 37 * 30, 200
_TABLES = ("accounts", "campaigns", "adsets", "ads", "account_daily", "campaign_daily", "adset_daily", "ad_daily")
_TABLES += ("campaign_breakdown_daily", "campaign_history", "budget_pacing", "day_coverage", "reading_runs")
_FILL = f"""
insert into marts.accounts
    (account_id, name, currency, timezone_name, account_status, status, goal_family, collected_at)
values ('42', 'Loja Aurora', 'BRL', 'America/Sao_Paulo', 1, 'ACTIVE', 'purchase', now());
insert into marts.campaigns (campaign_id, account_id, name, status, effective_status, objective, currency,
    timezone_name, daily_budget, created_at, updated_at, collected_at)
select n::text, '42', 'Campanha ' || n, 'ACTIVE', 'ACTIVE', 'OUTCOME_SALES', 'BRL', 'America/Sao_Paulo', 100, now(),
    now(), now()
from generate_series(1001, {1000 + CAMPAIGNS}) n;
insert into marts.campaign_daily (account_id, campaign_id, day, currency, impressions, clicks, link_clicks, spend,
    purchases, purchase_value, leads, conversions, conversion_value, final_on, is_provisional, collected_at)
select '42', n::text, day::date, 'BRL', 5000 + n % 500, 60 + n % 40, 40, round((80 + random() * 40)::numeric, 2), 2,
    300, 0, 2, 300, day::date + 28, day > date '{TODAY}' - 28, now()
from generate_series(1001, {1000 + CAMPAIGNS}) n,
    generate_series(date '{TODAY}' - {DAYS}, date '{TODAY}' - 1, interval '1 day') day;
insert into marts.account_daily (account_id, day, currency, impressions, clicks, link_clicks, spend, purchases,
    purchase_value, leads, conversions, conversion_value, final_on, is_provisional, collected_at)
select account_id, day, currency, sum(impressions), sum(clicks), sum(link_clicks), sum(spend), sum(purchases),
    sum(purchase_value), sum(leads), sum(conversions), sum(conversion_value), max(final_on),
    bool_or(is_provisional), now()
from marts.campaign_daily group by account_id, day, currency;
insert into marts.day_coverage (account_id, level, day, state, is_read, read_at, attempted_at)
select '42', level, day::date, 'read', true, now(), now()
from unnest(array['account', 'campaign', 'adset', 'ad']) level,
    generate_series(date '{TODAY}' - {DAYS}, date '{TODAY}' - 1, interval '1 day') day;
create unique index on marts.day_coverage (account_id, level, day);
create unique index on marts.campaign_daily (account_id, campaign_id, day);
create index on marts.campaign_daily (day);
create unique index on marts.account_daily (account_id, day);
create unique index on marts.campaigns (campaign_id);
insert into intermediate.publications values (1, now());
"""


def build(owner: sa.Engine, marts: Path = Path("dbt_project/models/marts")) -> int:
    """Create and fill the tables in a migrated database; how many days of campaigns there are."""
    columns = contracts(marts)
    with owner.begin() as connection:
        connection.exec_driver_sql("create schema if not exists intermediate")
        connection.exec_driver_sql(
            "create table intermediate.publications (version bigint primary key, published_at timestamptz)"
        )
        for table in _TABLES:
            typed = ", ".join(f"{name} {kind}" for name, kind in columns[table].items())
            connection.exec_driver_sql(f"create table marts.{table} ({typed})")
        for statement in _FILL.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement.replace("%", "%%"))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
        return int(connection.exec_driver_sql("select count(*) from marts.campaign_daily").scalar_one())
