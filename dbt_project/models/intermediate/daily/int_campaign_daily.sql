{{ config(meta={'level': 'campaign'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

{{ left_out('campaign', lower=['adset', 'ad'], key='campaign_id') }}

measures as (

    select * from {{ ref('int_insight_measures') }}
    where level = 'campaign'

)

select
    measures.account_id,
    measures.object_id as campaign_id,
    measures.day,
    {{ fact_columns(['below', 'nowhere']) }}
{{ from_dirty_days(['below', 'nowhere']) }}
