-- What Meta last said of the account's cap.
select distinct on (account_id)
    account_id,
    currency,
    {{ real_cap('spend_cap_minor') }} as spend_cap_minor,
    amount_spent_minor,
    read_at
from {{ source('raw', 'account_money_readings') }}
order by account_id asc, read_at desc
