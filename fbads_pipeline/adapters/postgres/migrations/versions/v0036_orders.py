"""Orders of shops with their refunds, as far as they are kept: nothing about the buyer."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLES = """
create table ops.order_sources (
    source text primary key check (source ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    mapping text not null,
    timezone_name text not null,
    secret bytea,
    secret_before bytea,
    set_by text not null,
    added_at timestamptz not null
);

create table ops.order_source_accounts (
    source text not null references ops.order_sources on delete cascade,
    account_id text not null,
    primary key (source, account_id)
);
create index order_source_accounts_of_account on ops.order_source_accounts (account_id);

create table ops.order_coverage (
    source text not null references ops.order_sources on delete cascade,
    first_day date not null,
    last_day date,
    primary key (source, first_day),
    check (last_day >= first_day)
);
comment on table ops.order_coverage is 'Days of which all orders of a source are here; last_day null: until today.';

create table ops.orders (
    source text not null references ops.order_sources on delete cascade,
    order_id text not null,
    placed_at timestamptz not null,
    status text not null check (status in ('pending', 'cancelled', 'paid', 'partly_refunded', 'refunded')),
    value numeric not null check (value >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    utm_source text,
    utm_medium text,
    utm_campaign text,
    utm_content text,
    utm_term text,
    utm_id text,
    fbclid_hash text check (fbclid_hash ~ '^[0-9a-f]{64}$'),
    changed_at timestamptz,
    received_at timestamptz not null,
    primary key (source, order_id)
);
create index orders_placed on ops.orders (placed_at);
comment on table ops.orders is 'Orders as shops report them. Nothing about the buyer; of a click id, its SHA-256.';

create table ops.order_refunds (
    source text not null references ops.order_sources on delete cascade,
    order_id text not null,
    refund_id text not null,
    amount numeric not null check (amount > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    is_total boolean not null,
    refunded_at timestamptz not null,
    received_at timestamptz not null,
    primary key (source, order_id, refund_id)
);
comment on column ops.order_refunds.is_total is 'All that was paid back so far, not one payment of several.'
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute(
        "drop table ops.order_refunds, ops.orders, ops.order_coverage, ops.order_source_accounts, ops.order_sources"
    )
