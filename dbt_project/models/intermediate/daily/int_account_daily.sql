{{ config(meta={'level': 'account'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

measures as materialized (

    select insights.*
    from dirty
    inner join {{ ref('int_insight_measures') }} as insights
        on
            dirty.account_id = insights.account_id
            and dirty.day = insights.day
    where insights.level = 'account'

),

{{ left_out(lower=['campaign', 'adset', 'ad'], key='account_id') }}

select
    measures.account_id,
    measures.day,
    {{ fact_columns(['below']) }}
{{ from_dirty_days(['below']) }}
