{{ config(meta={'level': 'campaign'}) }}

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
    where insights.level = 'campaign'

),

{{ left_out(lower=['adset', 'ad'], key='campaign_id') }},

{{ short_of('campaign', [('account', 'account_id')]) }}

select
    measures.account_id,
    measures.object_id as campaign_id,
    measures.day,
    {{ fact_columns(['below', 'nowhere', 'partly']) }}
{{ from_dirty_days(['below', 'nowhere', 'partly']) }}
