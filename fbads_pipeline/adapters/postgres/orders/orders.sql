-- name: sources
-- :accounts limits them to those whose accounts are all visible (null: no limit).
select
    sources.source,
    sources.mapping,
    sources.timezone_name,
    sources.secret is not null as has_secret,
    sources.added_at,
    array(
        select shop_account.account_id
        from ops.order_source_accounts as shop_account
        where shop_account.source = sources.source
        order by shop_account.account_id
    ) as accounts,
    array(
        select to_jsonb(array[covered.first_day, covered.last_day])
        from ops.order_coverage as covered
        where covered.source = sources.source
        order by covered.first_day
    ) as days,
    (
        select count(*)
        from ops.orders as orders
        where orders.source = sources.source
    ) as orders,
    (
        select max(orders.received_at)
        from ops.orders as orders
        where orders.source = sources.source
    ) as last_received_at,
    (
        select count(*)
        from ops.order_refunds as refunds
        left join ops.orders as orders
            on
                refunds.source = orders.source
                and refunds.order_id = orders.order_id
                and refunds.currency = orders.currency
        where refunds.source = sources.source and orders.order_id is null
    ) as orphan_refunds
from ops.order_sources as sources
where
    (cast(:source as text) is null or sources.source = :source)
    and (
        cast(:accounts as text[]) is null
        or not exists (
            select 1
            from ops.order_source_accounts as shop_account
            where shop_account.source = sources.source and shop_account.account_id <> all(cast(:accounts as text[]))
        )
    )
order by sources.source;

-- name: add_source
insert into ops.order_sources (source, mapping, timezone_name, set_by, added_at)
values (:source, :mapping, :timezone_name, :set_by, :added_at)
on conflict do nothing;

-- name: add_account
insert into ops.order_source_accounts (source, account_id)
values (:source, :account_id);

-- name: remove_source
delete from ops.order_sources
where source = :source;

-- name: known_accounts
select
    account_id,
    timezone_name
from raw.accounts
where account_id = any(cast(:accounts as text[]));

-- name: set_secret
-- The one before stays valid, so that a shop can be changed without losing an order.
update ops.order_sources set
    secret_before = secret,
    secret = :secret
where source = :source
returning timezone_name;

-- name: secrets
select
    secret,
    secret_before
from ops.order_sources
where source = :source;

-- name: cover
insert into ops.order_coverage as known (source, first_day, last_day)
values (:source, :first_day, :last_day)
on conflict (source, first_day) do update set
    last_day = case
        when known.last_day is null or excluded.last_day is null then null
        else greatest(known.last_day, excluded.last_day)
    end;

-- name: is_open
select count(*) > 0
from ops.order_coverage
where source = :source and last_day is null;

-- name: lock_source
-- Reports of one shop are kept one after the other; null where there is no such source.
select source
from ops.order_sources
where source = :source
for update;

-- name: known_orders
select
    order_id,
    status,
    changed_at,
    placed_at,
    value,
    currency,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    utm_id,
    fbclid_hash
from ops.orders
where source = :source and order_id = any(cast(:order_ids as text[]));

-- name: keep_order
-- What the newer report leaves out of where the buyer came from stays as it was known.
insert into ops.orders as known (
    source, order_id, placed_at, status, value, currency, utm_source, utm_medium, utm_campaign, utm_content, utm_term,
    utm_id, fbclid_hash, changed_at, received_at
)
values (
    :source, :order_id, :placed_at, :status, :value, :currency, :utm_source, :utm_medium, :utm_campaign, :utm_content,
    :utm_term, :utm_id, :fbclid_hash, :changed_at, :received_at
)
on conflict (source, order_id) do update set
    placed_at = excluded.placed_at,
    status = excluded.status,
    value = excluded.value,
    currency = excluded.currency,
    utm_source = coalesce(excluded.utm_source, known.utm_source),
    utm_medium = coalesce(excluded.utm_medium, known.utm_medium),
    utm_campaign = coalesce(excluded.utm_campaign, known.utm_campaign),
    utm_content = coalesce(excluded.utm_content, known.utm_content),
    utm_term = coalesce(excluded.utm_term, known.utm_term),
    utm_id = coalesce(excluded.utm_id, known.utm_id),
    fbclid_hash = coalesce(excluded.fbclid_hash, known.fbclid_hash),
    changed_at = coalesce(excluded.changed_at, known.changed_at),
    received_at = excluded.received_at;

-- name: keep_refund
-- A total replaces the one before it where it is larger; a payment is kept once.
insert into ops.order_refunds as known (
    source, order_id, refund_id, amount, currency, is_total, refunded_at, received_at
)
values (:source, :order_id, :refund_id, :amount, :currency, :is_total, :refunded_at, :received_at)
on conflict (source, order_id, refund_id) do update set
    amount = excluded.amount,
    received_at = excluded.received_at
where known.is_total and excluded.amount > known.amount;

-- name: orphan_refunds
-- Refunds whose order is not here in their currency.
select
    refunds.source,
    refunds.order_id,
    refunds.refund_id,
    refunds.amount,
    refunds.currency,
    refunds.refunded_at,
    orders.currency as order_currency
from ops.order_refunds as refunds
left join ops.orders as orders on refunds.source = orders.source and refunds.order_id = orders.order_id
where
    refunds.source = any(cast(:sources as text[]))
    and (orders.order_id is null or orders.currency <> refunds.currency)
order by refunds.refunded_at desc, refunds.source asc, refunds.order_id asc, refunds.refund_id asc
limit 200;
