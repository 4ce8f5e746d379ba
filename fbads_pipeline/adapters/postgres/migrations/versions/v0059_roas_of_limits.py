"""A limit of a CPA that follows from a ROAS target says so: analysis.breaches knows that ROAS."""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table analysis.breaches add column target_roas numeric")


def downgrade() -> None:
    op.execute("alter table analysis.breaches drop column target_roas")
