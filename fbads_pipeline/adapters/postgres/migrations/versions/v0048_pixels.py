"""Pixels of accounts: the newest state, events by hour, their quality; a purchase event that fell silent."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

PIXELS = """
create table raw.pixels (
    account_id text not null,
    pixel_id text not null,
    name text,
    last_fired_at timestamptz,
    is_unavailable boolean,
    data_use_setting text,
    created_at timestamptz,
    collected_at timestamptz not null,
    primary key (account_id, pixel_id)
);
create table raw.pixel_readings (
    account_id text not null,
    pixel_id text not null,
    part text not null check (part in ('list', 'events', 'quality')),
    attempted_at timestamptz not null,
    read_at timestamptz,
    refused text,
    known_since timestamptz,
    known_until timestamptz,
    primary key (account_id, pixel_id, part)
);
comment on column raw.pixel_readings.refused is 'Why Meta did not answer the newest attempt; null where it did.';
comment on column raw.pixel_readings.known_since is 'Every hour from here to known_until was read.';
create table raw.pixel_events (
    account_id text not null,
    pixel_id text not null,
    event text not null,
    hour_at timestamptz not null,
    events bigint not null check (events >= 0),
    collected_at timestamptz not null,
    primary key (account_id, pixel_id, event, hour_at)
);
create table raw.pixel_quality (
    account_id text not null,
    pixel_id text not null,
    event text not null,
    match_quality numeric,
    coverage numeric,
    browser_key numeric,
    server_key numeric,
    freshness text,
    collected_at timestamptz not null,
    primary key (account_id, pixel_id, event)
)
"""
KINDS = (
    "'balance_low', 'balance_empty', 'account_cap_low', 'account_cap_reached', 'campaign_cap_low',"
    " 'campaign_cap_reached', 'ad_rejected', 'with_issues', 'in_review', 'billing_missing', 'learning_limited',"
    " 'link_down', 'link_redirected', 'link_slow'"
)
OF_PIXELS = "'pixel_silent'"


def upgrade() -> None:
    op.execute(PIXELS)
    _allow(f"{KINDS}, {OF_PIXELS}")


def downgrade() -> None:
    op.execute(f"delete from ops.delivery_problems where kind in ({OF_PIXELS})")
    _allow(KINDS)
    for table in ("pixel_quality", "pixel_events", "pixel_readings", "pixels"):
        op.execute(f"drop table raw.{table}")


def _allow(kinds: str) -> None:
    name = "delivery_problems_kind_check"
    op.execute(
        f"alter table ops.delivery_problems drop constraint {name}, add constraint {name} check (kind in ({kinds}))"
    )
