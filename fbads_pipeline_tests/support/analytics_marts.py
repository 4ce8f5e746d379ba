"""Stand-ins for the marts that analytics read, beside those of every test of the API: two accounts, two currencies."""

import sqlalchemy as sa

from fbads_pipeline.domain.metrics.declared import METRICS

_MEASURES = ", ".join(f"{name} {metric.data_type}" for name, metric in METRICS.items())
TABLES = f"""
insert into marts.accounts values
    ('43', 'Shop', 'USD', 'UTC', 'ACTIVE', 'purchase'), ('44', 'New', null, null, null, null);
alter table marts.campaigns add column stop_at timestamptz;
create table marts.account_daily (account_id text, day date, currency text, {_MEASURES}, is_provisional boolean,
    collected_at timestamptz, conversion_goal text default 'purchase');
create table marts.campaign_breakdown_daily (account_id text, campaign_id text, day date, currency text,
    breakdown text, breakdown_value text, age text, gender text, country text, publisher_platform text,
    platform_position text, {_MEASURES},
    is_provisional boolean, collected_at timestamptz, conversion_goal text default 'purchase');
create table marts.campaign_history (account_id text, campaign_id text, name text, status text, effective_status text,
    currency text, daily_budget numeric, lifetime_budget numeric, valid_from timestamptz, valid_to timestamptz,
    is_current boolean);
insert into marts.campaign_history values
    ('42', '101', 'A', 'ACTIVE', 'ACTIVE', 'BRL', 10, null, '2026-11-01T12:00:00Z', '2026-11-05T12:00:00Z', false),
    ('42', '101', 'A', 'PAUSED', 'PAUSED', 'BRL', 12.5, null, '2026-11-05T12:00:00Z', null, true);
create table marts.budget_pacing (account_id text, campaign_id text, adset_id text, budget_level text, name text,
    effective_status text, currency text, daily_budget numeric, lifetime_budget numeric, local_day date,
    read_at timestamptz, day_share numeric, spent_today numeric, planned_today numeric, projected_today numeric,
    pacing_today numeric, spent_month numeric, planned_month numeric, projected_month numeric, pacing_month numeric,
    why_no_pace text);
insert into marts.budget_pacing values ('42', '101', null, 'campaign', 'A', 'ACTIVE', 'BRL', 10, null, '2026-11-10',
    '2026-11-10T15:00:00Z', 0.5, 4, 10, 8, 0.8, 94, 300, 260, 0.87);
insert into analysis.scores (account_id, campaign_id, day, total, low, high, efficiency_points, trend_points,
    attention_points, delivery_points, health_points, efficiency, trend, attention, delivery, health, conversions,
    certainty, target_cpa, currency, model_version, marts_version, scored_at)
    select '42', n::text, date '2026-11-09' - k, 60, 55, 65, 2, 2, 2, 2, 2, 0.5, 0.5, 0.5, 0.5, 0.5, 12, 0.5, 40,
    'BRL', 'm1', 7, now() from generate_series(101, 103) n, generate_series(0, 1) k;
insert into analysis.trends values ('42', '101', 'cpa', '2026-11-09', 3.4, 0.01, 0.2, '2026-11-04', 0.3),
    ('42', '', 'cpa', '2026-11-09', 3.5, 0.0, 0.5, null, null);
insert into analysis.anomalies (anomaly_id, account_id, campaign_id, kind, metric, severity, status, since, detected_at,
    observed, expected, low, high, money_at_stake_per_day, currency, causes, message, data_used,
    detector_version, is_alert, updated_at, closed_at, resolution)
    select 'a' || n, '42', case when n = 3 then '' else '101' end, 'delivery_stop', 'spend' || n, 'critical',
    case when n = 1 then 'CLOSED' else 'OPEN' end, '2026-11-08T12:00:00Z',
    timestamptz '2026-11-08T15:00:00Z' + n * interval '1 hour', 0, 20, 10, 40, 480, 'BRL', '[]',
    jsonb_build_object('kind', 'legacy', 'texts', jsonb_build_object('pt', 'Parou.', 'en', 'Stopped.')),
    '{{}}', '1', true, now(), case when n = 1 then now() end, case when n = 1 then 'recovered' end
    from generate_series(1, 3) n;
"""
# account, campaign, day, currency, impressions, clicks, spend, conversions
DAYS = (
    ("42", "101", "2026-11-01", "BRL", 1000, 10, "30.00", 1),
    ("42", "101", "2026-11-03", "BRL", 1000, 30, "50.00", 4),
    ("42", "102", "2026-11-03", "BRL", 8000, 40, "20.00", 0),
    ("42", "102", "2026-11-04", "BRL", 0, 0, "0", 0),
    ("42", "102", "2026-11-04", "USD", 500, 5, "999.00", 9),
    ("43", "201", "2026-11-03", "USD", 100, 1, "7.00", 1),
)
_CAMPAIGN_DAY = """
insert into marts.campaign_daily (account_id, campaign_id, day, currency, impressions, clicks, link_clicks, spend,
    conversions, purchases, purchase_value, leads, conversion_value, final_on, is_provisional, collected_at)
values (:account, :campaign, :day, :currency, :impressions, :clicks, :clicks, :spend, :conversions, :conversions, 0, 0,
    0, cast(:day as date) + 28, true, '2026-11-10T15:00:00Z')
"""
_ACCOUNT_DAYS = """
insert into marts.account_daily (account_id, day, currency, impressions, clicks, link_clicks, spend, conversions,
    purchases, purchase_value, leads, is_provisional, collected_at)
select account_id, day, currency, sum(impressions), sum(clicks), sum(link_clicks), sum(spend), sum(conversions),
    sum(purchases), sum(purchase_value), sum(leads), true, max(collected_at)
from marts.campaign_daily group by account_id, day, currency
"""
_PARTS = """
insert into marts.campaign_breakdown_daily (account_id, campaign_id, day, currency, breakdown, age, gender, country,
    impressions, clicks, link_clicks, spend, conversions, purchases, purchase_value, leads, is_provisional,
    collected_at)
values
    ('42', '101', '2026-11-03', 'BRL', 'age,gender', '25-34', 'female', null, 600, 20, 20, 40, 4, 4, 0, 0, true, now()),
    ('42', '101', '2026-11-03', 'BRL', 'age,gender', '35-44', 'male', null, 400, 10, 10, 10, 0, 0, 0, 0, true, now()),
    ('42', '101', '2026-11-03', 'BRL', 'country', null, null, 'BR', 1000, 30, 30, 50, 4, 4, 0, 0, true, now());
update marts.campaign_breakdown_daily set breakdown_value = concat_ws(',', age, gender, country)
"""
_NAMES = ("account", "campaign", "day", "currency", "impressions", "clicks", "spend", "conversions")


def fill(engine: sa.Engine) -> None:
    """Tables and days; the days of the other tests go, so that every sum can be seen here."""
    with engine.begin() as connection:
        connection.exec_driver_sql(TABLES)
        connection.exec_driver_sql("truncate marts.campaign_daily")
        for row in DAYS:
            connection.execute(sa.text(_CAMPAIGN_DAY), dict(zip(_NAMES, row, strict=True)))
        connection.execute(sa.text(_ACCOUNT_DAYS))
        connection.execute(sa.text(_PARTS))
