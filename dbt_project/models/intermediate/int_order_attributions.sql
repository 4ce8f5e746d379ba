{{
    config(
        materialized='incremental',
        incremental_strategy='orders',
        on_schema_change='append_new_columns',
        contract={'enforced': true},
        pre_hook='{{ freeze_order_sources() }}',
        post_hook='{{ move_order_watermarks() }}'
    )
}}

{{ order_attributions(orders_to_attribute()) }}
