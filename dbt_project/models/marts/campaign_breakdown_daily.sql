select
    facts.account_id,
    facts.campaign_id,
    facts.day,
    facts.breakdown,
    facts.breakdown_value,
    {{ breakdown_field('age') }} as age,
    {{ breakdown_field('gender') }} as gender,
    {{ breakdown_field('country') }} as country,
    {{ breakdown_field('publisher_platform') }} as publisher_platform,
    {{ breakdown_field('platform_position') }} as platform_position,
    {{ mart_columns() }}
from {{ ref('int_campaign_breakdown_daily') }} as facts
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
{{ taxes_of() }}
{{ goal_of_row('facts.campaign_id', is_broken_down=true) }}
