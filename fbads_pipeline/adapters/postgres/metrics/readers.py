"""What the API shows, read: marts as the analyst, suggestions as the owner."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, only_seen, rows_of
from fbads_pipeline.adapters.translation.texts import texts_of, with_texts

# The seven account-local days before today, of the one currency that the account has.
_WEEK = """
    from marts.campaign_daily as daily
    where daily.account_id = campaigns.account_id and daily.campaign_id = campaigns.campaign_id
        and daily.currency = campaigns.currency
        and daily.day < (cast(:now as timestamptz) at time zone coalesce(campaigns.timezone_name, 'UTC'))::date
        and daily.day >= (cast(:now as timestamptz) at time zone coalesce(campaigns.timezone_name, 'UTC'))::date - 7
"""
_CAMPAIGN_COLUMNS = (
    "campaign_id, account_id, name, status, effective_status, objective, currency, timezone_name, daily_budget,"
    " lifetime_budget, created_at, updated_at, collected_at"
)
# What a page is ordered by, never null, so that a row has one place in it.
SORTS: Mapping[str, str] = {
    "campaign_id": "''::text",
    "name": "coalesce(name, '')",
    "created_at": "coalesce(created_at, timestamptz 'epoch')",
    "daily_budget": "coalesce(daily_budget, -1)",
    "spend": f"coalesce((select sum(spend) {_WEEK}), 0)",
}
_TYPES = {"created_at": "timestamptz", "daily_budget": "numeric", "spend": "numeric"}
_CAMPAIGNS = """
select {columns}, sort_key::text as sort_key
from (select campaigns.*, {key} as sort_key from marts.campaigns as campaigns) as campaigns
where (cast(:status as text) is null or effective_status = :status)
  and (cast(:account_id as text) is null or account_id = :account_id)
  and (cast(:objective as text) is null or objective = :objective)
  and (cast(:named as text) is null or strpos(lower(name), lower(:named)) > 0)
  and {seen}
  and (cast(:after_id as text) is null or (sort_key, campaign_id) {beyond} (cast(:after_key as {type}), :after_id))
order by sort_key {direction}, campaign_id {direction}
limit :limit
"""
_CAMPAIGN = f"select {_CAMPAIGN_COLUMNS} from marts.campaigns where campaign_id = :campaign_id"
_IS_SEEN = " and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))"
_INSIGHTS = """
select day, currency, impressions, reach, frequency, clicks, link_clicks, spend, purchases, purchase_value, leads,
    conversions, conversion_value, ctr, cpc, cpm, cpa, roas, final_on, is_provisional, collected_at
from marts.campaign_daily
where campaign_id = :campaign_id and account_id = :account_id and day between :since and :until
order by day
"""
_SUGGESTIONS = """
select suggestion_id, account_id, campaign_id, kind, status, version, confidence, rules, reason, evidence,
    day, marts_version, created_at, updated_at, expires_at, factor, effect_low, effect_expected, effect_high, p_better,
    note, failure, snoozed_until, decided_at, decision_reason
from ops.suggestions
where (cast(:status as text) is null or status = :status)
  and (cast(:account_id as text) is null or account_id = :account_id)
  and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
  and (cast(:suggestion_id as text) is null or suggestion_id = :suggestion_id)
  and (cast(:after_at as timestamptz) is null or (created_at, suggestion_id) < (:after_at, :after_id))
order by created_at desc, suggestion_id desc
limit :limit
"""
_PUBLISHED = "select version, published_at from intermediate.publications order by version desc limit 1"


class Wanted(NamedTuple):
    """Which campaigns, in which order. sort: one of SORTS, with a dash the other way round; named: a part of the name,
    whatever its case; after: sort key and id of the row before."""

    sort: str = "campaign_id"
    status: str | None = None
    account_id: str | None = None
    objective: str | None = None
    named: str | None = None
    after: tuple[str, str] | None = None


class CampaignReader:
    """Campaigns and their days, as the analyst sees them."""

    def __init__(self, analyst: sa.Engine) -> None:
        self._analyst = analyst

    def campaigns(self, wanted: Wanted, accounts: Accounts, *, now: datetime, limit: int) -> list[Row]:
        """One row per campaign in that order, with its `sort_key`. accounts: that the caller sees."""
        name = wanted.sort.removeprefix("-")
        is_down = wanted.sort.startswith("-")
        query = _CAMPAIGNS.format(
            columns=_CAMPAIGN_COLUMNS,
            key=SORTS[name],
            seen=only_seen("campaigns"),
            beyond="<" if is_down else ">",
            type=_TYPES.get(name, "text"),
            direction="desc" if is_down else "asc",
        )
        after_key, after_id = wanted.after or (None, None)
        values = {
            **{name: getattr(wanted, name) for name in ("status", "account_id", "objective", "named")},
            "after_key": after_key,
            "after_id": after_id,
            "limit": limit,
            "now": now,
            "accounts": bound(accounts),
        }
        return rows_of(self._analyst, query, values)

    def campaign(self, campaign_id: str, accounts: Accounts) -> Row | None:
        """None for one that is not there, or not the caller's."""
        found = rows_of(self._analyst, _CAMPAIGN + _IS_SEEN, {"campaign_id": campaign_id, "accounts": bound(accounts)})
        return found[0] if found else None

    def insights(self, campaign: Row, since: date, until: date) -> list[Row]:
        """One row per account-local day on which Meta reported something, both ends included."""
        values = {
            "campaign_id": campaign["campaign_id"],
            "account_id": campaign["account_id"],
            "since": since,
            "until": until,
        }
        return rows_of(self._analyst, _INSIGHTS, values)


class SuggestionReader:
    """Suggestions, the newest first."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def suggestions(
        self,
        *,
        status: str | None,
        account_id: str | None,
        accounts: Accounts,
        after: tuple[datetime, str] | None,
        limit: int,
        suggestion_id: str | None = None,
    ) -> list[Row]:
        """accounts: that the caller sees."""
        values = {
            "accounts": bound(accounts),
            "suggestion_id": suggestion_id,
            "status": status,
            "account_id": account_id,
            "after_at": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        }
        return [_suggestion(row) for row in rows_of(self._owner, _SUGGESTIONS, values)]


def _suggestion(row: Row) -> Row:
    """With the texts of its messages. decision_reason: a person's, or in English why it could not be applied."""
    failure = None if row["failure"] is None else texts_of("failure", row["failure"])["failure_en"]
    return with_texts(row, "reason", "note") | {"decision_reason": failure or row["decision_reason"]}


class Readiness:
    """What must be there before anybody is served."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def missing(self) -> Literal["not_migrated", "not_built", "not_published"] | None:
        """The first missing part, or None when all is there; raises when the database is unavailable."""
        with self._owner.connect() as connection:
            if connection.execute(sa.text("select to_regclass('public.schema_version')")).scalar() is None:
                return "not_migrated"
            if connection.execute(sa.text("select to_regclass('intermediate.publications')")).scalar() is None:
                return "not_built"
            if connection.execute(sa.text(_PUBLISHED)).first() is None:
                return "not_published"
        return None

    def published(self) -> Row | None:
        """Version and instant of the marts' last published state."""
        with self._owner.connect() as connection:
            if connection.execute(sa.text("select to_regclass('intermediate.publications')")).scalar() is None:
                return None
            row = connection.execute(sa.text(_PUBLISHED)).mappings().first()
            return dict(row) if row else None
