{{ config(meta={'level': 'ad'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

{{ left_out('ad') }}

measures as (

    select * from {{ ref('int_insight_measures') }}
    where level = 'ad'

)

select
    measures.account_id,
    measures.campaign_id,
    measures.adset_id,
    measures.object_id as ad_id,
    measures.day,
    {{ fact_columns(['nowhere']) }}
{{ from_dirty_days(['nowhere']) }}
