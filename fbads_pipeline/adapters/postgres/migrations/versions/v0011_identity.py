"""Users, their accounts, sessions and keys; what they decided; and an audit that nobody can rewrite unseen."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Secrets are kept as SHA-256 of 256 random bits, passwords as argon2id.
USERS = """
create table ops.users (
    user_id text primary key,
    email text not null unique check (email = lower(email)),
    password_hash text,
    role text not null check (role in ('viewer', 'analyst', 'approver', 'admin', 'dpo')),
    language text not null default 'pt' check (language in ('pt', 'en')),
    timezone text not null default 'America/Sao_Paulo',
    sees_all_accounts boolean not null default false,
    slack_id text unique,
    created_at timestamptz not null,
    disabled_at timestamptz
);
create table ops.account_grants (
    user_id text not null references ops.users (user_id),
    account_id text not null,
    granted_at timestamptz not null,
    primary key (user_id, account_id)
);
create table ops.sessions (
    session_hash text primary key,
    user_id text not null references ops.users (user_id),
    csrf_token text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create table ops.refresh_tokens (
    token_hash text primary key,
    family text not null,
    user_id text not null references ops.users (user_id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz
);
create index refresh_family on ops.refresh_tokens (family);
create table ops.api_keys (
    key_id text primary key,
    secret_hash text not null,
    user_id text not null references ops.users (user_id),
    name text not null,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz
);
create table ops.login_links (
    link_hash text primary key,
    user_id text not null references ops.users (user_id),
    expires_at timestamptz not null,
    used_at timestamptz
);
"""
DECISIONS = """
alter table ops.suggestions add column snoozed_until timestamptz, add column decided_at timestamptz,
    add column decided_by text, add column decision_reason text, add column changes jsonb,
    add column is_undone boolean not null default false;
create table ops.decisions (
    decision_id text primary key,
    suggestion_id text not null references ops.suggestions (suggestion_id),
    version integer not null,
    action text not null check (action in ('accept', 'reject', 'snooze', 'undo', 'applied', 'failed', 'undone')),
    reason text,
    user_id text not null,
    via text not null,
    details jsonb not null default '{}',
    decided_at timestamptz not null
);
create index decisions_of_suggestion on ops.decisions (suggestion_id, decided_at);
create table ops.idempotency_keys (
    user_id text not null,
    key text not null,
    request_hash text not null,
    status integer not null,
    answer jsonb not null,
    made_at timestamptz not null,
    primary key (user_id, key)
);
create table ops.webhook_receipts (
    source text not null,
    receipt text not null,
    received_at timestamptz not null,
    primary key (source, receipt)
);
"""
# Each row's hash covers the one before it: a row that is changed or taken out breaks the chain from there on.
AUDIT = """
create table ops.audit_log (
    seq bigint primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    details jsonb not null,
    previous_hash text not null,
    hash text not null
);
create function ops.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end
$$;
create trigger audit_is_append_only before update or delete on ops.audit_log
for each row execute function ops.refuse_change();
create trigger audit_is_never_emptied before truncate on ops.audit_log
for each statement execute function ops.refuse_change();
"""


def upgrade() -> None:
    for part in (USERS, DECISIONS, AUDIT):
        op.execute(part)


def downgrade() -> None:
    op.execute("drop table ops.audit_log; drop function ops.refuse_change")
    op.execute("drop table ops.webhook_receipts, ops.idempotency_keys, ops.decisions")
    op.execute("""
alter table ops.suggestions drop column snoozed_until, drop column decided_at, drop column decided_by,
    drop column decision_reason, drop column changes, drop column is_undone
""")
    op.execute("drop table ops.login_links, ops.api_keys, ops.refresh_tokens, ops.sessions, ops.account_grants")
    op.execute("drop table ops.users")
