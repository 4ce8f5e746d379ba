select
    accounts.account_id,
    accounts.name,
    accounts.currency,
    accounts.timezone_name,
    accounts.account_status,
    coalesce(minor_units.factor, 100) as minor_units,
    accounts.created_at,
    accounts.collected_at
from {{ source('raw', 'accounts') }} as accounts
left join {{ ref('currency_minor_units') }} as minor_units on accounts.currency = minor_units.currency
