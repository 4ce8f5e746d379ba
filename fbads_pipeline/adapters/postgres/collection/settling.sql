-- name: has_doubts
select exists(
    select 1 from raw.doubtful_rows
    where account_id = :account and last_run_id = :run_id
);

-- name: judge
-- The rules of domain/collection/doubts.py, for every row that the run left in doubt. Plain levels are judged by the
-- other levels that the run read well; a breakdown by the account and its campaigns of the same day, as stored.
with doubted as (
    select
        level,
        breakdown,
        day,
        object_id,
        breakdown_value,
        answer,
        verdict,
        first_run_id <> last_run_id as is_later_run
    from raw.doubtful_rows
    where account_id = :account and last_run_id = :run_id
),

doubted_days as (
    select distinct
        level,
        breakdown,
        day
    from doubted
),

stored as (
    select
        doubted_days.level,
        doubted_days.breakdown,
        doubted_days.day,
        insights.object_id,
        insights.breakdown_value,
        to_jsonb(insights) as figures
    from doubted_days
    inner join raw.insights as insights
        on
            insights.account_id = :account
            and doubted_days.level = insights.level
            and doubted_days.breakdown = insights.breakdown
            and doubted_days.day = insights.day
),

missing as (
    select
        doubted.*,
        left_out.figure,
        left_out.action_type,
        left_out.amount
    from doubted
    inner join stored
        on
            (doubted.level, doubted.breakdown, doubted.day, doubted.object_id, doubted.breakdown_value)
            = (stored.level, stored.breakdown, stored.day, stored.object_id, stored.breakdown_value)
    cross join
        lateral (
            (
                select
                    delivery.figure,
                    null as action_type,
                    (stored.figures ->> delivery.figure)::numeric as amount
                from (values (1, 'impressions'), (2, 'spend')) as delivery (preference, figure)
                where doubted.answer is null and (stored.figures ->> delivery.figure)::numeric > 0
                order by delivery.preference
                limit 1
            )
            union all
            select
                numbers.figure,
                null as action_type,
                (stored.figures ->> numbers.figure)::numeric as amount
            from unnest(cast(:numbers as text[])) as numbers (figure)
            where
                doubted.answer is not null
                and doubted.answer ->> numbers.figure is null
                and (stored.figures ->> numbers.figure)::numeric <> 0
            union all
            select
                lists.figure,
                entry ->> 'action_type' as action_type,
                (entry ->> 'value')::numeric as amount
            from unnest(cast(:lists as text[])) as lists (figure)
            cross join
                lateral jsonb_array_elements(
                    raw.left_out_actions(doubted.answer -> lists.figure, stored.figures -> lists.figure)
                ) as entry
            where jsonb_typeof(doubted.answer -> lists.figure) = 'array'
        ) as left_out
),

figures as (
    select distinct
        level,
        breakdown,
        day,
        figure,
        action_type
    from missing
),

came as (
    select
        stored.level,
        stored.breakdown,
        stored.day,
        case when doubted.answer is null then stored.figures else stored.figures || doubted.answer end as figures
    from stored
    left join doubted
        on
            (stored.level, stored.breakdown, stored.day, stored.object_id, stored.breakdown_value)
            = (doubted.level, doubted.breakdown, doubted.day, doubted.object_id, doubted.breakdown_value)
    where doubted.object_id is null or doubted.answer is not null
),

came_totals as (
    select
        figures.level,
        figures.breakdown,
        figures.day,
        figures.figure,
        figures.action_type,
        coalesce(sum(raw.figure_of(came.figures, figures.figure, figures.action_type)), 0) as total,
        coalesce(
            bool_or(coalesce(came.figures -> figures.figure, 'null') not in ('null'::jsonb, '[]'::jsonb)), false
        ) as is_answered
    from figures
    left join came on (figures.level, figures.breakdown, figures.day) = (came.level, came.breakdown, came.day)
    group by figures.level, figures.breakdown, figures.day, figures.figure, figures.action_type
),

others as (
    select
        doubted_days.level,
        doubted_days.breakdown,
        doubted_days.day,
        runs.level as other_level
    from doubted_days
    inner join raw.reading_runs as runs
        on
            runs.account_id = :account
            and runs.run_id = :run_id
            and runs.breakdown = ''
            and doubted_days.level <> runs.level
            and doubted_days.day = runs.day
    where doubted_days.breakdown = '' and runs.state = 'read'
    union all
    select
        doubted_days.level,
        doubted_days.breakdown,
        doubted_days.day,
        states.level as other_level
    from doubted_days
    inner join raw.day_states as states
        on
            states.account_id = :account
            and states.breakdown = ''
            and states.level in ('account', 'campaign')
            and doubted_days.day = states.day
    where doubted_days.breakdown <> '' and states.state = 'read'
),

other_totals as (
    select
        figures.level,
        figures.breakdown,
        figures.day,
        figures.figure,
        figures.action_type,
        sum(raw.figure_of(to_jsonb(insights), figures.figure, figures.action_type)) as total
    from figures
    inner join others on (figures.level, figures.breakdown, figures.day) = (others.level, others.breakdown, others.day)
    inner join raw.insights as insights
        on
            insights.account_id = :account
            and insights.breakdown = ''
            and others.other_level = insights.level
            and others.day = insights.day
    group by
        figures.level, figures.breakdown, figures.day, figures.figure, figures.action_type, others.other_level
    having sum(raw.figure_of(to_jsonb(insights), figures.figure, figures.action_type)) <> 0
),

by_figure as (
    select
        missing.level,
        missing.breakdown,
        missing.day,
        missing.object_id,
        missing.breakdown_value,
        came_totals.is_answered,
        coalesce(
            bool_or((other_totals.total - came_totals.total) * sign(missing.amount) >= abs(missing.amount) / 2),
            false
        ) as is_contradicted,
        coalesce(
            bool_or(abs(other_totals.total - came_totals.total) < abs(missing.amount) / 2), false
        ) as is_confirmed
    from missing
    inner join came_totals
        on
            missing.level = came_totals.level
            and missing.breakdown = came_totals.breakdown
            and missing.day = came_totals.day
            and missing.figure = came_totals.figure
            and missing.action_type is not distinct from came_totals.action_type
    left join other_totals
        on
            missing.level = other_totals.level
            and missing.breakdown = other_totals.breakdown
            and missing.day = other_totals.day
            and missing.figure = other_totals.figure
            and missing.action_type is not distinct from other_totals.action_type
    group by
        missing.level, missing.breakdown, missing.day, missing.object_id, missing.breakdown_value, missing.figure,
        missing.action_type, came_totals.is_answered
),

judged as (
    select
        doubted.level,
        doubted.breakdown,
        doubted.day,
        doubted.object_id,
        doubted.breakdown_value,
        case
            when bool_or(by_figure.is_contradicted) then 'contradicted'
            when bool_and(by_figure.is_confirmed) then 'confirmed'
            when
                doubted.is_later_run
                and doubted.verdict = 'unknown'
                and (doubted.answer is null or bool_and(by_figure.is_answered))
                then 'repeated'
            else 'unknown'
        end as verdict
    from doubted
    left join by_figure
        on
            (doubted.level, doubted.breakdown, doubted.day, doubted.object_id, doubted.breakdown_value)
            = (by_figure.level, by_figure.breakdown, by_figure.day, by_figure.object_id, by_figure.breakdown_value)
    group by
        doubted.level, doubted.breakdown, doubted.day, doubted.object_id, doubted.breakdown_value, doubted.verdict,
        doubted.is_later_run, doubted.answer
)

update raw.doubtful_rows as doubtful
set
    verdict
    = case when judged.verdict = 'repeated' and judged.is_unreliable then 'unknown' else judged.verdict end
from (
    -- Where one row of an answer is contradicted, repeating the answer makes it no better for its other rows.
    select
        judged.*,
        bool_or(judged.verdict = 'contradicted') over (partition by judged.level, judged.breakdown) as is_unreliable
    from judged
) as judged
where
    doubtful.account_id = :account
    and doubtful.level = judged.level
    and doubtful.breakdown = judged.breakdown
    and doubtful.day = judged.day
    and doubtful.object_id = judged.object_id
    and doubtful.breakdown_value = judged.breakdown_value;

-- name: forget_same_readings
-- What the same instant read of these rows before (a fixed clock, two runs in one moment): the verdict takes its place.
delete from raw.insight_readings as readings
using raw.doubtful_rows as doubted
where
    doubted.account_id = :account
    and doubted.last_run_id = :run_id
    and doubted.verdict = any(:gone)
    and readings.account_id = doubted.account_id
    and readings.level = doubted.level
    and readings.breakdown = doubted.breakdown
    and readings.day = doubted.day
    and readings.object_id = doubted.object_id
    and readings.breakdown_value = doubted.breakdown_value
    and readings.read_at = :read_at;

-- name: apply_verdicts
-- What is gone is taken out, or replaced by the row as it came; kept as readings where they are kept; in doubt no more.
with settled as (
    delete from raw.doubtful_rows
    where account_id = :account and last_run_id = :run_id and verdict = any(:gone)
    returning level, breakdown, day, object_id, breakdown_value, answer
),

taken as (
    delete from raw.insights as insights
    using settled
    where
        insights.account_id = :account
        and insights.level = settled.level
        and insights.breakdown = settled.breakdown
        and insights.day = settled.day
        and insights.object_id = settled.object_id
        and insights.breakdown_value = settled.breakdown_value
    returning
        insights.level,
        insights.breakdown,
        insights.day,
        settled.answer is null as is_removed,
        to_jsonb(insights)
        || coalesce(settled.answer, '{}')
        || jsonb_build_object('collected_at', cast(:read_at as timestamptz), 'stale_since', null) as insight
),

replaced as (
    insert into raw.insights
    select (jsonb_populate_record(null::raw.insights, taken.insight)).* -- noqa: AM04, AL03
    from taken
    where not taken.is_removed
),

kept as (
    insert into raw.insight_readings
    select ( -- noqa: AM04, AL03
        jsonb_populate_record(
            null::raw.insight_readings,
            taken.insight
            || jsonb_build_object('read_at', cast(:read_at as timestamptz), 'is_removed', taken.is_removed)
        )
    ).*
    from taken
    where taken.breakdown = '' and taken.level = any(:kept_levels)
),

per_day as (
    select
        level,
        breakdown,
        day,
        count(*) filter (where is_removed) as removed,
        count(*) filter (where not is_removed) as replaced
    from taken
    group by level, breakdown, day
),

counted as (
    update raw.reading_runs as runs
    set
        rows_removed = runs.rows_removed + per_day.removed,
        rows_changed = runs.rows_changed + per_day.replaced
    from per_day
    where
        runs.account_id = :account
        and runs.run_id = :run_id
        and runs.level = per_day.level
        and runs.breakdown = per_day.breakdown
        and runs.day = per_day.day
)

select
    level,
    breakdown,
    day,
    removed,
    replaced
from per_day;

-- name: add_settled_days
insert into raw.changed_days (account_id, day)
select
    :account as account_id,
    settled.local_day
from unnest(cast(:days as date[])) as settled (local_day);

-- name: end_doubts
-- Days of which nothing is in doubt any more were read well.
update raw.reading_runs as runs
set
    ok = true,
    state = 'read',
    error = null
where
    runs.account_id = :account
    and runs.run_id = :run_id
    and runs.state = 'doubtful'
    and not exists (
        select 1 from raw.doubtful_rows as doubtful
        where
            doubtful.account_id = runs.account_id
            and doubtful.level = runs.level
            and doubtful.breakdown = runs.breakdown
            and doubtful.day = runs.day
    );

-- name: doubt_empty_answers
-- No rows, and none known, on a day on which another level has delivery.
update raw.reading_runs as runs
set
    ok = false,
    state = 'doubtful',
    error = 'no rows came, although another level has delivery'
where
    runs.account_id = :account
    and runs.run_id = :run_id
    and runs.state = 'read'
    and runs.rows_read = 0
    and not exists (
        select 1 from raw.insights as insights
        where
            insights.account_id = runs.account_id
            and insights.level = runs.level
            and insights.breakdown = runs.breakdown
            and insights.day = runs.day
    )
    and exists (
        select 1
        from raw.day_states as states
        inner join raw.insights as insights
            on
                states.account_id = insights.account_id
                and states.level = insights.level
                and states.breakdown = insights.breakdown
                and states.day = insights.day
        where
            states.account_id = runs.account_id
            and states.day = runs.day
            and states.breakdown = ''
            and states.state = 'read'
            and (insights.impressions > 0 or insights.spend > 0)
            and (
                runs.breakdown <> ''
                or exists (
                    select 1 from raw.reading_runs as other_runs
                    where
                        other_runs.account_id = runs.account_id
                        and other_runs.run_id = runs.run_id
                        and other_runs.level = states.level
                        and other_runs.level <> runs.level
                        and other_runs.breakdown = ''
                        and other_runs.day = runs.day
                        and other_runs.state = 'read'
                )
            )
    )
returning runs.level, runs.breakdown, runs.day;

-- name: forget_empty_answers
-- Days whose newest reading turned out to be none: the good one before it counts again.
update raw.day_states as states
set
    read_at = (
        select max(good_runs.read_at)
        from raw.reading_runs as good_runs
        where
            good_runs.account_id = states.account_id
            and good_runs.level = states.level
            and good_runs.breakdown = states.breakdown
            and good_runs.day = states.day
            and good_runs.ok
    )
from raw.reading_runs as runs
where
    runs.account_id = :account
    and runs.run_id = :run_id
    and runs.state = 'doubtful'
    and states.account_id = runs.account_id
    and states.level = runs.level
    and states.breakdown = runs.breakdown
    and states.day = runs.day;

-- name: doubtful_days
select
    level,
    breakdown,
    day,
    count(*) filter (where answer is null) as missing,
    count(*) filter (where answer is not null) as incomplete
from raw.doubtful_rows
where account_id = :account and last_run_id = :run_id
group by level, breakdown, day
order by level, breakdown, day;
