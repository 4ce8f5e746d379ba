"""A number per report of an order, in the order in which a shop's reports are committed: which ones dbt has seen."""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

# Whoever takes a number holds the shop until the end of the transaction: who sees a number sees all smaller ones.
NUMBER = """
create function ops.number_order() returns trigger language plpgsql as $$
begin
    perform from ops.order_sources where source = new.source for no key update;
    new.version = nextval('ops.order_versions');
    return new;
end
$$
"""
NUMBERED = """
create trigger number_order before insert or update on ops.orders
for each row execute function ops.number_order()
"""
# A removed order leaves no number behind.
NOTED = """
create trigger note_table_change after delete or truncate on ops.orders
for each statement execute function ops.note_table_change()
"""


def upgrade() -> None:
    op.execute("create sequence ops.order_versions")
    op.execute("alter table ops.orders add column version bigint not null default nextval('ops.order_versions')")
    op.execute("alter table ops.orders alter column version drop default")
    op.execute("create index orders_by_version on ops.orders (source, version)")
    op.execute(NUMBER)
    op.execute(NUMBERED)
    op.execute(NOTED)


def downgrade() -> None:
    op.execute("drop trigger note_table_change on ops.orders")
    op.execute("drop trigger number_order on ops.orders")
    op.execute("drop function ops.number_order()")
    op.execute("alter table ops.orders drop column version")
    op.execute("drop sequence ops.order_versions")
