"""What objects were: a row per account, campaign and ad set and per state that a reading found, append-only.

Edges of the Graph API show objects as they are now, and raw's tables of objects keep that. A trigger notes every state
that differs from the one before, in the transaction that writes it, so that no writer can forget it and the history
outlives any rebuild of the models. A stub (an object that only facts name) has no state yet.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What makes a new state; other columns of an object may change without one.
STATES = {
    "account": ("name", "currency", "timezone_name", "account_status"),
    "campaign": (
        *("account_id", "name", "status", "effective_status", "bid_strategy"),
        *("daily_budget_minor", "lifetime_budget_minor"),
    ),
    "adset": (
        *("account_id", "campaign_id", "name", "status", "effective_status", "bid_strategy", "bid_amount_minor"),
        *("daily_budget_minor", "lifetime_budget_minor"),
    ),
}
IS_KNOWN = {
    "account": "true",
    "campaign": "coalesce({row}.name, {row}.status, {row}.effective_status) is not null",
    "adset": "coalesce({row}.name, {row}.status, {row}.effective_status) is not null",
}

TABLE = """
create table raw.{kind}_readings as
select {key}, {columns}, {changed_at} as updated_at, collected_at as read_at from raw.{kind}s as o where {is_known};
alter table raw.{kind}_readings add primary key ({key}, read_at);
"""

TRIGGERS = """
create function raw.note_{kind}() returns trigger language plpgsql as $$
begin
    insert into raw.{kind}_readings ({key}, {columns}, updated_at, read_at)
    values (new.{key}, {new_columns}, {new_changed_at}, new.collected_at)
    on conflict ({key}, read_at) do update set {assignments}, updated_at = excluded.updated_at;
    return null;
end
$$;
create trigger note_new after insert on raw.{kind}s
for each row when ({new_is_known}) execute function raw.note_{kind}();
create trigger note_changed after update on raw.{kind}s
for each row when ({new_is_known} and ({old_columns}) is distinct from ({new_columns}))
execute function raw.note_{kind}();
"""


def upgrade() -> None:
    for kind, columns in STATES.items():
        has_changed_at = kind != "account"
        values = {
            "kind": kind,
            "key": f"{kind}_id",
            "columns": ", ".join(columns),
            "new_columns": ", ".join(f"new.{column}" for column in columns),
            "old_columns": ", ".join(f"old.{column}" for column in columns),
            "assignments": ", ".join(f"{column} = excluded.{column}" for column in columns),
            "changed_at": "updated_at" if has_changed_at else "null::timestamptz",
            "new_changed_at": "new.updated_at" if has_changed_at else "null",
            "is_known": IS_KNOWN[kind].format(row="o"),
            "new_is_known": IS_KNOWN[kind].format(row="new"),
        }
        op.execute(TABLE.format(**values))
        op.execute(TRIGGERS.format(**values))


def downgrade() -> None:
    for kind in STATES:
        op.execute(f"drop trigger note_new on raw.{kind}s")
        op.execute(f"drop trigger note_changed on raw.{kind}s")
        op.execute(f"drop function raw.note_{kind}()")
        op.execute(f"drop table raw.{kind}_readings")
