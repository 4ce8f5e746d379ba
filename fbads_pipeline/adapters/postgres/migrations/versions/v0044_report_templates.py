"""What a client's reports contain, with its history; reports of a month; reports that wait for a person."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TEMPLATES = """
create table ops.report_templates (
    client_id bigint not null references ops.clients on delete cascade,
    version integer not null,
    document jsonb not null,
    set_by text not null,
    set_at timestamptz not null,
    primary key (client_id, version)
);
comment on table ops.report_templates is
    'What the reports of a client contain: the highest version holds, the others are its history.';
"""
WAITING = """
alter table ops.reports
    add column state text not null default 'sent' check (state in ('sent', 'waiting')),
    add column comment text not null default '',
    add column pending jsonb,
    add column approved_by text,
    add column approved_at timestamptz,
    add check ((state = 'waiting') = (pending is not null));
comment on column ops.reports.pending is 'Title and text of the message that leaves once a person approves.';
"""
KINDS = ("daily", "weekly", "monthly", "executive")


def upgrade() -> None:
    op.execute(TEMPLATES)
    op.execute(WAITING)
    _allow(KINDS)


def downgrade() -> None:
    op.execute("delete from ops.reports where kind = 'monthly' or state = 'waiting'")
    op.execute("delete from ops.report_requests where kind = 'monthly'")
    op.execute("update ops.preferences set reports = array_remove(reports, 'monthly')")
    _allow(tuple(one for one in KINDS if one != "monthly"))
    for column in ("approved_at", "approved_by", "pending", "comment", "state"):
        op.execute(f"alter table ops.reports drop column {column}")
    op.execute("drop table ops.report_templates")


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in kinds)
    for table in ("reports", "report_requests"):
        op.execute(f"alter table ops.{table} drop constraint {table}_kind_check")
        op.execute(f"alter table ops.{table} add constraint {table}_kind_check check (kind in ({listed}))")
    op.execute("alter table ops.preferences drop constraint preferences_reports_check")
    op.execute(
        "alter table ops.preferences add constraint preferences_reports_check"
        f" check (reports <@ array[{listed}]::text[])"
    )
