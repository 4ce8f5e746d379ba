select
    owned.account_id,
    range_intersect_agg(coalesce(covered.days, '{}'::datemultirange)) as days
from {{ source('ops', 'order_source_accounts') }} as owned
left join (
    select
        source,
        range_agg(daterange(first_day, last_day, '[]')) as days
    from {{ source('ops', 'order_coverage') }}
    group by source
) as covered on owned.source = covered.source
group by owned.account_id
