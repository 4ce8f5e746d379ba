select
    campaigns.account_id,
    campaigns.campaign_id,
    campaigns.name,
    parsed.parts is not null as fits,
    parsed.parts[array_position(rules.dimensions, 'product')] as product,
    parsed.parts[array_position(rules.dimensions, 'audience')] as audience,
    parsed.parts[array_position(rules.dimensions, 'stage')] as stage
from {{ ref('stg_campaigns') }} as campaigns
left join {{ source('ops', 'naming_of_accounts') }} as rules on campaigns.account_id = rules.account_id
-- A name of which one part is empty does not fit.
left join lateral (
    select array_agg(btrim(part.value) order by part.number) as parts
    from unnest(regexp_match(campaigns.name, rules.regex)) with ordinality as part (value, number)
    having bool_and(btrim(part.value) <> '')
) as parsed on true
