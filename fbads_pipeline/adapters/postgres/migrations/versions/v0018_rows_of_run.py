"""The views of the raw rows that one run read have plain names: raw.insights_of_run, raw.accounts_of_run and so on."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("insights", "accounts", "campaigns", "adsets", "ads")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"alter view raw.border_{table} rename to {table}_of_run")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"alter view raw.{table}_of_run rename to border_{table}")
