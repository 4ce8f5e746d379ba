"""Meta's own recommendations and opportunity score, as they were read, and how each was last asked for."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLES = """
create table raw.recommendation_readings (
    account_id text not null,
    part text not null check (part in ('score', 'list')),
    attempted_at timestamptz not null,
    read_at timestamptz,
    refused text,
    primary key (account_id, part)
);
comment on column raw.recommendation_readings.refused is
'Why Meta did not answer the newest attempt; null where it did.';
create table raw.opportunity_scores (
    account_id text not null,
    read_at timestamptz not null,
    score numeric check (score between 0 and 100),
    primary key (account_id, read_at)
);
comment on column raw.opportunity_scores.score is 'Null where Meta has none for the account, which is not zero.';
create table raw.meta_recommendations (
    account_id text not null,
    recommendation_key text not null,
    kind text not null,
    object_ids text[] not null,
    lift_estimate text,
    body text,
    score_lift numeric,
    url text,
    made_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (account_id, recommendation_key)
)
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    for table in ("meta_recommendations", "opportunity_scores", "recommendation_readings"):
        op.execute(f"drop table raw.{table}")
