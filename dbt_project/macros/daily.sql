{# The raw figures of a row of insights under the names of their metrics, null where Meta left one out. #}
{% macro raw_figures() -%}
    {%- for metric in metrics() if metric.raw %}
    {{ metric.raw }} as {{ metric.name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#
    What Meta lists with a row: actions, conversions and the actions that are a field of their own, in one array each of
    counts and of values; and whether Meta was asked for the latter two.
#}
{% macro listed_actions() -%}
    {{ of_unreadable('actions') }} || coalesce({{ unpacked('conversions') }}, '[]')
    || coalesce({{ unpacked('other_actions') }}, '[]') as actions,
    {{ of_unreadable('action_values') }} || coalesce({{ unpacked('conversion_values') }}, '[]') as action_values,
    conversions is not null and unreadable ?| array['conversions', 'conversion_values'] is not true as has_conversions,
    other_actions is not null as has_other_actions,
    unreadable
{%- endmacro %}


{# A list of actions as Meta sent it: readings and old days hold it as one text (docs/decisions/collection/0248). #}
{% macro unpacked(list) -%}
    case when jsonb_typeof({{ list }}) = 'string' then raw.unpacked({{ list }}) else {{ list }} end
{%- endmacro %}


{# A list of actions; where it came and could not be read, every type that the project names, with no value: not reported. #}
{% macro of_unreadable(list) -%}
    {%- set entries = [] -%}
    {%- for action_type in known_goals() if action_type not in var('conversion_families') -%}
        {%- do entries.append({'action_type': action_type}) -%}
    {%- endfor -%}
    case when unreadable ? '{{ list }}' then '{{ tojson(entries) }}' else coalesce({{ unpacked(list) }}, '[]') end
{%- endmacro %}


{#
    The measures that every stored daily fact carries, after `from_dirty_days`: a raw figure that adds up is 0 where Meta
    left it out and no other level has it, null where one has. Where an action type is missing, events are read anew from
    the types together with those.
#}
{% macro fact_columns(sources=[], is_broken_down=false) -%}
    measures.currency,
    {%- for metric in metrics() if metric.raw %}
    {%- if not metric.adds_up %}
    measures.{{ metric.name }},
    {%- else %}
    coalesce(
        measures.{{ metric.name }},
        case
            when measures.unreadable ? '{{ metric.raw }}' then null
            {%- if sources %}
            when {{ in_any(sources, metric.name) }} then null
            {%- endif %}
            else 0
        end
    ) as {{ metric.name }},
    {%- endif %}
    {%- endfor %}
    {%- for name, figure in event_expressions('listed.counts', 'listed.amounts', 'measures', is_broken_down).items() %}
    {%- if not sources %}
    measures.{{ name }},
    {%- else %}
    case
        when listed.lacks_none then measures.{{ name }}
        else {{ figure }}
    end as {{ name }},
    {%- endif %}
    {%- endfor %}
    {{ 'listed.counts' if sources else 'measures.action_counts' }} as action_counts,
    {{ 'listed.amounts' if sources else 'measures.action_amounts' }} as action_amounts,
    {{ 'not listed.lacks_none' if sources else 'false' }} as lacks_figures,
    measures.has_conversions,
    measures.final_on,
    measures.collected_at
{%- endmacro %}


{% macro in_any(sources, figure) -%}
    {%- for source in sources %}{{ ' or ' if not loop.first }}'{{ figure }}' = any({{ source }}.figures){% endfor %}
{%- endmacro %}


{#
    The dirty days' measures, with what CTEs of `left_out` and `short_of` found missing in them. sources: names of these
    CTEs; by: the columns that name one row of `below` and `partly` beside account and day.
#}
{% macro from_dirty_days(sources=[], by=['object_id']) -%}
from dirty
inner join measures
    on
        dirty.account_id = measures.account_id
        and dirty.day = measures.day
{%- for source in sources %}
left join {{ source }}
    on
        measures.account_id = {{ source }}.account_id
        and measures.day = {{ source }}.day
        {%- for column in by if source != 'nowhere' %}
        and measures.{{ column }} = {{ source }}.{{ column }}
        {%- endfor %}
{%- endfor %}
{%- if sources %}
{%- set conditions = [] -%}
{%- for source in sources %}{% do conditions.append(source ~ '.account_id is null') %}{% endfor %}
cross join
    lateral (
        select
            {{ conditions | join(' and ') }} as lacks_none,
            {%- for listed in ('counts', 'amounts') %}
            case
                when {{ conditions | join(' and ') }} then measures.action_{{ listed }}
                else {% for source in sources %}coalesce({{ source }}.{{ listed }}, '{}') || {% endfor %}measures.action_{{ listed }}
            end as {{ listed }}{{ ',' if not loop.last }}
            {%- endfor %}
        -- Once per row: without it PostgreSQL writes the expression into every figure.
        offset 0
    ) as listed
{{ chosen_types('measures') }}
{%- endif %}
{%- endmacro %}


{# Count or value of the row's goal, beside `facts` and `chosen`: one of the families, else one action type. #}
{% macro of_goal(measure, is_broken_down=false) -%}
    {%- set goal = 'chosen.family' -%}
    case {{ goal }}
        {%- for family in var('conversion_families') %}
            when '{{ family }}' then facts.{{ family }}_{{ measure }}
        {%- endfor %}
            else
                {% set by_type = 'facts.action_counts' if measure == 'count' else 'facts.action_amounts' -%}
                case
                    when {{ goal }} is null then null
                    when not facts.has_conversions and not {{ by_type }} ? {{ goal }}
                        and {{ goal }} ~ '^({{ var("families_of_conversions") | join("|") }})_'
                        then null
                    {%- if is_broken_down %}
                    when {{ lacks_off_meta('facts.breakdown') }} and not {{ by_type }} ? {{ goal }}
                        and {{ goal }} ~ '{{ var("off_meta_pattern") }}'
                        then null
                    {%- endif %}
                    else {{ figure_of_type(by_type, goal) }}
                end
        end
{%- endmacro %}


{#
    The currency of a row: what Meta reported with it; else what the account had on that day (it may have changed since); else,
    of an account without readings, what it has.
#}
{% macro currency_of(facts) -%}
    coalesce(
        {{ facts }}.currency,
        (
            select periods.currency
            from {{ ref('stg_account_periods') }} as periods
            where
                periods.account_id = {{ facts }}.account_id
                and {{ facts }}.day >= periods.first_day
                and {{ facts }}.day < periods.until_day
        ),
        accounts.currency
    )
{%- endmacro %}


{# SQL of a metric that is no ratio, beside `facts` and `goal`. #}
{% macro figure_of(metric) -%}
    {%- if metric.family == 'goal' -%}
        goal.{{ 'conversions' if metric.measure == 'count' else 'conversion_value' }}
    {%- elif metric.family -%}
        facts.{{ metric.family }}_{{ metric.measure }}
    {%- else -%}
        facts.{{ metric.name }}
    {%- endif -%}
{%- endmacro %}


{#
    What an amount of the row costs with the tax of its account and day, or that tax alone: the rate is a part of the
    invoice. Null where no rate is known (ops.tax_periods), never the amount itself. Unrounded, so that sums are exact.
    Needs `taxes_of`.
#}
{% macro taxed(figure, part) -%}
    trim_scale(
        ({{ figure }})::numeric * case
            when taxes.until_days[width_bucket(facts.day, taxes.first_days)] > facts.day
                then {{ '1' if part == 'cost' else 'taxes.rates[width_bucket(facts.day, taxes.first_days)]' }}
                    / (1 - taxes.rates[width_bucket(facts.day, taxes.first_days)])
        end
    )
{%- endmacro %}


{#
    The tax periods of the account of each row of `facts`, which do not overlap, as arrays in their order: a row finds its
    own without a query. Grouped, so that a query of rows of which nobody asks the cost reads none of them.
#}
{% macro taxes_of() -%}
left join (
    select
        account_id,
        array_agg(first_day order by first_day) as first_days,
        array_agg(until_day order by first_day) as until_days,
        array_agg(rate order by first_day) as rates
    from ops.tax_periods
    group by account_id
) as taxes
    on facts.account_id = taxes.account_id
{%- endmacro %}


{#
    The columns of every daily mart after its ids and the day: the metrics of metrics.yml, ratios from the sums of the
    row's own grain.
#}
{% macro mart_columns() -%}
    {%- set figures = {} -%}
    {{ currency_of('facts') }} as currency,
    {%- for metric in metrics() %}
    {%- if metric.numerator %}
    {{ ratio(
        (metric.factor ~ ' * ' if metric.factor != 1 else '') ~ figures[metric.numerator], figures[metric.denominator]
    ) }} as {{ metric.name }},
    {%- else %}
    {%- do figures.update({
        metric.name: taxed(figures[metric.taxed], metric.part) if metric.taxed else figure_of(metric)
    }) %}
    {{ figures[metric.name] }} as {{ metric.name }},
    {%- endif %}
    {%- endfor %}
    goal.family as conversion_goal,
    facts.final_on,
    {{ local_today("coalesce(accounts.timezone_name, 'UTC')") }} < facts.final_on as is_provisional,
    facts.collected_at
{%- endmacro %}


{#
    What the account of a row goes for (`goals`), and its campaign where a target says so (`own`). Both are grouped, so
    that PostgreSQL sees one row each: a query of figures without a goal then reads neither.
#}
{% macro goals_of(row, campaign_id=none) -%}
left join (
    select
        account_id,
        max(family) as family,
        bool_or(has_several) as has_several
    from {{ ref('stg_account_goals') }}
    where campaign_id is null
    group by account_id
) as goals
    on {{ row }}.account_id = goals.account_id
{%- if campaign_id %}
left join (
    select
        account_id,
        campaign_id,
        max(family) as family
    from {{ ref('stg_account_goals') }}
    where campaign_id is not null
    group by account_id, campaign_id
) as own
    on {{ row }}.account_id = own.account_id and {{ campaign_id }} = own.campaign_id
{%- endif %}
{%- endmacro %}


{#
    The goal of a row of `facts`: its family, and what the row has of it. campaign_id: the row's campaign, whose own goal
    comes before its account's; without it the account's own row, which has no goal where its campaigns have several.
    of_account: the account's goal whatever its campaigns'.
#}
{% macro goal_of_row(campaign_id=none, is_broken_down=false, of_account=false) -%}
{{ goals_of('facts', campaign_id) }}
cross join
    lateral (
        select
            {%- if campaign_id %}
            coalesce(own.family, goals.family, '{{ default_goal() }}') as family
            {%- elif of_account %}
            coalesce(goals.family, '{{ default_goal() }}') as family
            {%- else %}
            case when not coalesce(goals.has_several, false) then coalesce(goals.family, '{{ default_goal() }}') end as family
            {%- endif %}
    ) as chosen
cross join
    lateral (
        select
            chosen.family,
            {{ of_goal('count', is_broken_down) }} as conversions,
            {{ of_goal('value', is_broken_down) }} as conversion_value
    ) as goal
{%- endmacro %}
