"""Addresses whose owners ended the messages to them by the link in a mail."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

UNSUBSCRIBED = """
create table ops.unsubscribed (
    address_digest text primary key check (address_digest ~ '^[0-9a-f]{64}$'),
    channel text not null,
    at timestamptz not null
);
comment on table ops.unsubscribed is 'Digests of addresses whose owners ended their messages; nothing is sent there.';
"""


def upgrade() -> None:
    op.execute(UNSUBSCRIBED)


def downgrade() -> None:
    op.execute("drop table ops.unsubscribed")
