"""What collecting learns beside the figures: the change log, own conversions, learning stage, quotas, habits.

Who changed something is not stored: the log is kept for what and when.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = """
alter table raw.adsets
    add column learning_status text,
    add column learning_conversions integer,
    add column last_significant_edit_at timestamptz;
create table raw.activities (
    account_id text not null,
    event_id text not null,
    event_at timestamptz not null,
    event_type text not null,
    object_id text,
    object_type text,
    object_name text,
    extra jsonb not null default '{}',
    collected_at timestamptz not null,
    primary key (account_id, event_id)
);
create index activities_of_object on raw.activities (object_id, event_at);
create table raw.custom_conversions (
    custom_conversion_id text primary key,
    account_id text not null,
    name text,
    custom_event_type text,
    is_archived boolean,
    default_value numeric,
    created_at timestamptz,
    collected_at timestamptz not null
);
create index custom_conversions_of_account on raw.custom_conversions (account_id);
alter table raw.quarantine add column breakdown text not null default '';
alter table ops.collect_runs add column notes text[] not null default '{}';
create table ops.api_quotas (
    app text not null,
    account_id text not null,
    percent numeric not null,
    free_at timestamptz,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (app, account_id)
);
create table ops.reading_habits (
    account_id text not null,
    level text not null,
    breakdown text not null default '',
    refused_days integer,
    page_rows integer,
    is_report boolean not null default false,
    learnt_at timestamptz not null default clock_timestamp(),
    primary key (account_id, level, breakdown)
);
create table ops.api_warnings (
    version text not null,
    message text not null,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (version, message)
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    for table in ("ops.api_warnings", "ops.reading_habits", "ops.api_quotas"):
        op.execute(f"drop table {table}")
    op.execute("alter table ops.collect_runs drop column notes")
    op.execute("alter table raw.quarantine drop column breakdown")
    op.execute("drop table raw.custom_conversions, raw.activities")
    op.execute(
        "alter table raw.adsets drop column learning_status, drop column learning_conversions,"
        " drop column last_significant_edit_at"
    )
