select
    ages.account_id,
    ages.age_days,
    count(*)::integer as days,
    sum(ages.spend) as spend,
    sum(ages.final_spend) as final_spend,
    sum(ages.conversions) as conversions,
    sum(ages.final_conversions) as final_conversions,
    sum(ages.conversion_value) as conversion_value,
    sum(ages.final_conversion_value) as final_conversion_value,
    {{ ratio('sum(ages.spend)', 'sum(ages.final_spend)') }} as spend_share,
    {{ ratio('sum(ages.conversions)', 'sum(ages.final_conversions)') }} as conversion_share,
    {{ ratio('sum(ages.conversion_value)', 'sum(ages.final_conversion_value)') }} as conversion_value_share
from {{ ref('int_days_by_age') }} as ages
where
    ages.was_read
    -- A day of which a figure is not reported says nothing about how figures mature.
    and ages.spend + ages.conversions + ages.conversion_value is not null
    and ages.final_spend + ages.final_conversions + ages.final_conversion_value is not null
group by ages.account_id, ages.age_days
