"""Sets of the grid's columns that a user keeps under a name."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

COLUMN_SETS = """
create table ops.column_sets (
    user_id text not null references ops.users (user_id),
    name text not null check (length(name) between 1 and 40),
    columns text[] not null check (cardinality(columns) between 1 and 16),
    kept_at timestamptz not null,
    primary key (user_id, name)
);
comment on table ops.column_sets is 'Columns of the campaign grid that a user keeps under a name.';
"""


def upgrade() -> None:
    op.execute(COLUMN_SETS)


def downgrade() -> None:
    op.execute("drop table ops.column_sets")
