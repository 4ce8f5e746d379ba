"""What users asked the chat: plans, and the questions encrypted; kept for 30 days."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# question: a Fernet token; null where no encryption key is set, for then the text is not kept at all.
CONVERSATIONS = """
create table ops.conversations (
    user_id text not null,
    session_id text not null,
    turn integer not null,
    plan jsonb,
    outcome text not null,
    queries jsonb not null default '[]',
    question bytea,
    at timestamptz not null,
    primary key (user_id, session_id, turn)
);
create index conversations_age on ops.conversations (at);
create index conversations_queries on ops.conversations using gin (queries jsonb_path_ops);
"""


def upgrade() -> None:
    op.execute(CONVERSATIONS)


def downgrade() -> None:
    op.execute("drop table ops.conversations")
