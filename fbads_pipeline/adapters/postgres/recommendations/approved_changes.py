"""Accepted suggestions on their way to Meta, in `ops`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.recommendations.applying import GONE, Accepted, CampaignState, Carried, Change, ObjectState

# A word is good for a day: what was accepted while nothing was applied, or Meta was away, is not done much later.
_WAITING = """
select
    made.suggestion_id, made.account_id, made.campaign_id, made.kind, made.factor, made.changes,
    made.status = 'APPLIED' as is_undo,
    campaign.name as campaign_name, campaign.status as campaign_status, campaign.daily_budget_minor,
    (
        select coalesce(jsonb_agg(jsonb_build_array(adset_id, status, daily_budget_minor) order by adset_id), '[]')
        from raw.adsets
        where campaign_id = made.campaign_id and coalesce(status, '') <> all(cast(:gone as text[]))
    ) as adsets,
    (
        select count(*) from ops.decisions as done
        join ops.suggestions as other using (suggestion_id)
        where
            done.action = 'applied' and other.account_id = made.account_id
            and done.decided_at > cast(:now as timestamptz) - interval '24 hours'
    ) as applied_today
from ops.suggestions as made
join raw.campaigns as campaign on campaign.campaign_id = made.campaign_id
where
    (made.status = 'ACCEPTED' and made.decided_at > cast(:now as timestamptz) - interval '24 hours')
    or (made.status = 'APPLIED' and made.is_undone)
order by made.decided_at, made.suggestion_id
"""
_INTEND = "update ops.suggestions set changes = cast(:changes as jsonb) where suggestion_id = :suggestion_id"
_FINISH = """
update ops.suggestions set
    status = :status, version = version + 1, updated_at = :now, is_undone = false,
    decision_reason = coalesce(:reason, decision_reason)
where suggestion_id = :suggestion_id and status = :before
"""
_KEEP = """
insert into ops.decisions (decision_id, suggestion_id, version, action, reason, user_id, via, details, decided_at)
select :decision_id, suggestion_id, version, :action, :reason, 'fbads', 'apply', cast(:details as jsonb), :now
from ops.suggestions where suggestion_id = :suggestion_id
"""


class PostgresApprovedChanges:
    """The port ApprovedChangeQueue on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def waiting(self, *, now: datetime) -> list[Accepted]:
        with self._engine.connect() as connection:
            named = {"now": now, "gone": sorted(GONE)}
            return [_accepted(row) for row in connection.execute(sa.text(_WAITING), named).mappings()]

    def intend(self, accepted: Accepted, changes: Sequence[Change]) -> None:
        with self._engine.begin() as connection:
            named = {"suggestion_id": accepted.suggestion_id, "changes": _json(changes)}
            connection.execute(sa.text(_INTEND), named)

    def finish(
        self, carried: Carried, *, compose: Callable[[Carried], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> None:
        accepted = carried.accepted
        action = "failed" if not carried.is_applied else "undone" if accepted.is_undo else "applied"
        after = {"applied": "APPLIED", "undone": "REJECTED", "failed": "APPLIED" if accepted.is_undo else "FAILED"}
        values = {
            "suggestion_id": accepted.suggestion_id,
            "before": "APPLIED" if accepted.is_undo else "ACCEPTED",
            "status": after[action],
            "action": action,
            "reason": carried.reason,
            "decision_id": token_hex(12),
            "details": orjson.dumps({"changes": [vars(one) for one in carried.changes]}).decode(),
            "now": now,
        }
        with self._engine.begin() as connection:
            if connection.execute(sa.text(_FINISH), values).rowcount == 0:
                return
            connection.execute(sa.text(_KEEP), values)
            details = {"changes": [vars(one) for one in carried.changes], "reason": carried.reason}
            about = {"action": f"suggestion.{action}", "subject": accepted.suggestion_id, "details": details}
            append(connection, at=now, actor="fbads", **about)  # type: ignore[arg-type]
            write_alert(connection, compose(carried), recipients, now)


def _accepted(row: sa.RowMapping) -> Accepted:
    campaign = ObjectState(row["campaign_id"], "campaign", row["campaign_status"], row["daily_budget_minor"] or None)
    adsets = tuple(ObjectState(one, "adset", status, budget or None) for one, status, budget in row["adsets"])
    plain = (
        "suggestion_id",
        "account_id",
        "campaign_id",
        "campaign_name",
        "kind",
        "factor",
        "is_undo",
        "applied_today",
    )
    intended = tuple(Change(**one) for one in row["changes"] or ())
    return Accepted(known=CampaignState(campaign, adsets), intended=intended, **{name: row[name] for name in plain})


def _json(changes: Sequence[Change]) -> Any:
    return orjson.dumps([vars(one) for one in changes]).decode()
