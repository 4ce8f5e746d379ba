{#
    One field of a breakdown's value: of ('age,gender', '25-34,female') the age is 25-34. Null where the breakdown does not
    split by the field; 'unknown' where it does and Meta left the value out. Any other value of Meta's stays as it is.
#}
{% macro breakdown_field(field) -%}
    case
        when array_position(string_to_array(facts.breakdown, ','), '{{ field }}') is not null
            then coalesce(
                nullif(split_part(
                    facts.breakdown_value,
                    '{{ var("breakdown_separator") }}',
                    array_position(string_to_array(facts.breakdown, ','), '{{ field }}')
                ), ''),
                'unknown'
            )
    end
{%- endmacro %}


{# Whether Meta has no events away from Meta in a breakdown: by the hour and by region. #}
{% macro lacks_off_meta(breakdown) -%}
    ({{ breakdown }} ~ '{{ var("breakdowns_without_off_meta") }}')
{%- endmacro %}
