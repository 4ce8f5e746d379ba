select
    insights.account_id,
    insights.level,
    insights.day,
    insights.object_id,
    insights.campaign_id,
    insights.adset_id,
    insights.ad_id,
    {{ measures('insights') }},
    counts.total as event_total,
    amounts.total as value_total,
    insights.collected_at
from {{ ref('stg_insights') }} as insights
{{ by_action_type('insights') }}
{{ conversions_of_row() }}
