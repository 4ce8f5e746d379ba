"""Users have a name, refresh tokens end with their session, and a report knows what its user saw."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = """
alter table ops.users add column name text check (name <> '' and length(name) <= 120);
alter table ops.refresh_tokens add column session_hash text;
create index refresh_tokens_of_session on ops.refresh_tokens (session_hash) where revoked_at is null;
alter table ops.report_requests add column visible_accounts text[];
comment on column ops.report_requests.visible_accounts is 'What its user saw when it was made; null: every account.';
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute(
        "alter table ops.report_requests drop column visible_accounts;"
        " drop index ops.refresh_tokens_of_session;"
        " alter table ops.refresh_tokens drop column session_hash;"
        " alter table ops.users drop column name"
    )
