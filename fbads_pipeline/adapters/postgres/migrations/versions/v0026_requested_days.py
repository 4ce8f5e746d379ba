"""A collecting run may be asked for days of some accounts, not only for what is due."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = """
alter table ops.collect_requests
    add column account_ids text[] not null default '{}',
    add column first_day date,
    add column last_day date,
    add constraint collect_requests_days check ((first_day is null) = (last_day is null) and first_day <= last_day)
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("delete from ops.collect_requests where first_day is not null")
    op.execute(
        "alter table ops.collect_requests drop constraint collect_requests_days, drop column account_ids,"
        " drop column first_day, drop column last_day"
    )
