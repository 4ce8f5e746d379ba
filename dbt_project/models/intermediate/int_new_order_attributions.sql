-- depends_on: {{ ref('int_order_attributions') }}
{{ order_attributions(orders_since()) }}
