-- name: lock
-- One process at a time opens, closes and announces anomalies.
select pg_advisory_xact_lock(:key);

-- name: has_accounts
-- Before the first build of the marts there is nothing to announce.
select to_regclass('marts.accounts') is not null;

-- name: open_anomaly
-- An anomaly that is open for that campaign and metric stays as it is, and so does one with the same id.
insert into analysis.anomalies (
    anomaly_id, account_id, campaign_id, kind, metric, severity, since, detected_at, observed, expected, low, high,
    money_at_stake_per_day, currency, causes, message, data_used, detector_version, is_alert, resolution, grain,
    status, closed_at, updated_at
)
values (
    :anomaly_id, :account_id, :campaign_id, :kind, :metric, :severity, :since, :detected_at, :observed, :expected, :low,
    :high, :money_at_stake_per_day, :currency, cast(:causes as jsonb), cast(:message as jsonb),
    cast(:data_used as jsonb), :detector_version, :is_alert, :resolution, :grain,
    case when cast(:resolution as text) is null then 'OPEN' else 'CLOSED' end,
    case when cast(:resolution as text) is not null then cast(:detected_at as timestamptz) end,
    :now
)
on conflict do nothing;

-- name: close_anomalies
-- Without :metric every open anomaly of the campaign, with :anomaly_id that one alone. A correction also reaches one
-- that is over, and is announced where the anomaly was.
update analysis.anomalies set
    status = 'CLOSED',
    closed_at = :closed_at,
    resolution = :resolution,
    recovery = cast(:recovery as jsonb),
    recovery_alert_id = null,
    updated_at = :now
where
    account_id = :account and campaign_id = :campaign_id
    and (anomaly_id = :anomaly_id or cast(:anomaly_id as text) is null)
    and (metric = :metric or cast(:metric as text) is null)
    and (status = 'OPEN' or (:resolution = 'corrected' and anomaly_id = :anomaly_id and resolution <> 'corrected'));

-- name: release_held_back
-- What a calendar day held back becomes an alert once that day's figures have settled (`until`, account-local).
update analysis.anomalies as found set
    is_alert = true,
    updated_at = :now,
    causes = (
        select jsonb_agg(case when cause ->> 'name' = 'calendar' then cause || '{"held_back": false}' else cause end)
        from jsonb_array_elements(found.causes) as cause
    )
from (
    select held.anomaly_id
    from analysis.anomalies as held
    inner join marts.accounts as accounts on held.account_id = accounts.account_id
    cross join lateral jsonb_array_elements(held.causes) as cause
    where
        held.status = 'OPEN' and not held.is_alert
        and cause ->> 'name' = 'calendar' and cause -> 'held_back' = 'true'
        and (cause ->> 'until')::date
        < (cast(:now as timestamptz) at time zone coalesce(accounts.timezone_name, 'UTC'))::date
) as due
where found.anomaly_id = due.anomaly_id and found.status = 'OPEN' and not found.is_alert;

-- name: open_anomalies
select
    anomaly_id,
    account_id,
    campaign_id,
    kind,
    metric,
    severity,
    since,
    detected_at,
    observed,
    expected,
    low,
    high,
    money_at_stake_per_day,
    currency,
    causes,
    message,
    data_used,
    detector_version,
    is_alert,
    resolution,
    grain
from analysis.anomalies
where status = 'OPEN'
order by account_id, campaign_id, metric;

-- name: marked
-- Whether most of those who marked it found it useful.
select
    anomalies.anomaly_id,
    anomalies.campaign_id,
    anomalies.kind,
    anomalies.since,
    marks.is_useful
from (
    select
        subject_id,
        2 * count(*) filter (where is_useful) >= count(*) as is_useful
    from ops.feedback
    where subject = 'anomaly' and account_id = :account
    group by subject_id
) as marks
inner join analysis.anomalies as anomalies on marks.subject_id = anomalies.anomaly_id
order by anomalies.since, anomalies.anomaly_id;

-- name: unannounced
-- What a message has to be written about, muted anomalies left out. message: 'alert' for what is new, and for the end
-- of what was announced; 'digest' for the rest, from :digest_at on and once a local day: held back by the day's budget
-- of alerts, by the calendar or by the cool-down, or over before it was announced.
select
    anomaly_id,
    account_id,
    case when is_new or has_ended then 'alert' else 'digest' end as message
from (
    select
        found.*,
        accounts.local_now,
        found.announced_alert_id is not null as has_ended,
        found.announced_alert_id is null and found.is_alert and found.status = 'OPEN' and not exists (
            -- A campaign that was announced for the same metric lately is only announced anew if it got critical.
            select from analysis.anomalies as earlier
            where
                (earlier.account_id, earlier.campaign_id, earlier.metric)
                = (found.account_id, found.campaign_id, found.metric)
                and earlier.anomaly_id <> found.anomaly_id and earlier.announced_alert_id is not null
                and earlier.detected_at between found.detected_at - :cool_down and found.detected_at
                and not (found.severity = 'critical' and earlier.severity <> 'critical')
        ) as is_new
    from analysis.anomalies as found
    inner join (
        select
            account_id,
            cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC') as local_now
        from marts.accounts
    ) as accounts on found.account_id = accounts.account_id
    where
        (
            found.announced_alert_id is null
            and (found.status = 'OPEN' or found.detected_at > cast(:now as timestamptz) - :digest_window)
        )
        or (
            found.announced_alert_id is not null and found.recovery_alert_id is null
            and found.resolution in ('recovered', 'new_usual', 'corrected')
        )
) as found
where
    (
        is_new or has_ended
        or (
            digest_alert_id is null and detected_at > cast(:now as timestamptz) - :digest_window
            and local_now::time >= :digest_at
            and not exists (
                select from ops.alerts as digests
                where
                    digests.account_id = found.account_id and digests.rule = 'digest'
                    and digests.window_start = found.local_now::date
            )
        )
    )
    and not ops.is_muted(account_id, campaign_id, array['anomalies', kind, metric], :now);

-- name: anomalies_to_announce
-- Anomalies with names and account-local times, ordered by account.
select
    found.anomaly_id,
    found.account_id,
    found.campaign_id,
    found.kind,
    found.severity,
    found.status,
    found.resolution,
    found.money_at_stake_per_day,
    found.currency,
    found.causes,
    found.message,
    found.recovery,
    found.since,
    found.closed_at,
    found.announced_alert_id,
    accounts.name as account_name,
    campaigns.name as campaign_name,
    accounts.timezone_name,
    coalesce(found.closed_at, found.detected_at) at time zone accounts.timezone_name as at_local,
    accounts.local_today,
    found.metric
from analysis.anomalies as found
inner join (
    select
        account_id,
        name,
        coalesce(timezone_name, 'UTC') as timezone_name,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date as local_today
    from marts.accounts
) as accounts on found.account_id = accounts.account_id
left join marts.campaigns as campaigns
    on found.account_id = campaigns.account_id and found.campaign_id = campaigns.campaign_id
where found.anomaly_id = any(:ids)
order by found.account_id, found.anomaly_id;

-- name: mark_announced
update analysis.anomalies set
    announced_alert_id = coalesce(announced_alert_id, :alert_id),
    recovery_alert_id = case when status = 'CLOSED' then cast(:alert_id as text) end
where anomaly_id = any(:ids);

-- name: mark_digested
update analysis.anomalies set digest_alert_id = :alert_id
where anomaly_id = any(:ids);
