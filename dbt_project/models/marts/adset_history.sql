select
    readings.account_id,
    readings.campaign_id,
    readings.adset_id,
    readings.name,
    readings.status,
    readings.effective_status,
    readings.bid_strategy,
    {{ major_units('readings.bid_amount_minor', 'units.in_one') }} as bid_amount,
    periods.currency,
    {{ major_units('readings.daily_budget_minor', 'units.in_one') }} as daily_budget,
    {{ major_units('readings.lifetime_budget_minor', 'units.in_one') }} as lifetime_budget,
    readings.read_at as valid_from,
    lead(readings.read_at) over by_object as valid_to,
    lead(readings.read_at) over by_object is null as is_current,
    readings.updated_at
from {{ ref('stg_adset_readings') }} as readings
left join {{ ref('stg_account_periods') }} as periods
    on
        readings.account_id = periods.account_id
        and readings.read_at >= periods.valid_from
        and readings.read_at < periods.valid_to
left join {{ ref('currency_minor_units') }} as minor_units on periods.currency = minor_units.currency
cross join
    lateral (
        select case when periods.currency is not null then coalesce(minor_units.factor, 100) end as in_one
    ) as units
window by_object as (partition by readings.adset_id order by readings.read_at)
