"""Reports that were made, their files, and the message that each left with."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# account_id '' is the report about all accounts. files: [{language, format, name, bytes, sha256}].
REPORTS = """
create table ops.reports (
    report_id text primary key,
    kind text not null check (kind in ('daily', 'weekly', 'executive')),
    account_id text not null default '',
    first_day date not null,
    last_day date not null,
    files jsonb not null,
    alert_id text references ops.alerts (alert_id),
    made_at timestamptz not null,
    unique (kind, account_id, last_day)
);
create index reports_newest on ops.reports (made_at desc);
"""


def upgrade() -> None:
    op.execute(REPORTS)


def downgrade() -> None:
    op.execute("drop table ops.reports")
