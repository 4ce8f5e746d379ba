-- name: accounts
-- Every account that is collected or belongs to a client, with what its client is set to. :accounts null for all.
select
    known.account_id,
    collected.country,
    clients.tax_mode,
    clients.tax_rate,
    clients.tax_country
from (
    select account_id from raw.accounts
    union
    select account_id from ops.client_accounts
    union
    select account_id from ops.tax_settings
) as known
left join raw.accounts as collected on known.account_id = collected.account_id
left join ops.client_accounts as own_account on known.account_id = own_account.account_id
left join ops.clients as clients on own_account.client_id = clients.client_id
where cast(:accounts as text[]) is null or known.account_id = any(cast(:accounts as text[]));

-- name: settings
-- In the order in which they were set.
select
    account_id,
    valid_from,
    mode,
    rate,
    country,
    set_by,
    set_at
from ops.tax_settings
where cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[]))
order by account_id, setting_id;

-- name: add_setting
insert into ops.tax_settings (account_id, valid_from, mode, rate, country, set_by, set_at)
values (:account_id, :valid_from, :mode, :rate, :country, :set_by, :set_at);

-- name: periods
select
    account_id,
    first_day,
    until_day,
    rate,
    country,
    origin
from ops.tax_periods
where cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[]))
order by account_id, first_day;

-- name: forget_periods
delete from ops.tax_periods
where account_id = any(:accounts);

-- name: add_period
insert into ops.tax_periods (account_id, first_day, until_day, rate, country, origin)
values (:account_id, :first_day, :until_day, :rate, :country, :origin);
