"""Suggestions for an account's budgets together, and for ad sets that hold a budget; scores of those ad sets."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = ("ops.suggestions", "analysis.verdicts")
KINDS = "'PAUSE', 'BUDGET_UP', 'BUDGET_DOWN'"
OBJECTS = """
alter table ops.suggestions add column adset_id text not null default '';
drop index ops.one_open_suggestion;
create unique index one_open_suggestion on ops.suggestions (account_id, campaign_id, adset_id, kind)
where status in ('PENDING', 'WAITING');
alter table analysis.verdicts
    add column adset_id text not null default '',
    drop constraint verdicts_pkey,
    add primary key (account_id, campaign_id, adset_id, kind);
comment on column ops.suggestions.adset_id is 'The ad set that holds the budget; empty where the campaign does.';
create table analysis.adset_scores (
    account_id text not null,
    adset_id text not null,
    campaign_id text not null,
    day date not null,
    total double precision,
    low double precision,
    high double precision,
    conversions double precision not null,
    why_not text,
    target_cpa numeric,
    currency text not null,
    marts_version bigint not null,
    primary key (account_id, adset_id),
    check ((total is null) = (why_not is not null))
)
"""
BACK = """
drop table analysis.adset_scores;
delete from ops.suggestions where adset_id <> '';
delete from analysis.verdicts where adset_id <> '';
drop index ops.one_open_suggestion;
alter table ops.suggestions drop column adset_id;
create unique index one_open_suggestion on ops.suggestions (account_id, campaign_id, kind)
where status in ('PENDING', 'WAITING');
alter table analysis.verdicts drop constraint verdicts_pkey, drop column adset_id;
alter table analysis.verdicts add primary key (account_id, campaign_id, kind)
"""


def upgrade() -> None:
    for table in TABLES:
        _allow(table, f"{KINDS}, 'REALLOCATE'")
    op.execute(OBJECTS)


def downgrade() -> None:
    op.execute(BACK)
    for table in TABLES:
        op.execute(f"delete from {table} where kind = 'REALLOCATE'")
        _allow(table, KINDS)


def _allow(table: str, kinds: str) -> None:
    name = f"{table.partition('.')[2]}_kind_check"
    op.execute(f"alter table {table} drop constraint {name}, add constraint {name} check (kind in ({kinds}))")
