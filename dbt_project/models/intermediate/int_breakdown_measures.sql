select
    insights.account_id,
    insights.level,
    insights.day,
    insights.object_id,
    insights.breakdown,
    insights.breakdown_value,
    {{ measures('insights', is_broken_down=true) }},
    insights.collected_at
from {{ ref('stg_breakdown_insights') }} as insights
{{ by_action_type('insights') }}
{{ conversions_of_row() }}
