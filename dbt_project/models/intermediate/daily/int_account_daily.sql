{{ config(meta={'level': 'account'}) }}

with dirty as (

    select * from {{ dirty_days() }}

),

{{ left_out('account', lower=['campaign', 'adset', 'ad'], key='account_id') }}

measures as (

    select * from {{ ref('int_insight_measures') }}
    where level = 'account'

)

select
    measures.account_id,
    measures.day,
    {{ fact_columns(['below']) }}
{{ from_dirty_days(['below']) }}
