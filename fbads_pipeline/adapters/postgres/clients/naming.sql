-- name: set
insert into ops.naming_rules (scope, scope_id, pattern, regex, dimensions, parameters, set_by, set_at)
values (:scope, :scope_id, :pattern, :regex, :dimensions, cast(:parameters as jsonb), :set_by, :set_at)
on conflict (scope, scope_id) do update set
    pattern = excluded.pattern,
    regex = excluded.regex,
    dimensions = excluded.dimensions,
    parameters = excluded.parameters,
    set_by = excluded.set_by,
    set_at = excluded.set_at;

-- name: remove
delete from ops.naming_rules
where scope = :scope and scope_id = :scope_id;

-- name: own
select
    pattern,
    parameters
from ops.naming_rules
where scope = :scope and scope_id = :scope_id;

-- name: rules
select
    account_id,
    pattern,
    parameters
from ops.naming_of_accounts
where cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[]))
order by account_id;

-- name: campaigns
select name
from raw.campaigns
where account_id = :account_id and name is not null
order by updated_at desc nulls last, campaign_id asc
limit 500;

-- name: ads
-- Ads that may deliver, with what they link to and the campaign's own name.
select
    ads.account_id,
    ads.ad_id,
    ads.name as ad_name,
    ads.campaign_id,
    campaigns.name as campaign_name,
    creatives.link,
    creatives.url_tags
from raw.ads as ads
inner join raw.ad_creatives as creatives on ads.ad_id = creatives.ad_id
left join raw.campaigns as campaigns on ads.campaign_id = campaigns.campaign_id
where
    ads.account_id = any(cast(:accounts as text[]))
    and ads.effective_status = 'ACTIVE'
    and creatives.link is not null
order by ads.account_id asc, ads.campaign_id asc, ads.ad_id asc;
