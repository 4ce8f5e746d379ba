{# The only division of the warehouse: exact, without trailing zeros, null where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    trim_scale(({{ numerator }})::numeric / nullif({{ denominator }}, 0))
{%- endmacro %}


{# The clock of every model: a fixed instant where the session sets one (set fbads.now = '2026-11-01T12:00Z'), else now. #}
{% macro fbads_now() -%}
    coalesce(nullif(current_setting('fbads.now', true), '')::timestamptz, now())
{%- endmacro %}


{# Money as people read it, from what Meta counts in the currency's smallest unit; null where the currency is unknown. #}
{% macro major_units(minor, factor) -%}
    {{ ratio(minor, factor) }}
{%- endmacro %}


{# Whether parts make the whole that Meta reports itself. Meta rounds: a thousandth is allowed. #}
{% macro adds_up(parts, whole) -%}
    abs({{ parts }} - {{ whole }}) <= 0.001 * greatest(abs({{ whole }}), 1)
{%- endmacro %}


{# The currency that amounts are converted to (FBADS_REPORTING_CURRENCY); empty where none is. #}
{% macro reporting_currency() -%}
    {{ env_var('FBADS_REPORTING_CURRENCY', '') | trim | upper }}
{%- endmacro %}


{# The account's local today. #}
{% macro local_today(timezone_name) -%}
    ({{ fbads_now() }} at time zone {{ timezone_name }})::date
{%- endmacro %}


{# The instant at which a local day begins. #}
{% macro midnight(day, timezone_name) -%}
    ({{ day }})::timestamp at time zone {{ timezone_name }}
{%- endmacro %}


{# The seconds from one instant to another; 0 where the second is not later. #}
{% macro seconds_between(from_at, until_at) -%}
    greatest(extract(epoch from ({{ until_at }}) - ({{ from_at }})), 0)
{%- endmacro %}


{# The same within those hours alone (a multirange), of which null stands for all. #}
{% macro seconds_within(hours, from_at, until_at) -%}
    case
                when {{ hours }} is null then {{ seconds_between(from_at, until_at) }}
                else (
                    select coalesce(sum(extract(epoch from upper(parts.hours) - lower(parts.hours))), 0)
                    from
                        unnest({{ hours }} * tstzmultirange(tstzrange({{ from_at }}, greatest({{ from_at }}, {{ until_at }}))))
                            as parts (hours)
                )
            end
{%- endmacro %}


{# How many days from one to before another have a part of those hours, of which null stands for all. #}
{% macro days_within(hours, first_day, until_day, timezone_name) -%}
    case
                when {{ hours }} is null then greatest({{ until_day }} - {{ first_day }}, 0)
                else (
                    select count(*)::integer
                    from generate_series(
                            ({{ first_day }})::timestamp, ({{ until_day }} - 1)::timestamp, interval '1 day'
                        ) as series (local_day)
                    where
                        {{ hours }} && tstzrange(
                            {{ midnight('series.local_day', timezone_name) }},
                            {{ midnight("series.local_day + interval '1 day'", timezone_name) }}
                        )
                )
            end
{%- endmacro %}


{# An amount, or the cap where it is lower; null where the amount is, whatever the cap. #}
{% macro at_most(amount, cap) -%}
    case when {{ amount }} > {{ cap }} then {{ cap }} else {{ amount }} end
{%- endmacro %}


{# A cap in minor units; null where Meta says that there is none, by 0 or by a number that no currency reaches. #}
{% macro real_cap(minor) -%}
    case when {{ minor }} > 0 and {{ minor }} < {{ var('no_cap_minor') }} then {{ minor }} end
{%- endmacro %}


{# The first day that the maturity curve looks at. #}
{% macro oldest_maturing_day(timezone_name) -%}
    {{ local_today(timezone_name) }} - {{ var('maturity_days') + var('final_after_days') }}
{%- endmacro %}


{#
    The sum of a figure that may be not reported (null): null as soon as one row lacks it, never the sum of the others.
    condition: counts only the rows where it holds, as `filter (where …)` would.
#}
{% macro sum_reported(figure, condition=none) -%}
    {%- set only = ' filter (where ' ~ condition ~ ')' if condition else '' -%}
    case when count(*){{ only }} = count({{ figure }}){{ only }} then sum({{ figure }}){{ only }} end
{%- endmacro %}


{# Of a window over readings in order: the highest figure so far, 0 before the first reading, null once one lacks it. #}
{% macro highest_so_far(figure) -%}
    case
            when count(readings.read_at) over by_campaign = count({{ figure }}) over by_campaign
                then coalesce(max({{ figure }}) over by_campaign, 0)
        end
{%- endmacro %}


{# The figure as the last reading has it, null where that does not report it; 0 of a day that was read without a row. #}
{% macro of_last_reading(figure) -%}
    case when count(readings.read_at) = 0 then 0 else (array_agg({{ figure }} order by readings.read_at desc nulls last))[1] end
{%- endmacro %}


{# The figure of one action type in an object of types and figures: `otherwise` where the type is not listed, null where its
   value is not told. #}
{% macro figure_of_type(by_type, action_type, otherwise='0') -%}
    case when {{ by_type }} ? {{ action_type }} then ({{ by_type }} ->> {{ action_type }})::numeric else {{ otherwise }} end
{%- endmacro %}


{# What was spent in rows of which a condition holds: 0 without such a row, null where one does not report it. #}
{% macro spent(condition) -%}
    case when count(*) filter (where {{ condition }}) = 0 then 0 else {{ sum_reported('facts.spend', condition) }} end
{%- endmacro %}
