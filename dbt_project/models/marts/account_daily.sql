select
    facts.account_id,
    facts.day,
    {{ mart_columns() }}
from {{ ref('int_account_daily') }} as facts
left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
{{ taxes_of() }}
{{ goal_of_row() }}
