"""Goals of campaigns that a target of their own names, as of today; and targets that come from a margin."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

GOALS = """
create table ops.campaign_goals (
    account_id text not null,
    campaign_id text not null,
    goal_family text not null,
    primary key (account_id, campaign_id)
);
comment on table ops.campaign_goals is 'Campaigns whose target of today names a goal; follows from ops.targets.'
"""
MARGIN = """
alter table ops.targets
    add column margin numeric check (margin > 0 and margin <= 1),
    add check (num_nonnulls(cpa, roas, margin) <= 1)
"""


def upgrade() -> None:
    op.execute(GOALS)
    op.execute(MARGIN)


def downgrade() -> None:
    op.execute("drop table ops.campaign_goals")
    op.execute("alter table ops.targets drop column margin")
