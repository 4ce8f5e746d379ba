"""Targets per account, campaign and name pattern; rows are added and never changed."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TARGETS = """
create table ops.targets (
    target_id bigint generated always as identity primary key,
    account_id text not null,
    currency text not null,
    valid_from date not null,
    valid_until date,
    campaign_id text,
    name_pattern text,
    goal_family text,
    cpa numeric check (cpa > 0),
    roas numeric check (roas > 0),
    monthly_budget numeric check (monthly_budget > 0),
    set_by text not null,
    set_at timestamptz not null,
    check (campaign_id is null or name_pattern is null),
    check (cpa is null or roas is null),
    check (valid_until is null or valid_until >= valid_from)
);
create index targets_of_account on ops.targets (account_id)
"""


def upgrade() -> None:
    op.execute(TARGETS)


def downgrade() -> None:
    op.execute("drop table ops.targets")
