"""How much of a conversation the chat remembers, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.chat.plan import Plan

_OF_FIGURES = ("figures", "why", "overview")
REMEMBERED_EXCHANGES = 10
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class ConversationHead:
    """A conversation as a list shows it. question: its first one; None where questions are not kept."""

    session_id: str
    newest_at: datetime
    exchanges: int
    question: str | None


@dataclass(frozen=True)
class Exchange:
    """One question of a conversation, and what it was understood as; plan: None of an answer without figures."""

    question: str | None
    plan: Plan | None
    outcome: str
    at: datetime


def oldest_kept(now: datetime) -> datetime:
    """The instant before which exchanges are forgotten."""
    return now - KEPT


def left_behind(last: Plan | None, plan: Plan) -> Plan:
    """What the figures of before were limited to and those of this plan are not, as a plan of its own.

    An object, part or state in place of another one is no limit that was left behind.
    """
    if last is None or last.intent not in _OF_FIGURES or plan.intent not in _OF_FIGURES:
        return Plan("figures")
    dimensions = {one.dimension for one in (*plan.segments, *plan.without)} | set(plan.dimensions)
    return Plan(
        "figures",
        objects=() if plan.objects else tuple(one for one in last.objects if one not in plan.excluded),
        segments=tuple(one for one in last.segments if one.dimension not in dimensions),
        status=None if plan.status else last.status,
        objective=None if plan.objective else last.objective,
        without=tuple(one for one in last.without if one.dimension not in dimensions),
        period=last.period if plan.period_is_assumed and not last.period_is_assumed else None,
        weekdays=() if plan.weekdays else last.weekdays,
        hours=None if plan.hours else last.hours,
        currency=None if plan.currency or any(one.level == "account" for one in plan.objects) else last.currency,
    )
