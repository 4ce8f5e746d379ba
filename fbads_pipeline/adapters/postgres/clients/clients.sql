-- name: clients
-- :accounts limits them to those of which one account is visible (null: no limit), and their accounts to the visible;
-- the zones are those of all accounts, as a budget is the whole client's.
select
    clients.client_id,
    clients.name,
    clients.contact_name,
    clients.contact_email,
    clients.contact_phone,
    clients.language,
    clients.channels,
    clients.agency_name,
    clients.primary_color,
    clients.accent_color,
    clients.tax_mode,
    clients.tax_rate,
    clients.tax_country,
    clients.version,
    clients.set_by,
    clients.set_at,
    array(
        select own_account.account_id
        from ops.client_accounts as own_account
        where
            own_account.client_id = clients.client_id
            and (cast(:accounts as text[]) is null or own_account.account_id = any(cast(:accounts as text[])))
        order by own_account.account_id
    ) as accounts,
    array(
        select distinct known.timezone_name
        from ops.client_accounts as own_account
        inner join raw.accounts as known on own_account.account_id = known.account_id
        where own_account.client_id = clients.client_id
    ) as timezone_names,
    exists(
        select 1
        from ops.client_logos as logos
        where logos.client_id = clients.client_id
    ) as has_logo
from ops.clients as clients
where
    (cast(:client_id as bigint) is null or clients.client_id = :client_id)
    and (
        cast(:accounts as text[]) is null
        or exists (
            select 1
            from ops.client_accounts as own_account
            where own_account.client_id = clients.client_id and own_account.account_id = any(cast(:accounts as text[]))
        )
    )
order by lower(clients.name), clients.client_id;

-- name: lock
lock table ops.clients in share row exclusive mode;

-- name: add
insert into ops.clients (
    name, contact_name, contact_email, contact_phone, language, channels, agency_name, primary_color, accent_color,
    tax_mode, tax_rate, tax_country, set_by, set_at
)
values (
    :name, :contact_name, :contact_email, :contact_phone, :language, cast(:channels as jsonb), :agency_name,
    :primary_color, :accent_color, :tax_mode, :tax_rate, :tax_country, :set_by, :set_at
)
returning client_id;

-- name: change
update ops.clients set
    name = :name,
    contact_name = :contact_name,
    contact_email = :contact_email,
    contact_phone = :contact_phone,
    language = :language,
    channels = cast(:channels as jsonb),
    agency_name = :agency_name,
    primary_color = :primary_color,
    accent_color = :accent_color,
    tax_mode = :tax_mode,
    tax_rate = :tax_rate,
    tax_country = :tax_country,
    version = version + 1,
    set_by = :set_by,
    set_at = :set_at
where client_id = :client_id
returning version;

-- name: remove
delete from ops.clients
where client_id = :client_id
returning version + 1 as last_version;

-- name: same_name
select client_id
from ops.clients
where lower(name) = lower(:name) and client_id is distinct from cast(:client_id as bigint);

-- name: taken
select
    own_account.account_id,
    clients.name
from ops.client_accounts as own_account
inner join ops.clients as clients on own_account.client_id = clients.client_id
where own_account.account_id = any(:accounts) and own_account.client_id is distinct from cast(:client_id as bigint)
order by own_account.account_id;

-- name: known
select
    account_id,
    currency,
    timezone_name
from raw.accounts;

-- name: accounts_of
select account_id
from ops.client_accounts
where client_id = :client_id
order by account_id;

-- name: leave
delete from ops.client_accounts
where client_id = :client_id and not account_id = any(:accounts);

-- name: join
insert into ops.client_accounts (account_id, client_id, added_at)
select
    account_id,
    :client_id,
    :now
from unnest(cast(:accounts as text[])) as given (account_id)
on conflict (account_id) do nothing;

-- name: keep_version
insert into ops.client_versions (client_id, version, document, set_by, set_at)
values (:client_id, :version, cast(:document as jsonb), :set_by, :set_at);

-- name: versions
select
    version,
    document,
    set_by,
    set_at
from ops.client_versions
where client_id = :client_id
order by version;

-- name: add_budget
insert into ops.client_budgets (client_id, currency, amount, valid_from, valid_until, set_by, set_at)
values (:client_id, :currency, :amount, :valid_from, :valid_until, :set_by, :set_at);

-- name: budgets
select
    client_id,
    currency,
    amount,
    valid_from,
    valid_until,
    set_by,
    set_at
from ops.client_budgets
where client_id = any(:clients)
order by client_id, budget_id;

-- name: keep_logo
insert into ops.client_logos (client_id, content, media_type, width, height, set_at)
values (:client_id, :content, :media_type, :width, :height, :set_at)
on conflict (client_id) do update set
    content = excluded.content,
    media_type = excluded.media_type,
    width = excluded.width,
    height = excluded.height,
    set_at = excluded.set_at;

-- name: remove_logo
delete from ops.client_logos
where client_id = :client_id;

-- name: logo
select
    content,
    media_type,
    width,
    height
from ops.client_logos
where client_id = :client_id;

-- name: recipients
-- A client without accounts receives nothing: no account would mean all of them.
select
    clients.name,
    clients.language,
    clients.channels,
    array_agg(own_account.account_id order by own_account.account_id) as accounts
from ops.clients as clients
inner join ops.client_accounts as own_account on clients.client_id = own_account.client_id
where clients.channels <> '[]'
group by clients.client_id, clients.name, clients.language, clients.channels
order by clients.client_id;
