"""What keeps objects from delivering: as Meta shows it, and as problems that are announced and acknowledged."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = (
    "'balance_low', 'balance_empty', 'account_cap_low', 'account_cap_reached', 'campaign_cap_low',"
    " 'campaign_cap_reached', 'ad_rejected', 'with_issues', 'in_review', 'billing_missing', 'learning_limited'"
)
# state: gone: it ended without being fixed, which is not announced. facts, ending: plain values, rendered when read.
TABLE = f"""
create table ops.delivery_problems (
    problem_id text primary key,
    kind text not null check (kind in ({KINDS})),
    entity text not null,
    account_id text not null,
    campaign_id text,
    name text,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    state text not null default 'open' check (state in ('open', 'acknowledged', 'fixed', 'gone')),
    facts jsonb not null,
    since timestamptz not null,
    opened_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    ended_at timestamptz,
    ending jsonb,
    alert_id text,
    ending_alert_id text,
    check ((ended_at is null) = (state in ('open', 'acknowledged')))
);
create unique index delivery_problems_open on ops.delivery_problems (kind, entity) where ended_at is null;
create index delivery_problems_of_account on ops.delivery_problems (account_id, opened_at)
"""
# configured_status: what the advertiser wants; issues, review_feedback: Meta's issues_info and ad_review_feedback.
COLUMNS = (
    "alter table raw.campaigns add column configured_status text, add column issues jsonb",
    "alter table raw.adsets add column configured_status text, add column issues jsonb",
    "alter table raw.ads add column configured_status text, add column issues jsonb, add column review_feedback jsonb",
)
# Problems are few among many objects.
INDEX = "create index ads_by_status on raw.ads (effective_status)"


# Since when an object has its effective status; null where it was first seen with it.
SINCE = """
create function raw.note_status_since() returns trigger language plpgsql as $$
begin
    new.status_since := case
        when old.effective_status is distinct from new.effective_status and old.effective_status is not null
            then new.collected_at
        else old.status_since
    end;
    return new;
end
$$
"""
SINCE_OF = """
alter table raw.{table} add column status_since timestamptz;
create trigger note_status_since before update on raw.{table}
for each row when (old.effective_status is distinct from new.effective_status)
execute function raw.note_status_since()
"""


def upgrade() -> None:
    op.execute(TABLE)
    for columns in COLUMNS:
        op.execute(columns)
    op.execute(INDEX)
    op.execute(SINCE)
    for table in ("campaigns", "adsets", "ads"):
        op.execute(SINCE_OF.format(table=table))


def downgrade() -> None:
    for table in ("campaigns", "adsets", "ads"):
        op.execute(f"drop trigger note_status_since on raw.{table}")
        op.execute(f"alter table raw.{table} drop column status_since")
    op.execute("drop function raw.note_status_since()")
    op.execute("drop index raw.ads_by_status")
    op.execute("alter table raw.ads drop column configured_status, drop column issues, drop column review_feedback")
    for table in ("adsets", "campaigns"):
        op.execute(f"alter table raw.{table} drop column configured_status, drop column issues")
    op.execute("drop table ops.delivery_problems")
