{# A unique index of a seed on its columns `unique_on`: a row that comes twice fails the load. #}
{% macro create_unique_index() -%}
    create unique index if not exists {{ this.identifier }}_key
    on {{ this }} ({{ model.config.unique_on | join(', ') }})
{%- endmacro %}
