"""How clients name campaigns and tag links; the UTM tags of creatives; whether landing pages answer."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NAMING = """
create table ops.naming_rules (
    scope text not null check (scope in ('account', 'client')),
    scope_id text not null,
    pattern text,
    regex text,
    dimensions text[] not null,
    parameters jsonb not null,
    set_by text not null,
    set_at timestamptz not null,
    primary key (scope, scope_id)
);
create view ops.naming_of_accounts as
select distinct on (accounts.account_id)
    accounts.account_id,
    rules.pattern,
    rules.regex,
    rules.dimensions,
    rules.parameters
from raw.accounts as accounts
left join ops.client_accounts as owned on accounts.account_id = owned.account_id
inner join ops.naming_rules as rules
    on
        (rules.scope = 'account' and rules.scope_id = accounts.account_id)
        or (rules.scope = 'client' and rules.scope_id = owned.client_id::text)
order by accounts.account_id, rules.scope
"""
LINKS = """
create table ops.link_checks (
    url text primary key,
    state text not null check (state in ('ok', 'down', 'redirected', 'slow', 'refused')),
    detail text not null,
    milliseconds integer,
    since timestamptz not null,
    checked_at timestamptz not null
);
comment on column ops.link_checks.since is 'Since when it has that state, as far as it was looked at.'
"""
KINDS = (
    "'balance_low', 'balance_empty', 'account_cap_low', 'account_cap_reached', 'campaign_cap_low',"
    " 'campaign_cap_reached', 'ad_rejected', 'with_issues', 'in_review', 'billing_missing', 'learning_limited'"
)
OF_LINKS = "'link_down', 'link_redirected', 'link_slow'"


def upgrade() -> None:
    op.execute(NAMING)
    op.execute(LINKS)
    op.execute("alter table raw.ad_creatives add column url_tags text")
    _allow(f"{KINDS}, {OF_LINKS}")


def downgrade() -> None:
    op.execute(f"delete from ops.delivery_problems where kind in ({OF_LINKS})")
    _allow(KINDS)
    op.execute("alter table raw.ad_creatives drop column url_tags")
    op.execute("drop table ops.link_checks")
    op.execute("drop view ops.naming_of_accounts")
    op.execute("drop table ops.naming_rules")


def _allow(kinds: str) -> None:
    name = "delivery_problems_kind_check"
    op.execute(
        f"alter table ops.delivery_problems drop constraint {name}, add constraint {name} check (kind in ({kinds}))"
    )
