"""Several tokens, what is known of them, and troubles that are told once.

Secrets are Fernet tokens under FBADS_ENCRYPTION_KEYS; this database never sees one in clear. The token of the
environment has no row in ops.tokens but has one in what is known of tokens, under the name `environment`.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOKENS = """
create table ops.tokens (
    name text primary key,
    token_encrypted bytea not null,
    app_id text,
    app_secret_encrypted bytea,
    added_at timestamptz not null,
    rotated_at timestamptz
);
create table ops.account_tokens (
    account_id text primary key,
    token_name text not null,
    seen_at timestamptz not null
);
create table ops.token_checks (
    name text not null,
    checked_at timestamptz not null,
    is_valid boolean not null,
    expires_at timestamptz,
    data_access_expires_at timestamptz,
    scopes text[] not null default '{}',
    error text,
    primary key (name, checked_at)
);
"""

# One open trouble per kind and entity. resolution: it recovered, or a greater trouble took its place.
TROUBLES = """
create table ops.troubles (
    trouble_id text primary key,
    kind text not null check (
        kind in ('account_stopped', 'token_invalid', 'token_expiring', 'api_version', 'account_disabled')
    ),
    entity text not null,
    account_id text,
    name text,
    reason text not null,
    since timestamptz not null,
    opened_at timestamptz not null,
    told_alert_id text references ops.alerts (alert_id),
    resolved_at timestamptz,
    resolution text check (resolution in ('recovered', 'superseded')),
    recovery_alert_id text references ops.alerts (alert_id),
    check ((resolved_at is null) = (resolution is null))
);
create unique index one_open_trouble on ops.troubles (kind, entity) where resolved_at is null;
create index collect_runs_newest on ops.collect_runs (account_id, ended_at desc);
"""


def upgrade() -> None:
    op.execute(TOKENS)
    op.execute(TROUBLES)


def downgrade() -> None:
    op.execute("drop index ops.collect_runs_newest")
    for table in ("troubles", "token_checks", "account_tokens", "tokens"):
        op.execute(f"drop table ops.{table}")
