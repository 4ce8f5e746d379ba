{#
    Conversion families: dbt_project.yml's var `conversion_families` is the only list. A family is a list of alternatives,
    the widest first; the first of which a row lists a type counts, alone. An alternative is a set of parts that exclude
    each other and add up; a part is a list of types for the same events, of which the first that is listed counts. In the
    YAML a part of one type, and an alternative of one such part, are written as the type.
#}
{% macro alternatives_of(family) %}
    {%- set alternatives = [] -%}
    {%- for alternative in var('conversion_families')[family] -%}
        {%- set parts = [] -%}
        {%- for part in ([alternative] if alternative is string else alternative) -%}
            {%- do parts.append([part] if part is string else part) -%}
        {%- endfor -%}
        {%- do alternatives.append(parts) -%}
    {%- endfor -%}
    {{ return(alternatives) }}
{% endmacro %}


{# Every action type of an alternative, or of all alternatives of a family. #}
{% macro types_of_alternative(parts) %}
    {{ return(parts | sum(start=[])) }}
{% endmacro %}


{% macro types_of_family(family) %}
    {%- set types = [] -%}
    {%- for parts in alternatives_of(family) -%}
        {%- do types.extend(types_of_alternative(parts)) -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}


{% macro type_array(types) -%}
    array['{{ types | join("', '") }}']
{%- endmacro %}


{# Events of a family in a row: `otherwise` without any, null where the type that counts is listed without a value. #}
{% macro family_count(family, counts, otherwise='0') -%}
    case
        when chosen.by_family ? '{{ family }}' then {{ own_figure(family, counts, otherwise) }}
        {%- for parts in alternatives_of(family) %}
        when {{ counts }} ?| {{ type_array(types_of_alternative(parts)) }}
            then {% for types in parts %}{{ ' + ' if not loop.first }}{{ first_listed(types, counts) }}{% endfor %}
        {%- endfor %}
        else {{ otherwise }}
    end
{%- endmacro %}


{#
    The value of a family's events: of the types by which they are counted; where these have none, of the first
    alternative that has one. `otherwise` without any, null where the type that counts is listed without a value.
#}
{% macro family_value(family, counts, amounts, otherwise='0') -%}
    {%- set alternatives = alternatives_of(family) -%}
    case
        when chosen.by_family ? '{{ family }}' then {{ own_figure(family, amounts, otherwise) }}
        {%- for parts in alternatives if alternatives | length > 1 %}
        {%- set types = type_array(types_of_alternative(parts)) %}
        when {{ counts }} ?| {{ types }} and {{ amounts }} ?| {{ types }}
            then {{ value_of_parts(parts, counts, amounts) }}
        {%- endfor %}
        {%- for parts in alternatives %}
        when {{ amounts }} ?| {{ type_array(types_of_alternative(parts)) }}
            then {{ value_of_parts(parts, counts, amounts) }}
        {%- endfor %}
        else {{ otherwise }}
    end
{%- endmacro %}


{% macro value_of_parts(parts, counts, amounts) -%}
    {%- for types in parts -%}
    {{ ' + ' if not loop.first }}
    {%- if types | length > 1 -%}
    case
                {%- for type in types %}
                when {{ counts }} ? '{{ type }}' and {{ amounts }} ? '{{ type }}' then ({{ amounts }} ->> '{{ type }}')::numeric
                {%- endfor %}
                else {{ first_listed(types, amounts) }}
            end
    {%- else -%}
    {{ first_listed(types, amounts) }}
    {%- endif %}
    {%- endfor %}
{%- endmacro %}


{# Of a part: the figure of the first of its types that is listed, 0 where none is. #}
{% macro first_listed(types, by_type) -%}
    case
        {%- for type in types %}
        when {{ by_type }} ? '{{ type }}' then ({{ by_type }} ->> '{{ type }}')::numeric
        {%- endfor %}
        else 0
    end
{%- endmacro %}


{#
    By the account's own choice (seed account_action_types): alternatives with ` | ` between them, parts that add up with
    ` + `; one type alone is both. `otherwise` where the row lists none of the types.
#}
{% macro own_figure(family, by_type, otherwise='0') -%}
    {%- set own = "(chosen.by_family ->> '" ~ family ~ "')" -%}
    case
            when {{ by_type }} ?| string_to_array(replace({{ own }}, ' | ', ' + '), ' + ')
                then (
                    select {{ sum_reported('(' ~ by_type ~ ' ->> part)::numeric') }}
                    from unnest((
                        select string_to_array(alternative, ' + ')
                        from unnest(string_to_array({{ own }}, ' | ')) with ordinality as own (alternative, place)
                        where {{ by_type }} ?| string_to_array(alternative, ' + ')
                        order by place
                        limit 1
                    )) as part
                    where {{ by_type }} ? part
                )
            else {{ otherwise }}
        end
{%- endmacro %}
