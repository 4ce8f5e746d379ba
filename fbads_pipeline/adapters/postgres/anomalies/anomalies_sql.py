"""The statements of the detectors' store: what was read since, what is remembered, what is told."""

MEMORY = "select version, state, read_until from analysis.detector_states where account_id = :account"

ACCOUNT = "select currency, timezone_name from marts.accounts where account_id = :account and currency is not null"

_IS_CAMPAIGN_RUN = "account_id = :account and level = 'campaign' and breakdown = '' and ok"
NEWEST_RUN = f"select max(read_at) from raw.reading_runs where {_IS_CAMPAIGN_RUN}"
RUNS = f"""
select distinct read_at, day from raw.reading_runs
where {_IS_CAMPAIGN_RUN} and read_at > :since
order by read_at, day
"""

# Every version of those days: the ones before `since` say what stood when nothing new was found.
FIGURES = """
select
    campaign_id, day, known_from,
    impressions::double precision, clicks::double precision, spend::double precision, conversions::double precision,
    is_removed
from marts.campaign_daily_versions
where account_id = :account and day = any(:days) and (known_to > :since or known_to is null)
    and known_from <= :until
order by known_from, campaign_id, day
"""

STATES = """
select campaign_id as object_id, campaign_id, valid_from, effective_status = 'ACTIVE' as is_active,
    daily_budget::double precision
from marts.campaign_history where account_id = :account
union all
select adset_id, campaign_id, valid_from, effective_status = 'ACTIVE', daily_budget::double precision
from marts.adset_history where account_id = :account
order by valid_from, object_id
"""

CREATED = "select campaign_id, created_at from marts.campaigns where account_id = :account and created_at is not null"

LEARNING = """
select campaign_id
from marts.adsets
where account_id = :account and effective_status = 'ACTIVE' and learning_status is not null
group by campaign_id
having bool_and(learning_status = 'LEARNING')
"""

BEHIND = """
select count(*)
from (
    select account_id, max(read_at) as read_at from raw.reading_runs
    where level = 'campaign' and breakdown = '' and ok and read_at <= cast(:now as timestamptz) - interval '5 minutes'
        and day >= cast(:now as date) - 2
    group by account_id
) as newest
join marts.accounts as accounts on accounts.account_id = newest.account_id and accounts.currency is not null
left join analysis.detector_states as known on known.account_id = newest.account_id
where known.read_until is null or known.read_until < newest.read_at
"""

# The memory moves on only from where it was read: of two runs at once the second writes nothing.
KEEP_MEMORY = """
insert into analysis.detector_states as known (account_id, version, state, read_until)
values (:account, :version, :state, :read_until)
on conflict (account_id) do update
set version = excluded.version, state = excluded.state, read_until = excluded.read_until
where known.version = :version_before and known.read_until = :read_until_before
"""

COLUMNS = (
    *("anomaly_id", "account_id", "campaign_id", "kind", "metric", "severity", "since", "detected_at"),
    *("observed", "expected", "low", "high", "money_at_stake_per_day", "currency", "causes"),
    *("message_pt", "message_en", "data_used", "detector_version", "is_alert", "resolution"),
)
_JSON = frozenset({"causes", "data_used"})

# What stands open for that campaign and metric stays what it is, and an anomaly that is known keeps its life.
OPEN = f"""
insert into analysis.anomalies ({", ".join(COLUMNS)}, status, closed_at, updated_at)
values (
    {", ".join(f"cast(:{name} as jsonb)" if name in _JSON else f":{name}" for name in COLUMNS)},
    case when cast(:resolution as text) is null then 'OPEN' else 'CLOSED' end,
    case when cast(:resolution as text) is not null then cast(:detected_at as timestamptz) end,
    :now
)
on conflict do nothing
"""

CLOSE = """
update analysis.anomalies set
    status = 'CLOSED', closed_at = :closed_at, resolution = :resolution,
    recovery_pt = :recovery_pt, recovery_en = :recovery_en, updated_at = :now
where
    account_id = :account and campaign_id = :campaign_id and status = 'OPEN'
    and (metric = :metric or cast(:metric as text) is null)
"""

# `until` is the account-local day on which the figures of the explaining day have settled.
RAISE_OUTLASTING = """
update analysis.anomalies as found set
    is_alert = true, updated_at = :now,
    causes = (
        select jsonb_agg(case when cause ->> 'name' = 'calendar' then cause || '{"held_back": false}' else cause end)
        from jsonb_array_elements(found.causes) as cause
    )
from marts.accounts as accounts
where
    accounts.account_id = found.account_id and found.status = 'OPEN' and not found.is_alert
    and exists (
        select from jsonb_array_elements(found.causes) as cause
        where
            cause ->> 'name' = 'calendar' and cause -> 'held_back' = 'true'
            and (cause ->> 'until')::date
            < (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date
    )
"""

CURRENT = f"""
select {", ".join(COLUMNS)} from analysis.anomalies where status = 'OPEN' order by account_id, campaign_id, metric
"""

# One that flaps is not told anew within half a day, unless it is graver than what was told: it waits for the digest.
_COOLS_DOWN = """
exists (
    select from analysis.anomalies as earlier
    where
        (earlier.account_id, earlier.campaign_id, earlier.metric) = (found.account_id, found.campaign_id, found.metric)
        and earlier.anomaly_id <> found.anomaly_id and earlier.announced_alert_id is not null
        and earlier.detected_at between found.detected_at - interval '12 hours' and found.detected_at
        and not (found.severity = 'critical' and earlier.severity <> 'critical')
)
"""
_IS_MUTED = """
ops.is_muted(found.account_id, found.campaign_id, array['anomalies', found.kind, found.metric], :now)
"""
_IS_NEW = f"found.is_alert and found.status = 'OPEN' and found.announced_alert_id is null and not {_COOLS_DOWN}"

# What ended before anybody heard of it is not told by itself; an end is told where it is no pause.
_UNTOLD = f"""
from analysis.anomalies as found
where
    (
        ({_IS_NEW})
        or (
            found.announced_alert_id is not null and found.recovery_alert_id is null
            and found.resolution in ('recovered', 'new_usual')
        )
    )
    and not {_IS_MUTED}
"""
UNTOLD_ACCOUNTS = f"select count(distinct found.account_id) {_UNTOLD}"

_LOCAL_NOW = "(cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))"
# Held back by the day's budget, by the calendar, by a cool-down, or over before its turn: once, in one digest a day.
_UNDIGESTED = f"""
from analysis.anomalies as found
join marts.accounts as accounts on accounts.account_id = found.account_id
where
    found.announced_alert_id is null and found.digest_alert_id is null
    and found.detected_at > cast(:now as timestamptz) - interval '2 days'
    and not ({_IS_NEW}) and not {_IS_MUTED}
    and {_LOCAL_NOW}::time >= :at
    and not exists (
        select from ops.alerts as said
        where said.account_id = found.account_id and said.rule = 'digest' and said.window_start = {_LOCAL_NOW}::date
    )
"""
UNDIGESTED_ACCOUNTS = f"select count(distinct found.account_id) {_UNDIGESTED}"

# Complete days alone are drawn, of the figure that moved.
_COURSE = f"""
select array_agg(figure order by day)
from (
    select
        daily.day,
        coalesce(
            case found.metric
                when 'spend' then daily.spend
                when 'ctr' then daily.clicks::numeric / nullif(daily.impressions, 0)
                when 'cpm' then daily.spend * 1000 / nullif(daily.impressions, 0)
                when 'cvr' then daily.conversions / nullif(daily.clicks, 0)
                when 'cpa' then daily.spend / nullif(daily.conversions, 0)
                when 'conversions' then daily.conversions
            end, 0
        )::double precision as figure
    from marts.campaign_daily as daily
    where
        daily.account_id = found.account_id and daily.campaign_id = found.campaign_id
        and daily.day >= {_LOCAL_NOW}::date - 14 and daily.day < {_LOCAL_NOW}::date
) as days
"""


def _told(rows: str, told_on: str, course: str) -> str:
    """Anomalies with names and local times, ordered by account; the rows are locked."""
    return f"""
select
    found.*,
    accounts.name as account_name,
    campaigns.name as campaign_name,
    found.since at time zone accounts.timezone_name as since_local,
    coalesce(found.closed_at, found.detected_at) at time zone accounts.timezone_name as at_local,
    {told_on} as told_on,
    {course} as course
from (select found.* {rows} for update of found) as found
join marts.accounts as accounts on accounts.account_id = found.account_id
left join marts.campaigns as campaigns
    on campaigns.account_id = found.account_id and campaigns.campaign_id = found.campaign_id
order by found.account_id, found.anomaly_id
"""


UNTOLD = _told(
    _UNTOLD,
    "(coalesce(found.closed_at, found.detected_at) at time zone accounts.timezone_name)::date",
    f"case when found.status = 'OPEN' then ({_COURSE}) end",
)
UNDIGESTED = _told(_UNDIGESTED, f"{_LOCAL_NOW}::date", "null::double precision[]")
MARK_TOLD = """
update analysis.anomalies set
    announced_alert_id = coalesce(announced_alert_id, :alert_id),
    recovery_alert_id = case when status = 'CLOSED' then cast(:alert_id as text) end
where anomaly_id = any(:ids)
"""
MARK_DIGESTED = "update analysis.anomalies set digest_alert_id = :alert_id where anomaly_id = any(:ids)"
