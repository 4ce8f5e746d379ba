"""What the pages show beside figures: anomalies, pacing, freshness, history; of the caller's accounts alone."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, only_seen, rows_of

_ANOMALIES = f"""
select
    found.anomaly_id, found.account_id, found.campaign_id, campaigns.name as campaign_name, found.kind, found.metric,
    found.severity, found.message, found.causes, found.currency,
    round(found.money_at_stake_per_day::numeric, 2) as at_stake,
    found.since at time zone coalesce(accounts.timezone_name, 'UTC') as since,
    (found.since at time zone coalesce(accounts.timezone_name, 'UTC'))::date as day
from analysis.anomalies as found
join marts.accounts as accounts on accounts.account_id = found.account_id
left join marts.campaigns as campaigns on campaigns.campaign_id = found.campaign_id
where
    {only_seen("found")}
    and (cast(:account_id as text) is null or found.account_id = :account_id)
    and (cast(:campaign_id as text) is null or found.campaign_id = :campaign_id)
    and (found.status = 'OPEN' or (cast(:campaign_id as text) is not null and found.since > :since))
order by
    case found.severity when 'critical' then 0 when 'warning' then 1 else 2 end,
    found.money_at_stake_per_day desc, found.anomaly_id
limit 50
"""
_FRESHNESS = f"""
select accounts.account_id, accounts.name, accounts.currency, accounts.timezone_name, accounts.status,
    max(runs.read_at) as read_at
from marts.accounts as accounts
left join raw.reading_runs as runs
    on runs.account_id = accounts.account_id and runs.level = 'campaign' and runs.breakdown = '' and runs.ok
where accounts.currency is not null and {only_seen("accounts")}
group by accounts.account_id, accounts.name, accounts.currency, accounts.timezone_name, accounts.status
order by accounts.name nulls last, accounts.account_id
"""
_HISTORY = f"""
select history.*, history.valid_from at time zone coalesce(accounts.timezone_name, 'UTC') as at_local
from marts.campaign_history as history
join marts.accounts as accounts on accounts.account_id = history.account_id
where history.campaign_id = :campaign_id and {only_seen("history")}
order by history.valid_from desc
limit 20
"""
_SCORE = f"""
select scores.* from analysis.scores as scores
where scores.campaign_id = :campaign_id and {only_seen("scores")}
order by scores.day desc limit 1
"""
_WAITING = f"""
select count(*) from ops.suggestions as made
where made.status = 'PENDING' and {only_seen("made")}
    and (made.snoozed_until is null or made.snoozed_until <= :now)
    and (cast(:account_id as text) is null or made.account_id = :account_id)
"""
_NAMES = "select campaign_id, name from marts.campaigns where campaign_id = any(cast(:ids as text[]))"
_DAYS = """
select day, currency, impressions, clicks, spend, conversions, ctr, cpa, roas, is_provisional
from marts.campaign_daily
where campaign_id = :campaign_id and account_id = :account_id and day between :first and :last
order by day
"""


class PageReader:
    """Rows for the pages, as the owner reads them; nothing is written."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def accounts(self, accounts: Accounts) -> list[Row]:
        """Each account with the moment of its newest good reading."""
        return self._rows(_FRESHNESS, accounts=bound(accounts))

    def open_anomalies(self, accounts: Accounts, account_id: str | None) -> list[Row]:
        """The gravest and dearest first, fifty at most."""
        named = {"accounts": bound(accounts), "account_id": account_id, "campaign_id": None, "since": None}
        return self._rows(_ANOMALIES, **named)

    def anomalies_of(self, accounts: Accounts, campaign_id: str, since: date) -> list[Row]:
        """A campaign's anomalies since that day, open or over."""
        named = {"accounts": bound(accounts), "account_id": None, "campaign_id": campaign_id, "since": since}
        return self._rows(_ANOMALIES, **named)

    def history(self, accounts: Accounts, campaign_id: str) -> list[Row]:
        """Its states, the newest first."""
        return self._rows(_HISTORY, accounts=bound(accounts), campaign_id=campaign_id)

    def score(self, accounts: Accounts, campaign_id: str) -> Row | None:
        """Its newest score, where it has one."""
        found = self._rows(_SCORE, accounts=bound(accounts), campaign_id=campaign_id)
        return found[0] if found else None

    def waiting(self, accounts: Accounts, account_id: str | None, now: Any) -> int:
        """Suggestions that wait for a decision."""
        (row,) = self._rows(_WAITING, accounts=bound(accounts), account_id=account_id, now=now)
        return int(row["count"])

    def names(self, campaign_ids: list[str]) -> dict[str, str | None]:
        """Campaign id → name."""
        return {row["campaign_id"]: row["name"] for row in self._rows(_NAMES, ids=campaign_ids)}

    def days(self, account_id: str, campaign_id: str, first: date, last: date) -> list[Row]:
        """The campaign's days."""
        named = {"account_id": account_id, "campaign_id": campaign_id, "first": first, "last": last}
        return self._rows(_DAYS, **named)

    def _rows(self, query: str, **values: object) -> list[Row]:
        return rows_of(self._owner, query, values)
