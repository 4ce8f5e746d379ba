"""Users may have a second factor: an encrypted secret, and codes for a lost telephone as their hashes."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = """
alter table ops.users
    add column totp_secret bytea,
    add column totp_step bigint,
    add constraint users_totp check ((totp_secret is null) = (totp_step is null));
create table ops.recovery_codes (
    code_hash text primary key,
    user_id text not null references ops.users (user_id),
    created_at timestamptz not null,
    used_at timestamptz
);
create index recovery_codes_of_user on ops.recovery_codes (user_id);
comment on column ops.users.totp_secret is 'Encrypted under FBADS_ENCRYPTION_KEYS.';
comment on column ops.recovery_codes.code_hash is 'SHA-256 of a random code.';
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table ops.recovery_codes; alter table ops.users drop column totp_secret, drop column totp_step")
