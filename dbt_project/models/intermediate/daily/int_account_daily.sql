{{ config(meta={'level': 'account'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

measures as (

    select * from {{ ref('int_insight_measures') }}
    where level = 'account'

)

select
    measures.account_id,
    measures.day,
    {{ fact_columns('measures') }}
from dirty
inner join measures
    on
        dirty.account_id = measures.account_id
        and dirty.day = measures.day
