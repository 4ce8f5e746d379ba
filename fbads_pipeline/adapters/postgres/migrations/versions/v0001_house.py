"""The house: raw as Meta said it, analysis as we judge it, ops as people decide it.

One writer per schema: collect writes raw, dbt alone writes staging, intermediate and marts, the review writes analysis,
the emitting op and the API write ops. Ids are text (Meta's go beyond 2^53), instants are timestamptz in UTC, days are
the account's own, money in `raw` is exactly what Meta printed: budgets in minor units, spend and values in major units.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = ("raw", "staging", "intermediate", "marts", "analysis", "ops")

RAW_OBJECTS = """
create table raw.accounts (
    account_id text primary key,
    name text,
    currency text not null,
    timezone_name text not null,
    account_status integer,
    created_at timestamptz,
    collected_at timestamptz not null
);
create table raw.campaigns (
    campaign_id text primary key,
    account_id text not null,
    name text,
    status text,
    effective_status text,
    objective text,
    buying_type text,
    bid_strategy text,
    daily_budget_minor bigint,
    lifetime_budget_minor bigint,
    start_at timestamptz,
    stop_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    collected_at timestamptz not null
);
create index campaigns_of_account on raw.campaigns (account_id);
create table raw.adsets (
    adset_id text primary key,
    campaign_id text,
    account_id text not null,
    name text,
    status text,
    effective_status text,
    optimization_goal text,
    billing_event text,
    bid_strategy text,
    bid_amount_minor bigint,
    daily_budget_minor bigint,
    lifetime_budget_minor bigint,
    start_at timestamptz,
    end_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    collected_at timestamptz not null
);
create index adsets_of_account on raw.adsets (account_id);
create table raw.ads (
    ad_id text primary key,
    adset_id text,
    campaign_id text,
    account_id text not null,
    name text,
    status text,
    effective_status text,
    created_at timestamptz,
    updated_at timestamptz,
    collected_at timestamptz not null
);
create index ads_of_account on raw.ads (account_id);
"""

# The grain of an insight is (account, level, breakdown, day, object, breakdown value); a plain row has breakdown ''.
RAW_INSIGHTS = """
create table raw.insights (
    account_id text not null,
    level text not null check (level in ('account', 'campaign', 'adset', 'ad')),
    breakdown text not null default '',
    day date not null,
    object_id text not null,
    breakdown_value text not null default '',
    campaign_id text,
    adset_id text,
    ad_id text,
    currency text,
    impressions bigint,
    reach bigint,
    frequency numeric,
    clicks bigint,
    inline_link_clicks bigint,
    spend numeric,
    actions jsonb not null default '[]',
    action_values jsonb not null default '[]',
    collected_at timestamptz not null,
    primary key (account_id, level, breakdown, day, object_id, breakdown_value)
);
create table raw.insight_readings (
    account_id text not null,
    level text not null,
    breakdown text not null default '',
    day date not null,
    object_id text not null,
    breakdown_value text not null default '',
    read_at timestamptz not null,
    is_removed boolean not null default false,
    campaign_id text,
    adset_id text,
    ad_id text,
    currency text,
    impressions bigint,
    reach bigint,
    frequency numeric,
    clicks bigint,
    inline_link_clicks bigint,
    spend numeric,
    actions jsonb,
    action_values jsonb,
    primary key (account_id, level, breakdown, day, object_id, breakdown_value, read_at)
);
create table raw.reading_runs (
    account_id text not null,
    level text not null,
    breakdown text not null default '',
    day date not null,
    read_at timestamptz not null,
    run_id text not null,
    ok boolean not null,
    rows_read integer not null default 0,
    rows_changed integer not null default 0,
    rows_removed integer not null default 0,
    error text,
    primary key (account_id, level, breakdown, day, read_at, run_id)
);
create index readings_of_run on raw.reading_runs (run_id);
create table raw.changed_days (
    seq bigint generated always as identity primary key,
    account_id text not null,
    day date not null,
    changed_at timestamptz not null default clock_timestamp()
);
create table raw.quarantine (
    quarantine_id bigint generated always as identity primary key,
    account_id text not null,
    level text not null,
    day date,
    reason text not null,
    payload text not null,
    run_id text not null,
    read_at timestamptz not null
);
"""

# A review keeps the breaches of the account-local day that its window ends on; older days stay as history.
ANALYSIS = """
create table analysis.reviews (
    account_id text primary key,
    day date not null,
    marts_version bigint not null,
    reviewed_at timestamptz not null
);
create table analysis.breaches (
    account_id text not null,
    campaign_id text not null,
    rule text not null check (rule in ('ctr_below', 'cpa_above')),
    first_day date not null,
    day date not null,
    campaign_name text,
    currency text not null,
    observed numeric,
    limit_value numeric not null,
    impressions bigint not null,
    clicks bigint not null,
    spend numeric not null,
    conversions numeric,
    ctr numeric,
    cpa numeric,
    marts_version bigint not null,
    found_at timestamptz not null,
    primary key (account_id, campaign_id, rule, day)
);
"""

OPS = """
create table ops.collect_runs (
    run_id text not null,
    account_id text not null,
    status text not null check (status in ('done', 'partial', 'failed')),
    error_kind text,
    error text,
    since date,
    until date,
    calls integer not null default 0,
    bytes bigint not null default 0,
    rows_read bigint not null default 0,
    rows_changed bigint not null default 0,
    rows_removed bigint not null default 0,
    retries integer not null default 0,
    waited_seconds numeric not null default 0,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    primary key (run_id, account_id)
);
create table ops.alerts (
    alert_id text primary key,
    dedupe_key text not null unique,
    account_id text,
    rule text not null,
    entity text not null,
    severity text not null check (severity in ('info', 'warning', 'critical')),
    window_start date not null,
    title text not null,
    body text not null,
    facts jsonb not null default '{}',
    created_at timestamptz not null
);
create table ops.suggestions (
    suggestion_id text primary key,
    account_id text not null,
    campaign_id text not null,
    kind text not null check (kind in ('PAUSE', 'BUDGET_UP', 'BUDGET_DOWN')),
    status text not null default 'PENDING'
        check (status in ('PENDING', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'APPLIED', 'FAILED')),
    version integer not null default 1,
    confidence text not null check (confidence in ('low', 'medium', 'high')),
    rules text[] not null,
    reason_pt text not null,
    reason_en text not null,
    evidence jsonb not null,
    day date not null,
    marts_version bigint not null,
    alert_id text references ops.alerts (alert_id),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    expires_at timestamptz not null
);
create unique index one_open_suggestion on ops.suggestions (account_id, campaign_id, kind) where status = 'PENDING';
create table ops.deliveries (
    delivery_id bigint generated always as identity primary key,
    alert_id text not null references ops.alerts (alert_id),
    channel text not null,
    recipient text not null,
    state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'failed', 'unknown')),
    attempts integer not null default 0,
    lease_until timestamptz,
    next_attempt_at timestamptz not null,
    provider_id text,
    last_error text,
    is_repeat boolean not null default false,
    sent_at timestamptz,
    settled_at timestamptz,
    unique (alert_id, channel, recipient)
);
create index deliveries_due on ops.deliveries (channel, next_attempt_at)
where state in ('pending', 'sending', 'unknown');
create index suggestions_waiting on ops.suggestions (account_id) where status = 'PENDING' and alert_id is null;
"""


def upgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"create schema if not exists {schema}")
    for part in (RAW_OBJECTS, RAW_INSIGHTS, ANALYSIS, OPS):
        op.execute(part)


def downgrade() -> None:
    for schema in reversed(SCHEMAS):
        op.execute(f"drop schema {schema} cascade")
