"""A transaction that writes to a table again and again marks it once: later statements only look whether it has."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

# A row of that number that this transaction has not written itself comes from a restored copy.
NOTE = """
create or replace function ops.note_table_change() returns trigger language plpgsql as $$
declare
    named text := tg_table_schema || '.' || tg_table_name;
    own xid8 := pg_current_xact_id();
begin
    if exists (
        select from ops.table_changes as known
        where known.table_name = named and known.changed_in = own and known.xmin = own::xid
    ) then
        return null;
    end if;
    delete from ops.table_changes
    where ctid = any(array(
        select ctid from ops.table_changes
        where table_name = named and changed_in < pg_snapshot_xmin(pg_current_snapshot())
        for update skip locked
    ));
    insert into ops.table_changes (table_name, changed_in)
    values (named, own)
    on conflict (table_name, changed_in) do update set mark = gen_random_uuid();
    return null;
end
$$
"""


def upgrade() -> None:
    op.execute(NOTE)


def downgrade() -> None:
    """The function does what it did, with less work: nothing is to be taken back."""
