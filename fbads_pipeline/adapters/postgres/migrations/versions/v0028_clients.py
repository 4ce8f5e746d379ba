"""Clients with their accounts, rights, budgets, logos and taxes; the rate that holds for an account on each day."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CLIENTS = """
create table ops.clients (
    client_id bigint generated always as identity primary key,
    name text not null,
    contact_name text,
    contact_email text,
    contact_phone text,
    language text not null,
    channels jsonb not null default '[]',
    agency_name text,
    primary_color text check (primary_color ~ '^#[0-9a-f]{6}$'),
    accent_color text check (accent_color ~ '^#[0-9a-f]{6}$'),
    tax_mode text not null default 'country' check (tax_mode in ('country', 'off', 'rate')),
    tax_rate numeric check (tax_rate >= 0 and tax_rate < 1),
    tax_country text check (tax_country ~ '^[A-Z]{2}$'),
    version integer not null default 1,
    set_by text not null,
    set_at timestamptz not null,
    check ((tax_mode = 'rate') = (tax_rate is not null))
);
create unique index clients_name on ops.clients (lower(name));

create table ops.client_accounts (
    account_id text primary key,
    client_id bigint not null references ops.clients on delete cascade,
    added_at timestamptz not null
);
create index client_accounts_of_client on ops.client_accounts (client_id);

create table ops.client_versions (
    client_id bigint not null,
    version integer not null,
    document jsonb,
    set_by text not null,
    set_at timestamptz not null,
    primary key (client_id, version)
);

create table ops.client_budgets (
    budget_id bigint generated always as identity primary key,
    client_id bigint not null references ops.clients on delete cascade,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    amount numeric check (amount > 0),
    valid_from date not null,
    valid_until date,
    set_by text not null,
    set_at timestamptz not null,
    check (valid_until is null or valid_until >= valid_from)
);
create index client_budgets_of_client on ops.client_budgets (client_id);

create table ops.client_logos (
    client_id bigint primary key references ops.clients on delete cascade,
    content bytea not null check (octet_length(content) <= 1048576),
    media_type text not null check (media_type in ('image/png', 'image/jpeg')),
    width integer not null,
    height integer not null,
    set_at timestamptz not null
);

create table ops.client_grants (
    user_id text not null references ops.users on delete cascade,
    client_id bigint not null references ops.clients on delete cascade,
    granted_at timestamptz not null,
    primary key (user_id, client_id)
);

create view ops.user_accounts as
select user_id, account_id from ops.account_grants
union
select client_grants.user_id, client_accounts.account_id
from ops.client_grants
inner join ops.client_accounts on client_grants.client_id = client_accounts.client_id
"""

TAXES = """
create table ops.tax_settings (
    setting_id bigint generated always as identity primary key,
    account_id text not null,
    valid_from date,
    mode text not null check (mode in ('inherit', 'country', 'off', 'rate')),
    rate numeric check (rate >= 0 and rate < 1),
    country text check (country ~ '^[A-Z]{2}$'),
    set_by text not null,
    set_at timestamptz not null,
    check ((mode = 'rate') = (rate is not null))
);
create index tax_settings_of_account on ops.tax_settings (account_id);

create table ops.tax_periods (
    account_id text not null,
    first_day date not null,
    until_day date not null,
    rate numeric check (rate >= 0 and rate < 1),
    country text,
    origin text not null check (origin in ('account', 'client', 'country', 'unknown')),
    primary key (account_id, first_day),
    check (until_day > first_day)
)
"""


def upgrade() -> None:
    op.execute(CLIENTS)
    op.execute(TAXES)
    op.execute("alter table raw.accounts add column country text")
    op.execute(
        "alter table ops.preferences add column money text not null default 'spend' check (money in ('spend', 'cost'))"
    )


def downgrade() -> None:
    op.execute("alter table ops.preferences drop column money")
    op.execute("alter table raw.accounts drop column country")
    op.execute("drop table ops.tax_periods, ops.tax_settings")
    op.execute("drop view ops.user_accounts")
    op.execute(
        "drop table ops.client_grants, ops.client_logos, ops.client_budgets, ops.client_versions, ops.client_accounts,"
        " ops.clients"
    )
