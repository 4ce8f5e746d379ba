"""What the front door keeps: preferences, reports asked for, deletions asked for; and what calls to Meta cost."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Without a row somebody hears nothing by their own address; quiet hours are of the user's time zone.
PREFERENCES = """
create table ops.preferences (
    user_id text primary key references ops.users (user_id),
    channels text[] not null default '{}' check (channels <@ array['email']),
    least_severity text not null default 'warning' check (least_severity in ('info', 'warning', 'critical')),
    quiet_from time,
    quiet_until time,
    reports text[] not null default '{}' check (reports <@ array['daily', 'weekly', 'executive']),
    check ((quiet_from is null) = (quiet_until is null))
);
"""
# account_id: null for all that the user sees. What is still waiting when its sidecar ends is said to have failed.
REPORT_REQUESTS = """
create table ops.report_requests (
    request_id text primary key,
    user_id text not null,
    kind text not null check (kind in ('daily', 'weekly', 'executive')),
    account_id text,
    language text not null check (language in ('pt', 'en')),
    formats text[] not null,
    day date,
    state text not null default 'waiting' check (state in ('waiting', 'ready', 'failed')),
    reason text,
    files jsonb not null default '[]',
    asked_at timestamptz not null,
    ended_at timestamptz
);
create index report_requests_newest on ops.report_requests (user_id, asked_at desc);
"""
DELETION_REQUESTS = """
create table ops.deletion_requests (
    code text primary key,
    subject_hash text not null unique,
    found integer not null,
    asked_at timestamptz not null
);
comment on column ops.deletion_requests.subject_hash is 'SHA-256 of the app-scoped user id, which is not kept.';
"""
ANSWERS = """
alter table ops.collect_runs
    add column answers jsonb not null default '{}',
    add column latencies jsonb not null default '{}',
    add column answer_seconds numeric not null default 0;
"""


def upgrade() -> None:
    for part in (PREFERENCES, REPORT_REQUESTS, DELETION_REQUESTS, ANSWERS):
        op.execute(part)


def downgrade() -> None:
    op.execute("alter table ops.collect_runs drop column answers, drop column latencies, drop column answer_seconds")
    op.execute("drop table ops.deletion_requests, ops.report_requests, ops.preferences")
