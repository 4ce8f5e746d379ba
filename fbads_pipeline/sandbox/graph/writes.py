"""POST on an object: its status or its budget, with the refusals Meta has for them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from fbads_pipeline.sandbox.graph.errors import GraphError, invalid_parameter
from fbads_pipeline.sandbox.graph.insights_request import Params
from fbads_pipeline.sandbox.world.change_log import add_change
from fbads_pipeline.sandbox.world.clock import local_day
from fbads_pipeline.sandbox.world.world import KINDS, AdObject, LoggedChange, SandboxAccount

SETTABLE = frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED"})
EDITS_AN_HOUR = 4
Budget = Literal["daily_budget", "lifetime_budget"]


@dataclass(frozen=True)
class AcceptedWrite:
    """One accepted change, for whoever checks what was really written."""

    at: str
    object_id: str
    what: str
    old: str
    new: str


def write_object(account: SandboxAccount, one: AdObject, params: Params, now: datetime) -> list[AcceptedWrite]:
    """Applies every change asked, or none; figures follow from the next local day on."""
    changes: list[LoggedChange] = []
    day = local_day(account.zone, now)
    blank = LoggedChange(at=now, day=day, kind=one.kind, index=one.index, what="status", old="", new="")
    if "status" in params:
        changes.append(replace(blank, old=one.status, new=_status(account, one, params["status"])))
    if "daily_budget" in params:
        amount = _amount(account, one, "daily_budget", params["daily_budget"], now)
        changes.append(replace(blank, what="daily_budget", old=str(one.daily_budget), new=str(amount)))
    if "lifetime_budget" in params:
        amount = _amount(account, one, "lifetime_budget", params["lifetime_budget"], now)
        changes.append(replace(blank, what="lifetime_budget", old=str(one.lifetime_budget), new=str(amount)))
    if not changes:
        raise invalid_parameter("Nothing to update: send status, daily_budget or lifetime_budget")
    for change in changes:
        add_change(account, change)
    return [AcceptedWrite(change.at.isoformat(), one.id, change.what, change.old, change.new) for change in changes]


def delete_object(account: SandboxAccount, one: AdObject, now: datetime) -> list[AcceptedWrite]:
    return write_object(account, one, {"status": "DELETED"}, now)


def _status(account: SandboxAccount, one: AdObject, status: str) -> str:
    if status not in SETTABLE:
        raise invalid_parameter(f"status must be one of the following values: {', '.join(sorted(SETTABLE))}")
    if account.effective_status(one) == "DELETED":
        raise GraphError(100, "(#100) A deleted object can't be edited.", subcode=1487056)
    gone = [kind for kind in KINDS[: KINDS.index(one.kind)] if account.parent(one, kind).status == "ARCHIVED"]
    if one.status == "ARCHIVED" and status in ("ACTIVE", "PAUSED") or gone:
        raise GraphError(100, "(#100) An archived object can only be deleted.", subcode=1487056)
    return status


def _amount(account: SandboxAccount, one: AdObject, which: Budget, text: Any, now: datetime) -> int:
    """The minor units asked; refused where the budget is elsewhere or was changed too often."""
    if not str(text).isascii() or not str(text).isdigit() or int(text) < account.minor_factor:
        raise invalid_parameter(
            f"param {which} must be a whole number of minor units, at least 1 unit of currency", 1885272
        )
    if one.kind == "ad":
        raise invalid_parameter("An ad holds no budget")
    if account.effective_status(one) in ("ARCHIVED", "DELETED"):
        raise GraphError(100, "(#100) An archived or deleted object can't be edited.", subcode=1487056)
    others = account.adsets_of(one.index) if one.kind == "campaign" else [account.parent(one, "campaign")]
    if any(other.daily_budget or other.lifetime_budget for other in others):
        text = "You can only set an ad set budget or a campaign budget, not both."
        raise GraphError(100, f"(#100) {text}", subcode=1885621)
    if getattr(one, which) is None:
        raise GraphError(100, "(#100) The type of a budget can't be changed.", subcode=1885272)
    edits = [c for c in account.changes if (c.kind, c.index) == (one.kind, one.index) and c.what.endswith("budget")]
    recent = [change for change in edits if now - timedelta(hours=1) < change.at <= now]
    if one.kind == "adset" and len(recent) >= EDITS_AN_HOUR:
        raise GraphError(613, "(#613) The ad set budget was changed too often within the hour.", subcode=1487632)
    return int(str(text))
