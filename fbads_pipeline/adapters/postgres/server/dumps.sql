-- name: export_snapshot
select pg_export_snapshot();

-- name: tables
-- Parts of a partitioned table stand for it.
select
    spaces.nspname as schema_name,
    relations.relname as relation_name
from pg_class as relations
inner join pg_namespace as spaces on relations.relnamespace = spaces.oid
where
    relations.relkind = 'r'
    and relations.relpersistence = 'p'
    and spaces.nspname not like 'pg\_%'
    and spaces.nspname <> 'information_schema'
order by spaces.nspname, relations.relname;

-- name: spend
select
    coalesce(insights.currency, accounts.currency, 'unknown') as currency,
    sum(insights.spend)::text as spend
from raw.insights as insights
left join raw.accounts as accounts on insights.account_id = accounts.account_id
where insights.level = 'account' and insights.breakdown = ''
group by coalesce(insights.currency, accounts.currency, 'unknown');
