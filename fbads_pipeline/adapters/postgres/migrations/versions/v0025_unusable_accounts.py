"""An account that cannot be read for want of a time zone or a currency is an incident of its own kind."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KINDS = "'account_stopped', 'token_invalid', 'token_expiring', 'api_version', 'account_disabled', 'run_failed', 'stale'"


def upgrade() -> None:
    _allow(f"{KINDS}, 'account_unusable'")


def downgrade() -> None:
    op.execute("delete from ops.incidents where kind = 'account_unusable'")
    _allow(KINDS)


def _allow(kinds: str) -> None:
    op.execute("alter table ops.incidents drop constraint incidents_kind_check")
    op.execute(f"alter table ops.incidents add constraint incidents_kind_check check (kind in ({kinds}))")
