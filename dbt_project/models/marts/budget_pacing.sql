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
    spent.today as spent_today,
    plan.today as planned_today,
    round(forecast.today, 2) as projected_today,
    case when flight.is_running then {{ ratio('forecast.today', 'plan.today') }} end as pacing_today,
    case
        when coalesce(budgets.effective_status, '') <> 'ACTIVE' then 'not_active'
        when bounds.now_at >= budgets.stops_at then 'ended'
        when bounds.now_at < budgets.starts_at then 'not_begun'
        when limits.full_cap is not null then limits.full_cap || '_cap_reached'
        when limits.has_other_hours then 'hours_of_viewers'
        when last_reading.read_at is null then 'not_read'
        when spent.today is null then 'not_reported'
        when flight.is_on and elapsed.flight_seconds = 0 then 'before_its_hours'
        when limits.delivering is not null and not flight.is_on then 'no_hours_today'
        when plan.today is null then 'no_plan'
        when plan.today = 0 then 'nothing_planned'
    end as why_no_pace,
    spent.month_before_today + spent.today as spent_month,
    plan_month.amount as planned_month,
    round(forecast_month.amount, 2) as projected_month,
    case when flight.is_running then {{ ratio('forecast_month.amount', 'plan_month.amount') }} end as pacing_month
from {{ ref('int_budgets') }} as budgets
left join {{ ref('int_budget_spend') }} as facts
    on
        budgets.budget_level = facts.budget_level
        and budgets.object_id = facts.object_id
left join {{ ref('int_delivery_limits') }} as limits
    on
        budgets.account_id = limits.account_id
        and budgets.budget_level = limits.budget_level
        and budgets.object_id = limits.object_id
cross join
    lateral (
        select
            -- Without a row of its own a budget has spent nothing; a figure that is not reported is in a row.
            case when facts.object_id is null then 0 else facts.today end as today,
            case when facts.object_id is null then 0 else facts.month_before_today end as month_before_today,
            facts.per_day,
            facts.days
    ) as spent
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
            date_trunc('month', budgets.local_day)::date as begins_on,
            (date_trunc('month', budgets.local_day) + interval '1 month')::date as ends_before
    ) as month
cross join
    lateral (
        select
            coalesce(last_reading.read_at, {{ fbads_now() }}) as now_at,
            greatest(budgets.begins_at, budgets.starts_at) as from_at,
            least(budgets.ends_at, budgets.stops_at) as until_at,
            {{ midnight('month.ends_before', 'budgets.timezone_name') }} as month_ends_at,
            -- A day is one of the flight's where the flight has a part of it: an end at midnight adds none.
            greatest(month.begins_on, (budgets.starts_at at time zone budgets.timezone_name)::date) as first_day,
            greatest(
                budgets.local_day + 1, (budgets.starts_at at time zone budgets.timezone_name)::date
            ) as next_day,
            least(
                month.ends_before,
                ((budgets.stops_at - interval '1 microsecond') at time zone budgets.timezone_name)::date + 1
            ) as until_day
    ) as bounds
cross join
    lateral (
        -- A day that was never read is no day without spend: nothing is forecast from the others.
        select count(*) >= budgets.local_day - bounds.first_day as is_whole
        from {{ ref('stg_day_states') }} as states
        where
            states.account_id = budgets.account_id
            and states.level = budgets.budget_level
            and states.breakdown = ''
            and states.day >= bounds.first_day
            and states.day < budgets.local_day
            and states.read_at is not null
    ) as month_read
cross join
    lateral (
        select
            budgets.effective_status = 'ACTIVE'
            and bounds.now_at >= coalesce(budgets.starts_at, bounds.now_at)
            and bounds.now_at < coalesce(budgets.stops_at, 'infinity')
            and limits.full_cap is null
            and limits.has_other_hours is not true as is_running,
            hours.today > 0 as is_on,
            hours.today as seconds_today,
            {{ seconds_within('limits.delivering', 'bounds.from_at', 'budgets.stops_at') }} as seconds_left,
            case
                when limits.full_cap is not null then 0
                else {{ seconds_within(
                    'limits.delivering', 'bounds.until_at', 'least(bounds.month_ends_at, budgets.stops_at)'
                ) }}
            end as seconds_to_come,
            {{ days_within(
                'limits.delivering', 'bounds.first_day', 'bounds.until_day', 'budgets.timezone_name'
            ) }} as days_of_month,
            case
                when limits.full_cap is not null then 0
                else {{ days_within(
                    'limits.delivering', 'bounds.next_day', 'bounds.until_day', 'budgets.timezone_name'
                ) }}
            end as days_to_come
        from (
            select {{ seconds_within('limits.delivering', 'bounds.from_at', 'bounds.until_at') }} as today
        ) as hours
    ) as flight
cross join
    lateral (
        select
            {{ ratio(
                'extract(epoch from (last_reading.read_at - budgets.begins_at))',
                'extract(epoch from (budgets.ends_at - budgets.begins_at))'
            ) }} as day_share,
            case
                when last_reading.read_at is not null
                    then {{ seconds_within(
                        'limits.delivering', 'bounds.from_at', 'least(last_reading.read_at, bounds.until_at)'
                    ) }}
            end as flight_seconds
    ) as elapsed
cross join
    lateral (
        select
            case
                when budgets.lifetime_budget > 0 and month_read.is_whole
                    then (
                        select case when count(*) = 0 then 0 else {{ sum_reported('earlier.spend') }} end
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
                when budgets.effective_status <> 'ACTIVE' or limits.has_other_hours then null
                when not flight.is_on then 0
                -- The whole of it, however much of the day is the flight's.
                when budgets.daily_budget > 0 then least(budgets.daily_budget, limits.daily_cap, limits.left_of_cap)
                -- What was left at midnight, spread over the time that was left.
                when budgets.stops_at is not null
                    then {{ at_most('left_over.share_of_today', 'least(limits.daily_cap, limits.left_of_cap)') }}
            end as today,
            case
                when limits.has_other_hours then null
                when budgets.daily_budget > 0
                    then least(budgets.daily_budget, limits.daily_cap) * flight.days_to_come
                when budgets.stops_at is not null
                    then {{ ratio('left_over.amount * flight.seconds_to_come', 'flight.seconds_left') }}
            end as to_come
        from (
            select
                unspent.amount,
                {{ ratio('unspent.amount * flight.seconds_today', 'flight.seconds_left') }} as share_of_today
            from (
                select
                    case
                        when spent_before.amount is not null
                            then greatest(budgets.lifetime_budget - spent_before.amount, 0)
                    end as amount
            ) as unspent
        ) as left_over
    ) as plan
cross join
    lateral (
        select
            case
                when budgets.effective_status <> 'ACTIVE' or limits.has_other_hours then null
                else {{ at_most('planned.amount', 'spent.month_before_today + limits.left_of_cap') }}
            end as amount
        from (
            select
                case
                    when budgets.daily_budget > 0
                        then least(budgets.daily_budget, limits.daily_cap) * flight.days_of_month
                    else spent.month_before_today + plan.today + plan.to_come
                end as amount
        ) as planned
    ) as plan_month
cross join
    lateral (
        select
            case
                when limits.has_other_hours and budgets.effective_status = 'ACTIVE' then null
                when flight.is_running and flight.is_on
                    then {{ at_most('linear.today', 'linear.until_cap') }}
                else spent.today
            end as today
        from (
            select
                {{ ratio('spent.today * flight.seconds_today', 'elapsed.flight_seconds') }} as today,
                case
                    when limits.left_of_cap is not null then greatest(spent.today, limits.left_of_cap)
                end as until_cap
        ) as linear
    ) as forecast
left join
    lateral (
        -- Of a schedule: what the last days cost in its hours, of which some days have none.
        select
            spent.per_day * spent.days as amount,
            {{ days_within(
                'limits.delivering', 'budgets.local_day - spent.days', 'budgets.local_day', 'budgets.timezone_name'
            ) }} as days,
            {{ seconds_within(
                'limits.delivering',
                midnight('budgets.local_day - spent.days', 'budgets.timezone_name'),
                'budgets.begins_at'
            ) }} as seconds
        where limits.delivering is not null
    ) as lately
    on true
cross join
    lateral (
        select
            case
                when budgets.effective_status <> 'ACTIVE' then 0
                when budgets.daily_budget > 0 and limits.delivering is not null
                    then coalesce(
                        {{ ratio('flight.days_to_come * lately.amount', 'lately.days') }},
                        flight.days_to_come * forecast.today
                    )
                when limits.delivering is not null
                    then coalesce(
                        {{ ratio('flight.seconds_to_come * lately.amount', 'lately.seconds') }},
                        {{ ratio('flight.seconds_to_come * forecast.today', 'flight.seconds_today') }}
                    )
                when budgets.daily_budget > 0
                    then flight.days_to_come * coalesce(spent.per_day, forecast.today)
                else round(flight.seconds_to_come / 86400, 6) * coalesce(spent.per_day, forecast.today)
            end as amount
    ) as to_come
cross join
    lateral (
        select
            case
                when month_read.is_whole then {{ at_most('linear.amount', 'linear.until_cap') }}
            end as amount
        from (
            select
                spent.month_before_today + forecast.today + to_come.amount as amount,
                case
                    when limits.left_of_cap is not null
                        then spent.month_before_today + greatest(spent.today, limits.left_of_cap)
                end as until_cap
        ) as linear
    ) as forecast_month
