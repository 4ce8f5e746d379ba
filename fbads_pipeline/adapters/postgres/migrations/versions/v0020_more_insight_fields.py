"""Insights keep conversions, their values, outbound clicks and video plays (`other_actions`), results and their cost.

Null where they were not asked for, as in every row that was read before. What Meta refused is remembered per account
and grain, beside the way of asking that worked.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = ("conversions", "conversion_values", "other_actions", "results", "cost_per_result")


def upgrade() -> None:
    added = ", ".join(f"add column {column} jsonb" for column in COLUMNS)
    for table in ("insights", "insight_readings"):
        op.execute(f"alter table raw.{table} {added}")
    op.execute("alter table ops.request_strategies add column refused_fields text[] not null default '{}'")


def downgrade() -> None:
    dropped = ", ".join(f"drop column {column}" for column in COLUMNS)
    for table in ("insights", "insight_readings"):
        op.execute(f"alter table raw.{table} {dropped}")
    op.execute("alter table ops.request_strategies drop column refused_fields")
