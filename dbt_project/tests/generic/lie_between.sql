{# Figures outside of what they can be, such as a rate above 1; a null is none. #}
{% test lie_between(model, columns, lowest, highest) %}
    select *
    from {{ model }}
    where {% for column in columns %}{{ column }} not between {{ lowest }} and {{ highest }}{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
