"""raw.insights.unreadable: the figures of a row that came and could not be read, and of which no good one is known."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = ("raw.insights", "raw.insight_readings")
FUNCTIONS = (
    """
create function raw.with_good_entries(came jsonb, known jsonb, figure text, unreadable jsonb) returns jsonb
language sql immutable parallel safe as $body$
    select case
        when jsonb_typeof(came) <> 'array' or jsonb_typeof(known) <> 'array' then came
        else (
            select coalesce(
                jsonb_agg(coalesce(good.entry, entries.entry) order by entries.entry ->> 'action_type'), '[]'
            )
            from jsonb_array_elements(came) as entries (entry)
            left join lateral (
                select others.entry
                from jsonb_array_elements(known) as others (entry)
                where
                    unreadable ? (figure || ' ' || (entries.entry ->> 'action_type'))
                    and others.entry ->> 'action_type' = entries.entry ->> 'action_type'
                    and others.entry ? 'value'
                limit 1
            ) as good on true
        )
    end
$body$
""",
    """
create function raw.still_unreadable(came jsonb, known jsonb, nothing_known jsonb) returns jsonb
language sql immutable parallel safe as $body$
    select jsonb_agg(names.name order by names.name)
    from jsonb_array_elements_text(came) as names (name)
    where known ? names.name or nothing_known ? names.name
$body$
""",
)


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"alter table {table} add column unreadable jsonb")
    for function in FUNCTIONS:
        op.execute(function)


def downgrade() -> None:
    op.execute("drop function raw.with_good_entries, raw.still_unreadable")
    for table in TABLES:
        op.execute(f"alter table {table} drop column unreadable")
