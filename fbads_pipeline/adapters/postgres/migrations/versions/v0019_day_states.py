"""A reading has a state, a row says since when it is stale, and raw.day_states knows how far each day is read.

raw.day_states has one row per account, level, breakdown and day that was ever asked for: the newest attempt and its
state, and the newest good reading. A trigger keeps it, so that whoever writes a reading cannot forget it.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = """
alter table raw.reading_runs
    add column state text
        check (state in ('read', 'doubtful', 'unreadable', 'failed') and (state = 'read') = ok);
update raw.reading_runs set state = case when ok then 'read' else 'failed' end;
alter table raw.reading_runs alter column state set not null;
alter table raw.insights add column stale_since timestamptz;
create table raw.day_states (
    account_id text not null,
    level text not null,
    breakdown text not null,
    day date not null,
    state text not null,
    attempted_at timestamptz not null,
    read_at timestamptz,
    primary key (account_id, level, breakdown, day)
);
insert into raw.day_states (account_id, level, breakdown, day, state, attempted_at, read_at)
select
    account_id, level, breakdown, day,
    (array_agg(state order by read_at desc, ok desc))[1],
    max(read_at),
    max(read_at) filter (where ok)
from raw.reading_runs
group by account_id, level, breakdown, day
"""
# A reading that says only whether it was good still has a state; its day follows the newest attempt.
TRIGGERS = """
create function raw.give_state() returns trigger language plpgsql as $body$
begin
    new.state := coalesce(new.state, case when new.ok then 'read' else 'failed' end);
    return new;
end
$body$;
create function raw.keep_day_state() returns trigger language plpgsql as $body$
begin
    insert into raw.day_states as known (account_id, level, breakdown, day, state, attempted_at, read_at)
    values (
        new.account_id, new.level, new.breakdown, new.day, new.state, new.read_at,
        case when new.ok then new.read_at end
    )
    on conflict (account_id, level, breakdown, day) do update set
        state = case when excluded.attempted_at >= known.attempted_at then excluded.state else known.state end,
        attempted_at = greatest(known.attempted_at, excluded.attempted_at),
        read_at = greatest(known.read_at, excluded.read_at);
    return null;
end
$body$;
create trigger give_state before insert on raw.reading_runs for each row execute function raw.give_state();
create trigger keep_day_state after insert or update of state, ok on raw.reading_runs
for each row execute function raw.keep_day_state()
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("drop trigger keep_day_state on raw.reading_runs")
    op.execute("drop trigger give_state on raw.reading_runs")
    op.execute("drop function raw.keep_day_state, raw.give_state")
    op.execute("drop table raw.day_states")
    op.execute("alter table raw.insights drop column stale_since")
    op.execute("alter table raw.reading_runs drop column state")
