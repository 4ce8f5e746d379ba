"""raw.campaigns and raw.adsets: by which hours they deliver, and what an ad set may or shall spend of a budget."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_CAPS = ("daily_spend_cap_minor", "lifetime_spend_cap_minor", "daily_min_spend_minor", "lifetime_min_spend_minor")


def upgrade() -> None:
    op.execute("alter table raw.campaigns add column pacing_type text")
    caps = ", ".join(f"add column {name} bigint" for name in _CAPS)
    op.execute(f"alter table raw.adsets add column pacing_type text, add column schedule jsonb, {caps}")


def downgrade() -> None:
    op.execute("alter table raw.campaigns drop column pacing_type")
    names = ", ".join(f"drop column {name}" for name in ("pacing_type", "schedule", *_CAPS))
    op.execute(f"alter table raw.adsets {names}")
