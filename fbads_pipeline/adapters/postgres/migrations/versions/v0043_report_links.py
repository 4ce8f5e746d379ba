"""Links that show one frozen report to whoever has their secret."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

LINKS = """
create table ops.report_links (
    link_id text primary key,
    secret_digest text not null unique check (secret_digest ~ '^[0-9a-f]{64}$'),
    report_id text not null,
    kind text not null,
    account_ids text[],
    name text not null,
    language text not null,
    made_by text not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    has_document boolean not null,
    views integer not null default 0,
    downloads integer not null default 0,
    page bytea,
    document bytea,
    check (expires_at > made_at)
);
comment on table ops.report_links is
    'Reports as clients see them behind a link; page and document go when it is revoked or has expired.';
comment on column ops.report_links.secret_digest is 'SHA-256 of the 256-bit secret, which is kept nowhere.';
comment on column ops.report_links.account_ids is 'Whose figures it shows; null: every account.';
create index report_links_newest on ops.report_links (made_at desc);
"""


def upgrade() -> None:
    op.execute(LINKS)


def downgrade() -> None:
    op.execute("drop table ops.report_links")
