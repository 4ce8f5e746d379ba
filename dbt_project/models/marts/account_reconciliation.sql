{%- set levels = {'account': 'account', 'campaign': 'campaigns', 'adset': 'adsets', 'ad': 'ads'} -%}
{%- set counts = ['impressions', 'clicks'] -%}
{%- set figures = counts + ['spend', 'purchases', 'purchase_value', 'leads', 'conversions'] -%}
{%- set parts = ['campaigns', 'adsets', 'ads'] -%}
select
    levels.account_id,
    levels.day,
    case when levels.currencies <= 1 then levels.currency end as currency,
    {%- for figure in figures %}
    {%- for name in levels.values() %}
    levels.{{ name }}_{{ figure }},
    {%- endfor %}
    {%- endfor %}
    {%- for figure in figures %}
    {%- for name in parts %}
    levels.account_{{ figure }} - levels.{{ name }}_{{ figure }} as {{ figure }}_missing_in_{{ name }},
    {%- endfor %}
    {%- endfor %}
    case
        when levels.account_rows = 1
            then
                levels.currencies <= 1
                and levels.campaigns_rows > 0
                {%- for figure in figures %}
                and levels.account_{{ figure }} is not null
                {%- endfor %}
                {%- for name in parts %}
                and (
                    levels.{{ name }}_rows = 0
                    or (
                        {{ adds_up('levels.' ~ name ~ '_impressions', 'levels.account_impressions') }}
                        and {{ adds_up('levels.' ~ name ~ '_spend', 'levels.account_spend') }}
                        {%- for figure in figures %}
                        and levels.{{ name }}_{{ figure }} is not null
                        {%- endfor %}
                    )
                )
                {%- endfor %}
    end as is_reconciled
from (
    select
        facts.account_id,
        facts.day,
        min(facts.currency) as currency,
        count(distinct facts.currency) as currencies,
        {%- for level, name in levels.items() %}
        count(*) filter (where facts.level = '{{ level }}') as {{ name }}_rows,
        {%- endfor %}
        {%- for figure in figures %}
        {%- for level, name in levels.items() %}
        ({{ sum_reported('facts.' ~ figure, "facts.level = '" ~ level ~ "'") }}){{ '::bigint' if figure in counts }} as {{ name }}_{{ figure }}{{ ',' if not loop.last }}
        {%- endfor -%}
        {{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {%- for level in levels %}
        {{ 'union all' if not loop.first }}
        select
            facts.account_id,
            facts.day,
            '{{ level }}' as level,
            facts.currency,
            facts.impressions,
            facts.clicks,
            facts.spend,
            facts.purchase_count as purchases,
            facts.purchase_value,
            facts.lead_count as leads,
            goal.conversions
        from {{ ref('int_' ~ level ~ '_daily') }} as facts
        {{ goal_of_row(of_account=true) }}
        {%- endfor %}
    ) as facts
    group by facts.account_id, facts.day
) as levels
