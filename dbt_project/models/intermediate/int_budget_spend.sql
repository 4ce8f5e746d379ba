select
    budgets.budget_level,
    budgets.object_id,
    {{ spent('facts.day = budgets.local_day') }} as today,
    {{ spent(
        "facts.day < budgets.local_day and facts.day >= date_trunc('month', budgets.local_day)"
    ) }} as month_before_today,
    -- Over the last seven complete days, or over those since the first spend, where that is later.
    {{ ratio(
        sum_reported('facts.spend', 'facts.day between budgets.local_day - 7 and budgets.local_day - 1'),
        'max(budgets.local_day - facts.day) filter (where facts.day between budgets.local_day - 7 and budgets.local_day - 1)'
    ) }} as per_day,
    max(budgets.local_day - facts.day) filter (
        where facts.day between budgets.local_day - 7 and budgets.local_day - 1
    ) as days
from {{ ref('int_budgets') }} as budgets
inner join {{ ref('int_spend_by_day') }} as facts
    on
        budgets.account_id = facts.account_id
        and budgets.budget_level = facts.budget_level
        and budgets.object_id = facts.object_id
where
    (facts.currency is null or facts.currency = budgets.currency)
    and facts.day >= least(date_trunc('month', budgets.local_day)::date, budgets.local_day - 7)
    and facts.day <= budgets.local_day
group by budgets.budget_level, budgets.object_id
