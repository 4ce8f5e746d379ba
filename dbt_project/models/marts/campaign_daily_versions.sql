{{ config(post_hook="{{ create_as_known() }}") }}
-- The function reads it too: depends_on: {{ ref('reading_runs') }}

select
    facts.account_id,
    facts.object_id as campaign_id,
    facts.day,
    facts.collected_at as known_from,
    lead(facts.collected_at) over (
        partition by facts.account_id, facts.day, facts.object_id
        order by facts.collected_at
    ) as known_to,
    facts.is_removed,
    {{ mart_columns() }}
from {{ ref('int_reading_measures') }} as facts
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
{{ taxes_of() }}
{{ goal_of_row('facts.object_id') }}
where facts.level = 'campaign'
