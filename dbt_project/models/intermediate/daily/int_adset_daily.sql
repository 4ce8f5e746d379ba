{{ config(meta={'level': 'adset'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

{{ left_out('adset', lower=['ad'], key='adset_id') }}

measures as (

    select * from {{ ref('int_insight_measures') }}
    where level = 'adset'

)

select
    measures.account_id,
    measures.campaign_id,
    measures.object_id as adset_id,
    measures.day,
    {{ fact_columns(['below', 'nowhere']) }}
{{ from_dirty_days(['below', 'nowhere']) }}
