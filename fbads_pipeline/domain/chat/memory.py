"""How much of a conversation the chat remembers, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.chat.plan import Plan

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
