"""Suggestions agree with their estimates: what contradicts is superseded, what nobody can decide today waits.

Campaigns that could not be assessed say why, and those past a limit that are better left alone are observations.
"""

import json

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SUGGESTIONS = """
alter table ops.suggestions
    drop constraint suggestions_status_check,
    add constraint suggestions_status_check check (
        status in ('PENDING', 'WAITING', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'SUPERSEDED', 'APPLIED', 'FAILED')
    ),
    add column rank integer,
    add column closing jsonb;
drop index ops.one_open_suggestion;
create unique index one_open_suggestion on ops.suggestions (account_id, campaign_id, kind)
where status in ('PENDING', 'WAITING');
comment on column ops.suggestions.rank is 'Place among its account''s open suggestions, by money; 1 is the first.';
comment on column ops.suggestions.closing is 'Why a review superseded it: a message.';
"""
# Nothing that contradicts its own estimate is shown again, not even until the next review.
CONTRADICTED = """
update ops.suggestions
set status = 'SUPERSEDED', version = version + 1, closing = '{closing}', updated_at = now()
where
    status = 'PENDING' and effect_expected is not null
    and not coalesce(p_better >= 0.5 and effect_expected >= 0, false)
"""
CLOSING = {"kind": "message", "key": "recommendations.closed.contradicted"}
ANALYSIS = """
alter table analysis.breaches
    add column target_cpa numeric,
    alter column impressions drop not null,
    alter column clicks drop not null;
alter table analysis.scores
    drop constraint scores_why_not_check,
    add constraint scores_why_not_check
    check (why_not in ('not enough data', 'tracking is broken', 'not reported', 'not read'));
create table analysis.withheld_verdicts (
    account_id text not null,
    campaign_id text not null,
    reason text not null,
    day date not null,
    marts_version bigint not null,
    primary key (account_id, campaign_id)
);
create table analysis.observations (
    account_id text not null,
    campaign_id text not null,
    rules text[] not null,
    against text not null,
    reason jsonb not null,
    evidence jsonb not null,
    day date not null,
    marts_version bigint not null,
    since timestamptz not null,
    updated_at timestamptz not null,
    primary key (account_id, campaign_id)
);
"""


def upgrade() -> None:
    op.execute(SUGGESTIONS)
    op.execute(CONTRADICTED.replace("{closing}", json.dumps(CLOSING)).replace(":", r"\:"))
    op.execute(ANALYSIS)


def downgrade() -> None:
    op.execute("drop table analysis.observations, analysis.withheld_verdicts")
    op.execute("update analysis.scores set why_not = 'not enough data' where why_not in ('not reported', 'not read')")
    op.execute("""
alter table analysis.scores
    drop constraint scores_why_not_check,
    add constraint scores_why_not_check check (why_not in ('not enough data', 'tracking is broken'));
delete from analysis.breaches where impressions is null or clicks is null;
alter table analysis.breaches
    drop column target_cpa, alter column impressions set not null, alter column clicks set not null
""")
    op.execute("drop index ops.one_open_suggestion")
    op.execute("update ops.suggestions set status = 'PENDING' where status = 'WAITING'")
    op.execute("update ops.suggestions set status = 'EXPIRED' where status = 'SUPERSEDED'")
    op.execute("""
create unique index one_open_suggestion on ops.suggestions (account_id, campaign_id, kind) where status = 'PENDING';
alter table ops.suggestions
    drop constraint suggestions_status_check,
    add constraint suggestions_status_check
    check (status in ('PENDING', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'APPLIED', 'FAILED')),
    drop column rank, drop column closing
""")
