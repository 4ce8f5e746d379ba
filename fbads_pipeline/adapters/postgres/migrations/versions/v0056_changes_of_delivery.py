"""Writes to what the page of delivery is read from are noted too, so that it is read once for all who look at it."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TABLES = (
    *("raw.meta_recommendations", "raw.opportunity_scores", "raw.recommendation_readings"),
    *("raw.pixels", "raw.pixel_events", "raw.pixel_quality", "raw.pixel_readings"),
)
NOTED = """
create trigger note_table_change after insert or update or delete or truncate on {table}
for each statement execute function ops.note_table_change()
"""


def upgrade() -> None:
    for table in TABLES:
        op.execute(NOTED.format(table=table))


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop trigger note_table_change on {table}")
