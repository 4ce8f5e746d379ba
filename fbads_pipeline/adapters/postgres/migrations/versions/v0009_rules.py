"""What the users' own rules have said, and of which object: their cool-down."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RULE_HITS = """
create table ops.rule_hits (
    rule text not null,
    account_id text not null,
    object_id text not null,
    said_at timestamptz not null,
    value numeric not null,
    alert_id text not null references ops.alerts (alert_id),
    primary key (rule, account_id, object_id, said_at)
);
"""


def upgrade() -> None:
    op.execute(RULE_HITS)


def downgrade() -> None:
    op.execute("drop table ops.rule_hits")
