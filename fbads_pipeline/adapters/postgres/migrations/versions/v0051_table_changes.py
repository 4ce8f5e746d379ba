"""Which tables were written to: a mark per table and transaction, by which kept answers know that they still hold."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

# What answers are kept of. dbt's own tables have watermarks, which move with them.
TABLES = (
    *("raw.accounts", "raw.account_readings", "raw.account_money_readings", "raw.campaigns", "raw.adsets", "raw.ads"),
    *("raw.day_states", "ops.campaign_goals", "ops.client_accounts", "ops.client_budgets", "ops.client_logos"),
    *("ops.clients", "ops.delivery_problems", "ops.suggestions", "ops.targets", "ops.tax_periods"),
    *("analysis.anomalies", "analysis.day_watches", "analysis.detector_states", "analysis.suggestion_outcomes"),
)
CHANGES = """
create table ops.table_changes (
    table_name text not null,
    changed_in xid8 not null,
    mark uuid not null default gen_random_uuid(),
    primary key (table_name, changed_in)
);
comment on table ops.table_changes is
'Transactions that wrote to a table; older ones go with the next, so that the rows that are there name its state.';
"""
# Rows of transactions that everybody sees are taken away; what another transaction is taking away is left to it.
NOTE = """
create function ops.note_table_change() returns trigger language plpgsql as $$
begin
    delete from ops.table_changes
    where ctid = any(array(
        select ctid from ops.table_changes
        where
            table_name = tg_table_schema || '.' || tg_table_name
            and changed_in < pg_snapshot_xmin(pg_current_snapshot())
        for update skip locked
    ));
    insert into ops.table_changes (table_name, changed_in)
    values (tg_table_schema || '.' || tg_table_name, pg_current_xact_id())
    on conflict (table_name, changed_in) do update set mark = gen_random_uuid();
    return null;
end
$$
"""
NOTED = """
create trigger note_table_change after insert or update or delete or truncate on {table}
for each statement execute function ops.note_table_change()
"""
# Without dbt's watermarks, or where something else stands in for its views, any write at all makes another state.
STATE = """
create function ops.state_of(tables text[]) returns text language plpgsql stable as $$
declare
    built text;
begin
    if
        to_regclass('intermediate.watermarks') is null
        or not exists (
            select from pg_class where oid = to_regclass('marts.campaign_daily') and relkind = 'v'
        )
    then
        return pg_current_snapshot()::text;
    end if;
    select string_agg(concat_ws(' ', model, seq, invocation_id, definition), ',' order by model)
    into built
    from intermediate.watermarks;
    return md5(concat_ws(
        '|',
        pg_postmaster_start_time(),
        (select oid from pg_database where datname = current_database()),
        -- What is true until a quarter of an hour is over: days begin at these in every time zone.
        date_bin(
            '15 minutes', coalesce(nullif(current_setting('fbads.now', true), '')::timestamptz, now()), 'epoch'
        ),
        built,
        (
            select string_agg(concat_ws(' ', oid, relfilenode), ',' order by oid)
            from pg_class
            where relnamespace in ('marts'::regnamespace, 'staging'::regnamespace, 'intermediate'::regnamespace)
                and relkind in ('v', 'r')
        ),
        (
            select string_agg(mark::text, ',' order by table_name, changed_in)
            from ops.table_changes
            where table_name = any(tables)
        )
    ));
end
$$
"""


def upgrade() -> None:
    op.execute(CHANGES)
    op.execute(NOTE)
    op.execute(STATE)
    for table in TABLES:
        op.execute(NOTED.format(table=table))


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop trigger note_table_change on {table}")
    op.execute("drop function ops.state_of(text[])")
    op.execute("drop function ops.note_table_change()")
    op.execute("drop table ops.table_changes")
