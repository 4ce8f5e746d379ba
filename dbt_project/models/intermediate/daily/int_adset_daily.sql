{{ config(meta={'level': 'adset'}) }}

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
    where insights.level = 'adset'

),

{{ left_out(lower=['ad'], key='adset_id') }},

{{ short_of('adset', [('campaign', 'campaign_id'), ('account', 'account_id')]) }}

select
    measures.account_id,
    measures.campaign_id,
    measures.object_id as adset_id,
    measures.day,
    {{ fact_columns(['below', 'nowhere', 'partly']) }}
{{ from_dirty_days(['below', 'nowhere', 'partly']) }}
