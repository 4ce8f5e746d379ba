"""By what kind of actor, and with which tool, something was changed; no person."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COLUMNS = """
alter table raw.activities
    add column actor_kind text check (actor_kind in ('person', 'rule', 'api', 'meta')),
    add column tool text;
comment on column raw.activities.actor_kind is
'person, rule (an automated rule), api (another program), meta; null: not told, or read before it was asked for.'
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("alter table raw.activities drop column actor_kind, drop column tool")
