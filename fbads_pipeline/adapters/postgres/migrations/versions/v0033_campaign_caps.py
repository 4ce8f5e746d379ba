"""raw.campaigns.spend_cap_minor: what a campaign may spend in all."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table raw.campaigns add column spend_cap_minor bigint")


def downgrade() -> None:
    op.execute("alter table raw.campaigns drop column spend_cap_minor")
