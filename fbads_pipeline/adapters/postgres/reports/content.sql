-- name: other_currencies
-- Currencies of days that a report leaves out, for the account has another one by now.
select distinct daily.currency
from marts.campaign_daily as daily
inner join marts.accounts as accounts on daily.account_id = accounts.account_id
where
    daily.account_id = :account
    and daily.day between :first and :last
    and daily.currency <> accounts.currency
order by daily.currency;
