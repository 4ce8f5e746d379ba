{#
    The analyst reads `marts` and nothing else. Applied after every build, because a view that was made anew has no grants;
    default privileges cover the moment in between. Nothing is touched where nothing is missing.
#}
{% macro grant_to_analyst() -%}
    {%- if execute and flags.WHICH in ('build', 'run') %}
    do $grants$
    begin
        if not exists (select from pg_roles where rolname = 'fbads_analyst') or to_regnamespace('marts') is null then
            return;
        end if;
        if not has_schema_privilege('fbads_analyst', 'marts', 'usage') then
            grant usage on schema marts to fbads_analyst;
            alter default privileges in schema marts grant select on tables to fbads_analyst;
        end if;
        if exists (
            select from pg_class
            where
                relnamespace = 'marts'::regnamespace
                and relkind in ('r', 'v', 'm', 'p')
                and not has_table_privilege('fbads_analyst', oid, 'select')
        ) then
            grant select on all tables in schema marts to fbads_analyst;
        end if;
    end
    $grants$;
    commit;
    {%- endif %}
{%- endmacro %}
