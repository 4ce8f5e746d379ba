"""raw.doubtful_rows: rows that are known and were left out of the last answer, until a second source decides."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# answer: the figures of a row that came without one that it had; null where the row did not come at all.
TABLE = """
create table raw.doubtful_rows (
    account_id text not null,
    level text not null,
    breakdown text not null,
    day date not null,
    object_id text not null,
    breakdown_value text not null,
    first_run_id text not null,
    last_run_id text not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    answer jsonb,
    verdict text check (verdict in ('confirmed', 'contradicted', 'repeated', 'unknown')),
    primary key (account_id, level, breakdown, day, object_id, breakdown_value)
)
"""
# What a run left in doubt is settled account by account.
INDEX = """
drop index raw.readings_of_run;
create index readings_of_run on raw.reading_runs (run_id, account_id)
"""
FUNCTIONS = (
    """
create function raw.left_out_actions(came jsonb, known jsonb) returns jsonb
language sql immutable parallel safe as $body$
    select coalesce(jsonb_agg(entry order by entry ->> 'action_type'), '[]')
    from jsonb_array_elements(case when jsonb_typeof(known) = 'array' then known else '[]' end) as entry
    where
        entry ? 'action_type'
        and (entry ->> 'value')::numeric <> 0
        and not exists (
            select from jsonb_array_elements(case when jsonb_typeof(came) = 'array' then came else '[]' end) as other
            where other ->> 'action_type' = entry ->> 'action_type'
        )
$body$
""",
    """
create function raw.with_known_actions(came jsonb, known jsonb) returns jsonb
language sql immutable parallel safe as $body$
    select coalesce(jsonb_agg(entry order by entry ->> 'action_type'), '[]')
    from jsonb_array_elements(came || raw.left_out_actions(came, known)) as entry
$body$
""",
    """
create function raw.figure_of(insight jsonb, figure text, action_type text) returns numeric
language sql immutable parallel safe as $body$
    select case
        when action_type is null then (insight ->> figure)::numeric
        else (
            select sum((entry ->> 'value')::numeric)
            from jsonb_array_elements(
                case when jsonb_typeof(insight -> figure) = 'array' then insight -> figure else '[]' end
            ) as entry
            where entry ->> 'action_type' = figure_of.action_type
        )
    end
$body$
""",
)


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(INDEX)
    for function in FUNCTIONS:
        op.execute(function)


def downgrade() -> None:
    op.execute("drop function raw.figure_of, raw.with_known_actions, raw.left_out_actions")
    op.execute("drop index raw.readings_of_run")
    op.execute("create index readings_of_run on raw.reading_runs (run_id)")
    op.execute("drop table raw.doubtful_rows")
