"""Words that a team teaches the chat, questions that it could not answer, and questions whose plans are verified."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLES = """
create table ops.chat_synonyms (
    version bigint generated always as identity primary key,
    phrase text not null,
    kind text check (kind in ('metric', 'object', 'period')),
    meaning text,
    account_id text not null default '',
    set_by text not null,
    set_at timestamptz not null,
    check ((kind is null) = (meaning is null))
);
create index chat_synonyms_of_phrase on ops.chat_synonyms (phrase, version desc);
comment on table ops.chat_synonyms is
    'Every version of what a word means to the chat; the newest of a phrase counts, without a kind it means nothing.';
create table ops.chat_misses (
    miss_id bigint generated always as identity primary key,
    at timestamptz not null,
    reason text not null check (reason in ('refused', 'asked', 'not_useful')),
    kind text not null,
    language text not null,
    question bytea not null
);
create index chat_misses_by_time on ops.chat_misses (at);
comment on table ops.chat_misses is
    'Questions that the chat could not answer, without names, amounts and whoever asked; encrypted, for 90 days.';
create table ops.chat_verified_questions (
    version bigint generated always as identity primary key,
    asked text not null,
    plan jsonb,
    account_ids text[],
    language text not null,
    as_of timestamptz not null,
    set_by text not null,
    set_at timestamptz not null
);
create index chat_verified_of_question on ops.chat_verified_questions (asked, version desc);
comment on table ops.chat_verified_questions is
    'Questions whose plan a person found right at `as_of`; the newest version counts, without a plan it is taken back.';
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table ops.chat_synonyms, ops.chat_misses, ops.chat_verified_questions")
