select
    facts.account_id,
    facts.campaign_id,
    facts.adset_id,
    facts.day,
    {{ mart_columns() }}
from {{ ref('int_adset_daily') }} as facts
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
{{ taxes_of() }}
{{ goal_of_row('facts.campaign_id') }}
