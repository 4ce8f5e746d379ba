"""The account's activity log, newest first, as the `activities` edge shows it."""

from datetime import UTC, datetime
from typing import Any

import orjson

from fbads_pipeline.sandbox.graph.errors import invalid_parameter
from fbads_pipeline.sandbox.graph.insights_request import Params
from fbads_pipeline.sandbox.world.clock import meta_time
from fbads_pipeline.sandbox.world.world import LoggedChange, ObjectKind, SandboxAccount

OBJECT_TYPES: dict[ObjectKind, str] = {"campaign": "CAMPAIGN", "adset": "ADSET", "ad": "AD"}
EVENT_NOUNS: dict[ObjectKind, str] = {"campaign": "campaign", "adset": "ad_set", "ad": "ad"}
TOOLS = ("Ads Manager", "Automated Rules", "Ads Manager", "Agency Planner")
ACTORS = (("100044556677881", "Ana Souza"), ("100044556677882", "Rui Costa"), ("100044556677883", "Yuki Sato"))


def show_activities(account: SandboxAccount, params: Params, now: datetime) -> list[dict[str, Any]]:
    """Entries between `since` and `until` (unix seconds or ISO days), none later than now."""
    since, until = _instant(params.get("since"), datetime.min.replace(tzinfo=UTC)), _instant(params.get("until"), now)
    wanted = [change for change in account.changes if since <= change.at <= min(until, now)]
    return [_entry(account, change) for change in sorted(wanted, key=lambda change: change.at, reverse=True)]


def _instant(text: str | None, default: datetime) -> datetime:
    if not text:
        return default
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise invalid_parameter(f"param since/until is no time: {text}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _entry(account: SandboxAccount, change: LoggedChange) -> dict[str, Any]:
    one = account.objects[change.kind][change.index]
    actor = ACTORS[change.index % len(ACTORS)]
    return {
        "event_type": _event(change),
        "translated_event_type": _event(change).replace("_", " ").capitalize(),
        "event_time": meta_time("UTC", change.at),
        "date_time_in_timezone": change.at.astimezone(UTC).strftime("%m/%d/%Y at %I:%M %p"),
        "object_id": one.id,
        "object_name": one.name,
        "object_type": OBJECT_TYPES[change.kind],
        "actor_id": actor[0],
        "actor_name": actor[1],
        "application_name": TOOLS[change.index % len(TOOLS)],
        "extra_data": orjson.dumps(_extra(account, change)).decode(),
    }


def _event(change: LoggedChange) -> str:
    word = EVENT_NOUNS[change.kind]
    if change.what == "created":
        return f"create_{word}"
    return f"update_{word}_budget" if change.what.endswith("budget") else f"update_{word}_run_status"


def _extra(account: SandboxAccount, change: LoggedChange) -> dict[str, Any]:
    if not change.what.endswith("budget"):
        return {"old_value": change.old, "new_value": change.new, "run_status": change.new}
    values = {"old_value": int(change.old), "new_value": int(change.new)}
    return {**values, "currency": account.currency, "type": "payment_amount", "budget_type": change.what}
