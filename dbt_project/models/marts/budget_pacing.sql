select
    budgets.account_id,
    budgets.campaign_id,
    budgets.adset_id,
    budgets.budget_level,
    budgets.name,
    budgets.effective_status,
    budgets.currency,
    budgets.daily_budget,
    budgets.lifetime_budget,
    budgets.local_day,
    last_reading.read_at,
    elapsed.day_share,
    coalesce(spent.today, 0) as spent_today,
    plan.today as planned_today,
    round(forecast.today, 2) as projected_today,
    {{ ratio('forecast.today', 'plan.today') }} as pacing_today,
    coalesce(spent.month_before_today, 0) + coalesce(spent.today, 0) as spent_month,
    plan_month.amount as planned_month,
    round(forecast_month.amount, 2) as projected_month,
    {{ ratio('forecast_month.amount', 'plan_month.amount') }} as pacing_month
from {{ ref('int_budgets') }} as budgets
left join {{ ref('int_budget_spend') }} as spent
    on
        budgets.budget_level = spent.budget_level
        and budgets.object_id = spent.object_id
cross join
    lateral (
        select max(runs.read_at) as read_at
        from {{ ref('stg_reading_runs') }} as runs
        where
            runs.account_id = budgets.account_id
            and runs.level = budgets.budget_level
            and runs.breakdown = ''
            and runs.day = budgets.local_day
            and runs.is_ok
    ) as last_reading
cross join
    lateral (
        select
            {{ ratio(
                'extract(epoch from (last_reading.read_at - budgets.begins_at))',
                'extract(epoch from (budgets.ends_at - budgets.begins_at))'
            ) }} as day_share
    ) as elapsed
cross join
    lateral (
        select
            date_trunc('month', budgets.local_day)::date as begins_on,
            (date_trunc('month', budgets.local_day) + interval '1 month' - interval '1 day')::date as ends_on
    ) as month
cross join
    lateral (
        select
            budgets.local_day >= coalesce(budgets.first_day, budgets.local_day)
            and budgets.local_day <= coalesce(budgets.last_day, budgets.local_day) as is_on,
            greatest(
                least(month.ends_on, coalesce(budgets.last_day, month.ends_on))
                - greatest(month.begins_on, coalesce(budgets.first_day, month.begins_on)) + 1,
                0
            ) as days_of_month,
            greatest(
                least(month.ends_on, coalesce(budgets.last_day, month.ends_on))
                - greatest(budgets.local_day, coalesce(budgets.first_day, budgets.local_day) - 1),
                0
            ) as days_to_come
    ) as flight
cross join
    lateral (
        select
            case
                when budgets.lifetime_budget > 0
                    then (
                        select coalesce(sum(earlier.spend), 0)
                        from {{ ref('int_spend_by_day') }} as earlier
                        where
                            earlier.account_id = budgets.account_id
                            and earlier.budget_level = budgets.budget_level
                            and earlier.object_id = budgets.object_id
                            and earlier.day < budgets.local_day
                    )
            end as amount
    ) as spent_before
cross join
    lateral (
        select
            case
                when not flight.is_on then 0
                when budgets.daily_budget > 0 then budgets.daily_budget
                when budgets.last_day is not null
                    then {{ ratio(
                        'greatest(budgets.lifetime_budget - spent_before.amount, 0)',
                        'budgets.last_day - budgets.local_day + 1'
                    ) }}
            end as today
    ) as plan
cross join
    lateral (
        select
            case
                when budgets.daily_budget > 0 then budgets.daily_budget * flight.days_of_month
                else coalesce(spent.month_before_today, 0) + plan.today * (1 + flight.days_to_come)
            end as amount
    ) as plan_month
cross join
    lateral (
        select
            case
                when budgets.effective_status = 'ACTIVE' and flight.is_on
                    then {{ ratio('coalesce(spent.today, 0)', 'elapsed.day_share') }}
                else coalesce(spent.today, 0)
            end as today
    ) as forecast
cross join
    lateral (
        select
            coalesce(spent.month_before_today, 0) + forecast.today
            + case
                when budgets.effective_status = 'ACTIVE'
                    then flight.days_to_come * coalesce(spent.per_day, forecast.today)
                else 0
            end as amount
    ) as forecast_month
