"""People mark alerts and suggestions as useful or not; precision as they see it is a view."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

FEEDBACK = """
create table ops.feedback (
    subject text not null check (subject in ('suggestion', 'anomaly', 'alert')),
    subject_id text not null,
    user_id text not null,
    account_id text,
    kind text not null,
    is_useful boolean not null,
    via text not null,
    marked_at timestamptz not null,
    primary key (subject, subject_id, user_id)
);
create index feedback_of_account on ops.feedback (account_id, subject, kind);
create view analysis.perceived_precision as
select
    subject,
    account_id,
    kind,
    count(*) as marks,
    count(*) filter (where is_useful) as useful,
    count(*) filter (where is_useful)::numeric / count(*) as precision
from ops.feedback
group by subject, account_id, kind
"""


def upgrade() -> None:
    op.execute(FEEDBACK)


def downgrade() -> None:
    op.execute("drop view analysis.perceived_precision")
    op.execute("drop table ops.feedback")
