"""Users and report requests may have any language that has a catalogue."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("users", "report_requests")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"alter table ops.{table} drop constraint {table}_language_check")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"update ops.{table} set language = 'en' where language not in ('pt', 'en')")
        op.execute(f"alter table ops.{table} add constraint {table}_language_check check (language in ('pt', 'en'))")
