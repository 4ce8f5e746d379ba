{#
    marts.campaign_daily_as_known(instant): campaign_daily as it read at that instant. The function has the columns of the
    view that it reads (campaign_daily_versions), without known_to and is_removed; it is made anew when its text changes.
    `confirmed_at` is the last good reading up to the instant: later than known_from, the row was read again and unchanged.
#}
{% macro create_as_known() -%}
    {%- if execute and flags.WHICH in ('build', 'run') %}
    {%- set columns = [] -%}
    {%- for name in model.columns if name not in ('known_to', 'is_removed') -%}
        {%- do columns.append(name) -%}
    {%- endfor %}
    {%- set text %}
    create function {{ this.schema }}.campaign_daily_as_known(at timestamp with time zone)
    returns table (
        {%- for name in columns %}
        {{ name }} {{ model.columns[name].data_type }},
        {%- endfor %}
        confirmed_at timestamp with time zone
    )
    language sql stable parallel safe as $body$
        select
            {%- for name in columns %}
            versions.{{ name }},
            {%- endfor %}
            (
                select max(runs.read_at)
                from {{ ref('reading_runs') }} as runs
                where
                    runs.account_id = versions.account_id
                    and runs.level = 'campaign'
                    and runs.breakdown = ''
                    and runs.day = versions.day
                    and runs.is_ok
                    and runs.read_at <= campaign_daily_as_known.at
            ) as confirmed_at
        from {{ this }} as versions
        where
            versions.known_from <= campaign_daily_as_known.at
            and (versions.known_to > campaign_daily_as_known.at or versions.known_to is null)
            and not versions.is_removed
    $body$
    {%- endset %}
    {%- set mark = 'campaign_daily as it read at an instant, and when that was last confirmed. Definition ' ~ local_md5(text) %}
    do $do$
    begin
        if obj_description(
            to_regprocedure('{{ this.schema }}.campaign_daily_as_known(timestamp with time zone)'), 'pg_proc'
        ) is distinct from '{{ mark }}' then
            drop function if exists {{ this.schema }}.campaign_daily_as_known(timestamp with time zone);
            {{ text }};
            comment on function {{ this.schema }}.campaign_daily_as_known(timestamp with time zone) is '{{ mark }}';
        end if;
    end
    $do$
    {%- endif %}
{%- endmacro %}
