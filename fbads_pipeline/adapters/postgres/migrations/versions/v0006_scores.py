"""Scores, trends, what the posterior proposes, the models that both rest on, and what came of accepted proposals.

Scores have a row per account-local day and stay as history; trends and verdicts are those of the last review.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# is_current: scores and verdicts rest on it; one that foretold worse is kept beside it, and said says so.
MODELS = """
create table analysis.models (
    account_id text not null,
    version text not null,
    first_day date not null,
    last_day date not null,
    campaigns integer not null,
    seed integer not null,
    content jsonb not null,
    evaluation jsonb not null,
    is_current boolean not null,
    said text not null,
    fitted_at timestamptz not null,
    primary key (account_id, version)
);
create unique index one_current_model on analysis.models (account_id) where is_current;
"""
SCORES = """
create table analysis.scores (
    account_id text not null,
    campaign_id text not null,
    day date not null,
    total numeric check (total between 0 and 100),
    low numeric,
    high numeric,
    efficiency_points numeric,
    trend_points numeric,
    attention_points numeric,
    delivery_points numeric,
    health_points numeric,
    efficiency double precision not null,
    trend double precision not null,
    attention double precision not null,
    delivery double precision not null,
    health double precision not null,
    conversions double precision not null,
    certainty double precision not null,
    why_not text check (why_not in ('not enough data', 'tracking is broken')),
    target_cpa numeric not null,
    currency text not null,
    model_version text not null,
    marts_version bigint not null,
    scored_at timestamptz not null,
    primary key (account_id, campaign_id, day),
    check ((total is null) = (why_not is not null)),
    check (
        total is null
        or total = 50 + efficiency_points + trend_points + attention_points + delivery_points + health_points
    )
);
create table analysis.trends (
    account_id text not null,
    campaign_id text not null,
    metric text not null check (metric in ('spend', 'ctr', 'cpm', 'cpa')),
    day date not null,
    level double precision not null,
    slope double precision not null,
    p_falling double precision not null,
    changed_on date,
    shift double precision,
    primary key (account_id, campaign_id, metric)
);
comment on column analysis.trends.campaign_id is 'Empty: the account as a whole.';
"""
VERDICTS = """
create table analysis.verdicts (
    account_id text not null,
    campaign_id text not null,
    kind text not null check (kind in ('PAUSE', 'BUDGET_UP', 'BUDGET_DOWN')),
    factor double precision not null,
    effect_low double precision not null,
    effect_expected double precision not null,
    effect_high double precision not null,
    p_better double precision not null,
    confidence text not null check (confidence in ('low', 'medium', 'high')),
    reason_pt text not null,
    reason_en text not null,
    would_change_pt text not null,
    would_change_en text not null,
    evidence jsonb not null,
    is_proposed boolean not null,
    day date not null,
    currency text not null,
    model_version text not null,
    marts_version bigint not null,
    primary key (account_id, campaign_id, kind)
);
comment on column analysis.verdicts.is_proposed is 'False: only shown beside a breach of a plain threshold.';
"""
# Only the posterior's proposals have an effect; the note says what would change the verdict, or what the model says.
SUGGESTIONS = """
alter table ops.suggestions
    add column factor double precision,
    add column effect_low double precision,
    add column effect_expected double precision,
    add column effect_high double precision,
    add column p_better double precision,
    add column note_pt text,
    add column note_en text,
    add column model_version text;
"""
OUTCOMES = """
create table analysis.suggestion_outcomes (
    suggestion_id text primary key references ops.suggestions (suggestion_id),
    account_id text not null,
    campaign_id text not null,
    kind text not null,
    applied_on date not null,
    promised_low double precision not null,
    promised_high double precision not null,
    state text not null check (state in ('waiting', 'not carried out', 'unknown', 'judged')),
    observed double precision,
    observed_low double precision,
    observed_high double precision,
    is_hit boolean,
    currency text not null,
    judged_at timestamptz not null,
    check ((state = 'judged') = (is_hit is not null))
);
create view analysis.hit_rates as
select
    kind,
    count(*) as followed,
    count(is_hit) as judged,
    count(*) filter (where is_hit) as hits,
    count(*) filter (where is_hit)::double precision / nullif(count(is_hit), 0) as hit_rate
from analysis.suggestion_outcomes
group by kind;
"""


def upgrade() -> None:
    for part in (MODELS, SCORES, VERDICTS, SUGGESTIONS, OUTCOMES):
        op.execute(part)


def downgrade() -> None:
    op.execute("drop view analysis.hit_rates")
    op.execute("drop table analysis.suggestion_outcomes, analysis.verdicts, analysis.trends, analysis.scores")
    op.execute("drop table analysis.models")
    op.execute("""
alter table ops.suggestions
    drop column factor, drop column effect_low, drop column effect_expected, drop column effect_high,
    drop column p_better, drop column note_pt, drop column note_en, drop column model_version
""")
