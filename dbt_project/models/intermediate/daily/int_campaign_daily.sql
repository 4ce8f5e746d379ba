{{ config(meta={'level': 'campaign'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

measures as (

    select * from {{ ref('int_insight_measures') }}
    where level = 'campaign'

)

select
    measures.account_id,
    measures.object_id as campaign_id,
    measures.day,
    {{ fact_columns('measures') }}
from dirty
inner join measures
    on
        dirty.account_id = measures.account_id
        and dirty.day = measures.day
