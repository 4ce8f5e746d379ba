"""Collecting runs that were asked for from outside."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLLECT_REQUESTS = """
create table ops.collect_requests (
    request_id bigint generated always as identity primary key,
    asked_by text not null,
    asked_at timestamptz not null,
    taken_at timestamptz
);
"""


def upgrade() -> None:
    op.execute(COLLECT_REQUESTS)


def downgrade() -> None:
    op.execute("drop table ops.collect_requests")
