"""What people read of the privacy notice, and what they refused: one row per statement, never changed."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

CONSENTS = """
create table ops.consents (
    consent_id bigint generated always as identity primary key,
    user_id text not null references ops.users (user_id),
    document text not null check (document in ('privacy_notice', 'chat_history')),
    version text not null,
    state text not null check (state in ('informed', 'acknowledged', 'refused', 'allowed')),
    at timestamptz not null,
    via text not null
);
create index consents_of_user on ops.consents (user_id, document, consent_id)
"""


def upgrade() -> None:
    op.execute(CONSENTS)


def downgrade() -> None:
    op.execute("drop table ops.consents")
