{#
    What orders name: an object by an id of Meta's in the UTM parameters, else a campaign by an exact name; or why none.
    orders: a relation with the columns of stg_orders, read twice. One row per order.
#}
{% macro order_attributions(orders) -%}
select
    orders.source,
    orders.order_id,
    orders.version,
    case when found.is_attributed then orders.account_id end as account_id,
    case when found.is_attributed then orders.campaign_id end as campaign_id,
    case when found.is_attributed then coalesce(orders.adset_id, ads.adset_id) end as adset_id,
    case when found.is_attributed then coalesce(orders.ad_id, ads.ad_id) end as ad_id,
    (
        orders.placed_at
        at time zone case
            when found.is_attributed then accounts.timezone_name else sources.timezone_name
        end
    )::date as day,
    case when found.is_attributed then orders.attributed_by end as attributed_by,
    case
        when not found.is_attributed then coalesce(orders.reason, 'other_currency')
    end as unattributed_reason
from (
    select
        orders.source,
        orders.order_id,
        orders.version,
        orders.placed_at,
        orders.currency,
        orders.utm_content,
        objects.adset_id,
        objects.ad_id,
        case when objects.campaigns = 1 then objects.account_id else campaigns.account_id end as account_id,
        case when objects.campaigns = 1 then objects.campaign_id else campaigns.campaign_id end as campaign_id,
        case
            when objects.campaigns = 1 then 'id'
            when campaigns.campaign_id is not null then 'name'
        end as attributed_by,
        case
            when objects.campaigns = 1 or campaigns.campaign_id is not null then null
            when objects.campaigns > 1 then 'contradiction'
            when not origins.is_meta then 'other_origin'
            when orders.campaign_name is null then 'no_parameters'
            when candidates.campaigns > 1 then 'ambiguous_name'
            else 'unknown_name'
        end as reason
    from (
        select
            orders.*,
            nullif(lower(btrim({{ without_id('orders.utm_campaign') }})), '') as campaign_name
        from {{ orders }} as orders
    ) as orders
    left join ({{ order_objects(orders) }}) as objects
        on orders.source = objects.source and orders.order_id = objects.order_id
    -- A name says nothing of a link that came from elsewhere; an id of Meta's does.
    cross join
        lateral (
            select
                orders.utm_source is null
                or orders.fbclid_hash is not null
                or orders.utm_source ~ '(^|[^a-z])(fb|ig|an|facebook|instagram|meta|messenger|insta)([^a-z]|$)'
                    as is_meta
        ) as origins
    left join {{ ref('int_order_campaign_names') }} as candidates
        on
            orders.source = candidates.source
            and orders.campaign_name = candidates.name
            and origins.is_meta
            and objects.campaigns is null
    left join lateral (
        select
            candidates.account_id,
            candidates.campaign_id
        where candidates.campaigns = 1
    ) as campaigns on true
) as orders
left join {{ ref('int_order_ad_names') }} as ads
    on
        orders.ad_id is null
        and orders.source = ads.source
        and orders.campaign_id = ads.campaign_id
        and ads.ads = 1
        and lower(btrim({{ without_id('orders.utm_content') }})) = ads.name
        and (orders.adset_id is null or orders.adset_id = ads.adset_id)
inner join {{ source('ops', 'order_sources') }} as sources on orders.source = sources.source
left join {{ ref('stg_accounts') }} as accounts on orders.account_id = accounts.account_id
-- Amounts in another currency than the account's are added to nothing.
cross join lateral (
    select orders.reason is null and orders.currency = coalesce(accounts.currency, '') as is_attributed
) as found
{%- endmacro %}


{# What the ids in the UTM parameters of orders name: an id alone, or behind a name and a bar, as Meta's parameters write it. #}
{% macro order_objects(orders) -%}
    select
        named.source,
        named.order_id,
        count(distinct objects.campaign_id) as campaigns,
        min(objects.account_id) as account_id,
        min(objects.campaign_id) as campaign_id,
        case when count(distinct objects.adset_id) = 1 then min(objects.adset_id) end as adset_id,
        case when count(distinct objects.ad_id) = 1 then min(objects.ad_id) end as ad_id
    from (
        select
            orders.source,
            orders.order_id,
            btrim(split_part(given.parameter, '|', -1), e' \t\n\r\f\v') as id
        from {{ orders }} as orders
        cross join lateral unnest(
            array[orders.utm_id, orders.utm_content, orders.utm_term, orders.utm_medium, orders.utm_campaign]
        ) as given (parameter)
    ) as named
    inner join (
        select
            ad_id as id,
            account_id,
            campaign_id,
            adset_id,
            ad_id
        from {{ ref('stg_ads') }}
        union all
        select
            adset_id as id,
            account_id,
            campaign_id,
            adset_id,
            null as ad_id
        from {{ ref('stg_adsets') }}
        union all
        select
            campaign_id as id,
            account_id,
            campaign_id,
            null as adset_id,
            null as ad_id
        from {{ ref('stg_campaigns') }}
    ) as objects on named.id = objects.id
    inner join {{ source('ops', 'order_source_accounts') }} as owned
        on named.source = owned.source and objects.account_id = owned.account_id
    where named.id ~ '^[0-9]{5,32}$'
    group by named.source, named.order_id
{%- endmacro %}


{# A name without the id that Meta's parameters write behind it. #}
{% macro without_id(parameter) -%}
    regexp_replace({{ parameter }}, '[|]\s*[0-9]{5,32}\s*$', '')
{%- endmacro %}


{# What a shop's orders are attributed by is noted under this name, beside the daily models. #}
{% macro order_watermark(source) -%}
    'int_order_attributions ' || {{ source }}
{%- endmacro %}


{#
    Before the stored attributions are built (docs/decisions/model/0129): what each shop has that they do not. All orders
    of a shop are attributed anew where something else decides than before: this project, names and ids, the accounts, their
    currencies and time zones; and where orders were removed. A shop that was removed is listed without a version.
#}
{% macro freeze_order_sources() -%}
    {%- if execute %}
    {%- set takes_all = flags.FULL_REFRESH or load_cached_relation(this) is none %}
    create temporary table frozen_order_sources on commit drop as
    select
        found.source,
        found.definition,
        found.version,
        case when anew.takes_all then 0 else watermarks.seq end as above,
        anew.takes_all
    from (
        select
            sources.source,
            md5(concat_ws('|', project.definition, sources.timezone_name, removed.marks, owned.accounts)) as definition,
            newest.version
        from ops.order_sources as sources
        cross join (select {{ definition_of(model) }} as definition) as project
        cross join (
            select string_agg(mark::text, ',' order by changed_in) as marks
            from ops.table_changes
            where table_name = 'ops.orders'
        ) as removed
        cross join lateral (
            select coalesce(max(orders.version), 0) as version
            from ops.orders as orders
            where orders.source = sources.source
        ) as newest
        cross join lateral (
            select
                string_agg(
                    row(shop.account_id, accounts.account, objects.campaigns, objects.adsets, objects.ads)::text,
                    '|' order by shop.account_id
                ) as accounts
            from ops.order_source_accounts as shop
            left join lateral (
                select row(accounts.currency, accounts.timezone_name)::text as account
                from {{ ref('stg_accounts') }} as accounts
                where accounts.account_id = shop.account_id
            ) as accounts on true
            cross join lateral (
                select
                    (
                        select sum(hash_record_extended(row(campaigns.campaign_id, campaigns.name), 0))
                        from {{ ref('stg_campaigns') }} as campaigns
                        where campaigns.account_id = shop.account_id
                    ) as campaigns,
                    (
                        select sum(hash_record_extended(row(adsets.adset_id, adsets.campaign_id), 0))
                        from {{ ref('stg_adsets') }} as adsets
                        where adsets.account_id = shop.account_id
                    ) as adsets,
                    (
                        select sum(hash_record_extended(row(ads.ad_id, ads.adset_id, ads.campaign_id, ads.name), 0))
                        from {{ ref('stg_ads') }} as ads
                        where ads.account_id = shop.account_id
                    ) as ads
            ) as objects
            where shop.source = sources.source
        ) as owned
    ) as found
    left join intermediate.watermarks as watermarks on watermarks.model = {{ order_watermark('found.source') }}
    cross join lateral (
        select {{ takes_all | lower }} or watermarks.definition is distinct from found.definition as takes_all
    ) as anew
    {%- if load_cached_relation(this) is not none %}
    union all
    select
        substr(watermarks.model, length({{ order_watermark("''") }}) + 1) as source,
        null as definition,
        null as version,
        null as above,
        true as takes_all
    from intermediate.watermarks as watermarks
    where
        starts_with(watermarks.model, {{ order_watermark("''") }})
        and not exists (
            select from ops.order_sources as sources where watermarks.model = {{ order_watermark('sources.source') }}
        )
    {%- endif %};
    create temporary table frozen_orders on commit drop as
    select orders.*
    from frozen_order_sources as frozen
    cross join {{ versions_between('frozen.source', 'frozen.above', 'frozen.version') }} as orders;
    analyze frozen_orders;
    {%- endif %}
{%- endmacro %}


{# Orders of a shop above a version, up to another. Both bounds and `offset 0` make PostgreSQL look into the index. #}
{% macro versions_between(source, above, upto) -%}
    lateral (
            select *
            from {{ ref('stg_orders') }} as versions
            where
                versions.source = {{ source }}
                and versions.version > {{ above }}
                and versions.version <= {{ upto }}
            offset 0
        )
{%- endmacro %}


{# The orders that came since the last build, as the shops' watermarks say. #}
{% macro orders_since() -%}
    (
        select orders.*
        from {{ source('ops', 'order_sources') }} as sources
        left join intermediate.watermarks as watermarks
            on watermarks.model = {{ order_watermark('sources.source') }}
        cross join {{ versions_between('sources.source', 'coalesce(watermarks.seq, 0)', 9223372036854775807) }} as orders
    )
{%- endmacro %}


{# The incremental strategy: what is attributed otherwise than before is replaced, what belongs to no order goes. #}
{% macro get_incremental_orders_sql(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='name') | list %}
    delete from {{ arguments.target_relation }} as stored
    using frozen_order_sources as frozen
    where
        frozen.source = stored.source
        and frozen.takes_all
        and not exists (
            select from {{ arguments.temp_relation }} as attributed
            where attributed.source = stored.source and attributed.order_id = stored.order_id
        );

    insert into {{ arguments.target_relation }} as stored ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from {{ arguments.temp_relation }}
    on conflict (source, order_id) do update set
        {%- for column in columns %}
        {{ column }} = excluded.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where stored is distinct from excluded
{% endmacro %}


{# After the build: how far it saw each shop, by what it attributed; indexes, and statistics where much is new. #}
{% macro move_order_watermarks() -%}
    {%- if execute %}
    insert into intermediate.watermarks as known (model, seq, definition, invocation_id, moved_at)
    select {{ order_watermark('source') }}, version, definition, '{{ invocation_id }}', clock_timestamp()
    from frozen_order_sources
    where version is not null
    on conflict (model) do update set
        seq = excluded.seq,
        definition = excluded.definition,
        invocation_id = excluded.invocation_id,
        moved_at = excluded.moved_at
    where (known.seq, known.definition) is distinct from (excluded.seq, excluded.definition);
    delete from intermediate.watermarks
    using frozen_order_sources as frozen
    where frozen.version is null and watermarks.model = {{ order_watermark('frozen.source') }};
    create index if not exists {{ this.identifier }}_of_account on {{ this }} (account_id, day);
    create index if not exists {{ this.identifier }}_of_source on {{ this }} (source, day);
    do $do$
    begin
        if exists (select from frozen_order_sources where takes_all) then
            analyze {{ this }};
        end if;
    end
    $do$;
    {%- endif %}
{%- endmacro %}
