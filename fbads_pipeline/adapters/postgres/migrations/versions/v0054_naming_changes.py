"""Rules of names are among the tables of which answers are kept."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create trigger note_table_change after insert or update or delete or truncate on ops.naming_rules"
        " for each statement execute function ops.note_table_change()"
    )


def downgrade() -> None:
    op.execute("drop trigger note_table_change on ops.naming_rules")
