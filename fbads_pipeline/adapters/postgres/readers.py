"""What the API shows, read: marts as the analyst, suggestions as the owner."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, Any]
Accounts = frozenset[str] | None

_CAMPAIGN_COLUMNS = (
    "campaign_id, account_id, name, status, effective_status, objective, currency, timezone_name, daily_budget,"
    " lifetime_budget, created_at, updated_at, collected_at"
)
_CAMPAIGNS = f"""
select {_CAMPAIGN_COLUMNS} from marts.campaigns
where (cast(:status as text) is null or effective_status = :status)
  and (cast(:account_id as text) is null or account_id = :account_id)
  and (cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[])))
  and (cast(:after as text) is null or campaign_id > :after)
order by campaign_id
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
select suggestion_id, account_id, campaign_id, kind, status, version, confidence, rules, reason_pt, reason_en, evidence,
    day, marts_version, created_at, updated_at, expires_at, factor, effect_low, effect_expected, effect_high, p_better,
    note_pt, note_en, snoozed_until, decided_at, decision_reason
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


class CampaignReader:
    """Campaigns and their days, as the analyst sees them."""

    def __init__(self, analyst: sa.Engine) -> None:
        self._analyst = analyst

    def campaigns(
        self, *, status: str | None, account_id: str | None, accounts: Accounts, after: str | None, limit: int
    ) -> list[Row]:
        """One row per campaign, in the order of their ids, those after `after`. accounts: that the caller sees."""
        values = {
            "status": status,
            "account_id": account_id,
            "after": after,
            "limit": limit,
            "accounts": _ids(accounts),
        }
        return _rows(self._analyst, _CAMPAIGNS, values)

    def campaign(self, campaign_id: str, accounts: Accounts) -> Row | None:
        """None for one that is not there, or not the caller's."""
        found = _rows(self._analyst, _CAMPAIGN + _IS_SEEN, {"campaign_id": campaign_id, "accounts": _ids(accounts)})
        return found[0] if found else None

    def insights(self, campaign: Row, since: date, until: date) -> list[Row]:
        """One row per account-local day on which Meta reported something, both ends included."""
        values = {
            "campaign_id": campaign["campaign_id"],
            "account_id": campaign["account_id"],
            "since": since,
            "until": until,
        }
        return _rows(self._analyst, _INSIGHTS, values)


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
            "accounts": _ids(accounts),
            "suggestion_id": suggestion_id,
            "status": status,
            "account_id": account_id,
            "after_at": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        }
        return _rows(self._owner, _SUGGESTIONS, values)


class Readiness:
    """What must be there before anybody is served."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def missing(self) -> str | None:
        """A sentence that names the missing part, or None when all is there; raises when the database is away."""
        with self._owner.connect() as connection:
            if connection.execute(sa.text("select to_regclass('public.schema_version')")).scalar() is None:
                return "the database is not migrated yet: run fbads db migrate"
            if connection.execute(sa.text("select to_regclass('intermediate.publications')")).scalar() is None:
                return "the marts have not been built yet: run fbads sync, or wait for the schedule"
            if connection.execute(sa.text(_PUBLISHED)).first() is None:
                return "the marts have not been published yet: a blocking test failed, or no day has changed"
        return None

    def published(self) -> Row | None:
        """Version and instant of the marts' last published state."""
        with self._owner.connect() as connection:
            if connection.execute(sa.text("select to_regclass('intermediate.publications')")).scalar() is None:
                return None
            row = connection.execute(sa.text(_PUBLISHED)).mappings().first()
            return dict(row) if row else None


def _ids(accounts: Accounts) -> list[str] | None:
    """Bound as a list; None is no limit."""
    return None if accounts is None else sorted(accounts)


def _rows(engine: sa.Engine, query: str, values: Mapping[str, Any]) -> list[Row]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(query), values).mappings()]
