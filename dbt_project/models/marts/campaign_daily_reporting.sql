select
    daily.account_id,
    daily.campaign_id,
    daily.day,
    daily.currency,
    daily.spend,
    daily.purchase_value,
    daily.conversion_value,
    reporting.currency as reporting_currency,
    rates.rate,
    rates.rate_on,
    trim_scale(round(daily.spend * rates.rate, 6)) as spend_reporting,
    trim_scale(round(daily.purchase_value * rates.rate, 6)) as purchase_value_reporting,
    trim_scale(round(daily.conversion_value * rates.rate, 6)) as conversion_value_reporting
from {{ ref('campaign_daily') }} as daily
cross join (select nullif('{{ reporting_currency() }}', '') as currency) as reporting
left join
    lateral (
        select
            1::numeric as rate,
            daily.day as rate_on
        where daily.currency = reporting.currency
        union all
        (
            select
                {{ ratio('wanted.rate', 'own.rate') }} as rate,
                own.day as rate_on
            from {{ ref('stg_exchange_rates') }} as own
            inner join {{ ref('stg_exchange_rates') }} as wanted
                on
                    own.day = wanted.day
                    and own.base = wanted.base
            where
                own.currency = daily.currency
                and wanted.currency = reporting.currency
                and daily.currency <> reporting.currency
                and own.day <= daily.day
                and own.day > daily.day - {{ var('rate_valid_days') }}
            order by own.day desc, own.base asc
            limit 1
        )
    ) as rates
    on true
