{%- set measures = [
    ('impressions', 'bigint'), ('clicks', 'bigint'), ('link_clicks', 'bigint'), ('spend', 'numeric'),
    ('purchases', 'numeric'), ('purchase_value', 'numeric'), ('leads', 'numeric'),
    ('conversions', 'numeric'), ('conversion_value', 'numeric'),
] -%}
select
    steps.account_id,
    steps.campaign_id,
    steps.day,
    steps.from_at,
    steps.until_at,
    steps.minutes,
    steps.currency,
    {%- for measure, _ in measures %}
    steps.{{ measure }} - coalesce(lag(steps.{{ measure }}) over by_campaign, 0) as {{ measure }},
    {%- endfor %}
    steps.is_last
from (
    select
        marks.account_id,
        campaigns.campaign_id,
        marks.day,
        marks.from_at,
        marks.until_at,
        marks.minutes,
        marks.read_at,
        marks.is_last,
        max(readings.currency) over by_campaign as currency,
        {%- for measure, _ in measures %}
        {#- The highest figure so far: where nothing new was found it stands, and a correction downwards takes nothing back. #}
        coalesce(max(readings.{{ measure }}) over by_campaign, 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_intraday_marks') }} as marks
    inner join (
        select distinct
            account_id,
            day,
            object_id as campaign_id
        from {{ ref('stg_insight_readings') }}
        where level = 'campaign'
    ) as campaigns
        on
            marks.account_id = campaigns.account_id
            and marks.day = campaigns.day
    left join (
        select
            facts.account_id,
            facts.day,
            facts.object_id as campaign_id,
            facts.collected_at as read_at,
            {{ currency_of('facts') }} as currency,
            facts.impressions,
            facts.clicks,
            facts.link_clicks,
            facts.spend,
            facts.purchase_count as purchases,
            facts.purchase_value,
            facts.lead_count as leads,
            goal.conversions,
            goal.conversion_value
        from {{ ref('int_reading_measures') }} as facts
        left join {{ ref('stg_accounts') }} as accounts on facts.account_id = accounts.account_id
        left join {{ ref('account_goals') }} as goals on facts.account_id = goals.account_id
        {{ goal_of_row() }}
        where facts.level = 'campaign' and not facts.is_removed
    ) as readings
        on
            campaigns.account_id = readings.account_id
            and campaigns.day = readings.day
            and campaigns.campaign_id = readings.campaign_id
            and marks.read_at = readings.read_at
    window by_campaign as (partition by marks.account_id, marks.day, campaigns.campaign_id order by marks.read_at)
) as steps
window by_campaign as (partition by steps.account_id, steps.day, steps.campaign_id order by steps.read_at)
