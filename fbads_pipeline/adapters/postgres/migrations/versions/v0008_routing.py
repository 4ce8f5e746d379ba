"""Messages in two languages, threads, mutes, the digest of what was held back, and how runs ended."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Messages from before speak Portuguese alone: both languages of them are the same words.
ALERTS = """
alter table ops.alerts add column title_en text, add column body_en text,
    add column replies_to text references ops.alerts (alert_id);
update ops.alerts set title_en = title, body_en = body;
alter table ops.alerts alter column title_en set not null, alter column body_en set not null;
create index alerts_newest on ops.alerts (created_at desc);
alter table ops.deliveries add column language text not null default 'pt' check (language in ('pt', 'en'));
"""
# A mute without campaign covers the account, one without rule every rule. It ends at `until`, or when it is lifted.
MUTES = """
create table ops.mutes (
    mute_id bigint generated always as identity primary key,
    account_id text not null,
    campaign_id text,
    rule text,
    until timestamptz not null,
    reason text,
    made_by text not null,
    made_at timestamptz not null,
    lifted_at timestamptz
);
create index mutes_standing on ops.mutes (account_id) where lifted_at is null;
create function ops.is_muted(account text, campaign text, rules text[], moment timestamptz) returns boolean
language sql stable as $$
    select exists (
        select from ops.mutes
        where
            mutes.account_id = account and mutes.lifted_at is null and mutes.until > moment
            and (mutes.campaign_id is null or mutes.campaign_id = campaign)
            and (mutes.rule is null or mutes.rule = any(rules))
    )
$$;
"""
DIGEST = """
alter table analysis.anomalies add column digest_alert_id text references ops.alerts (alert_id);
create index anomalies_undigested on analysis.anomalies (account_id, said_at)
where told_alert_id is null and digest_alert_id is null;
"""
# The newest end of each job's runs: what fails until it succeeds again is one trouble.
JOB_OUTCOMES = """
create table ops.job_outcomes (
    job text primary key,
    ok boolean not null,
    run_id text not null,
    error text,
    ended_at timestamptz not null,
    failing_since timestamptz
);
alter table ops.troubles drop constraint troubles_kind_check;
alter table ops.troubles add constraint troubles_kind_check check (kind in (
    'account_stopped', 'token_invalid', 'token_expiring', 'api_version', 'account_disabled', 'run_failed', 'stale'
));
"""


def upgrade() -> None:
    for part in (ALERTS, MUTES, DIGEST, JOB_OUTCOMES):
        op.execute(part)


def downgrade() -> None:
    op.execute("delete from ops.troubles where kind in ('run_failed', 'stale')")
    op.execute("drop table ops.job_outcomes")
    op.execute("alter table analysis.anomalies drop column digest_alert_id")
    op.execute("drop function ops.is_muted; drop table ops.mutes")
    op.execute("alter table ops.deliveries drop column language")
    op.execute("alter table ops.alerts drop column replies_to, drop column body_en, drop column title_en")
