"""raw.account_money_readings: what Meta says of an account's money, whenever that changes and at least hourly."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Amounts of Meta in minor units; money_left in major ones, null where its text could not be read; funding_shape: the
# form of that text, every digit a 9.
TABLE = """
create table raw.account_money_readings (
    account_id text not null,
    read_at timestamptz not null,
    currency text not null,
    account_status integer,
    disable_reason integer,
    balance_minor bigint,
    amount_spent_minor bigint,
    spend_cap_minor bigint,
    is_prepaid boolean,
    funding_type integer,
    money_left numeric,
    funding_shape text,
    primary key (account_id, read_at)
)
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("drop table raw.account_money_readings")
