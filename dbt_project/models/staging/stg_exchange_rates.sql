select
    day,
    base,
    currency,
    rate
from {{ ref('exchange_rates') }}
where currency <> base
union all
select distinct
    day,
    base,
    base as currency,
    1::numeric as rate
from {{ ref('exchange_rates') }}
