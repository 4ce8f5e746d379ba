{{ config(meta={'level': 'campaign', 'is_broken_down': true}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

{{ short_of_plain_rows() }},

measures as (

    select * from {{ ref('int_breakdown_measures') }}
    where level = 'campaign'

)

select
    measures.account_id,
    measures.object_id as campaign_id,
    measures.day,
    measures.breakdown,
    measures.breakdown_value,
    {{ fact_columns(['partly'], is_broken_down=true) }}
{{ from_dirty_days(['partly'], by=['object_id', 'breakdown', 'breakdown_value']) }}
