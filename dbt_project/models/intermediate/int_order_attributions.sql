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

-- depends_on: {{ ref('stg_orders') }}
{{ order_attributions('frozen_orders') }}
