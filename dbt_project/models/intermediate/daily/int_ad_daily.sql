{{ config(meta={'level': 'ad'}) }}

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
    where insights.level = 'ad'

),

{{ short_of('ad', [('adset', 'adset_id'), ('campaign', 'campaign_id'), ('account', 'account_id')], has_below=false) }}

select
    measures.account_id,
    measures.campaign_id,
    measures.adset_id,
    measures.object_id as ad_id,
    measures.day,
    {{ fact_columns(['nowhere', 'partly']) }}
{{ from_dirty_days(['nowhere', 'partly']) }}
