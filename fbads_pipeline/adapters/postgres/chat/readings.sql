-- What the chat reads before it answers, and the bounds within which it runs an answer's query.

-- name: accounts
-- Null account_ids mean every account.
select
    account_id,
    coalesce(name, account_id) as name,
    coalesce(currency, '') as currency,
    coalesce(timezone_name, 'UTC') as timezone_name,
    coalesce(goal_family, '') as goal_family,
    has_several_goals
from marts.accounts
where cast(:account_ids as text[]) is null or account_id = any(cast(:account_ids as text[]))
order by account_id;

-- name: names
select
    'account' as level,
    account_id as object_id,
    account_id,
    name
from marts.accounts
where account_id = any(cast(:account_ids as text[])) and name is not null
union all
select
    'campaign' as level,
    campaign_id,
    account_id,
    name
from marts.campaigns
where account_id = any(cast(:account_ids as text[])) and name is not null
union all
select
    'adset' as level,
    adset_id,
    account_id,
    name
from marts.adsets
where account_id = any(cast(:account_ids as text[])) and name is not null
union all
select
    'ad' as level,
    ad_id,
    account_id,
    name
from marts.ads
where account_id = any(cast(:account_ids as text[])) and name is not null;

-- name: breakdowns
select distinct breakdown
from marts.campaign_breakdown_daily
where account_id = any(cast(:account_ids as text[]));

-- name: name_dimensions
select
    count(product) > 0 as product,
    count(audience) > 0 as audience,
    count(stage) > 0 as stage
from marts.campaign_names
where account_id = any(cast(:account_ids as text[]));

-- name: bounds
-- For this transaction. Compiling a plan to machine code costs more than these short queries run; and where the
-- database expects six rows and finds two thousand, nested loops cost seven times what hashes do (measured on
-- marts.budget_pacing).
select
    set_config('transaction_read_only', 'on', true) as is_read_only,
    set_config('jit', 'off', true) as jit,
    set_config('enable_nestloop', 'off', true) as nested_loops,
    set_config('statement_timeout', cast(:milliseconds as text), true) as longest;

-- name: first_day
-- The first day that was read of any of the accounts.
select min(known.day) as first_day
from marts.day_coverage as known
where
    known.account_id = any(cast(:account_ids as text[]))
    and known.level = 'account'
    and known.is_read;
