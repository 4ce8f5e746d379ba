"""What an alert says on a phone; alerts from before have none, and are sent with their body."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table ops.alerts add column brief jsonb")
    op.execute(
        "comment on column ops.alerts.brief is "
        "'At most three lines under the title, and how many more there are; null: the body is sent.'"
    )


def downgrade() -> None:
    op.execute("alter table ops.alerts drop column brief")
