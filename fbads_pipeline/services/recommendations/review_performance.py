"""Reviewing performance: marts → breaches and scores → suggestions → one message per account and day.

The same marts a second time say nothing new and write nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.calendar.messages import with_coinciding
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.links import suggestions_page
from fbads_pipeline.domain.recommendations.breaches import RULES, Breach, BreachLimits, breaches
from fbads_pipeline.domain.recommendations.inbox.presentation import MOST_PER_DAY
from fbads_pipeline.domain.recommendations.new_suggestions import SuggestionChanges
from fbads_pipeline.domain.recommendations.proposals import POSTERIOR, proposals
from fbads_pipeline.domain.recommendations.suggestion_messages import UnannouncedSuggestions, compose_suggestions
from fbads_pipeline.domain.recommendations.targets import CampaignTargets, SettingsTargets
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.scoring.score_campaigns import score_campaigns


@dataclass(frozen=True)
class BreachReport:
    """reviewed: account → last day looked at; unread: accounts that were not reviewed, since a day of their window was
    never read well; campaigns: how many had figures; rows_written: changes in analysis."""

    marts_version: int
    reviewed: Mapping[str, date]
    campaigns: int
    breaches: tuple[Breach, ...]
    rows_written: int
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewReport:
    """What one review found, changed and announced; announced: alerts written into the outbox."""

    found: BreachReport
    suggestions: SuggestionChanges
    announced: int


def review_performance(
    marts: Marts,
    decisions: Reviews,
    performance: Performance,
    clock: Clock,
    limits: BreachLimits,
    recipients: Sequence[Recipient],
    *,
    days: int,
    most: int = MOST_PER_DAY,
) -> ReviewReport:
    """The steps in a row; each can be repeated alone, and goes on from what the one before has stored."""
    targets = SettingsTargets(limits)
    found = find_breaches(marts, decisions, clock, limits, targets, days=days)
    score_campaigns(marts, performance, decisions, clock, targets)
    changes = emit_suggestions(decisions, performance, clock, most=most)
    return ReviewReport(found, changes, announce(decisions, clock, recipients))


def find_breaches(
    marts: Marts, decisions: Reviews, clock: Clock, limits: BreachLimits, targets: CampaignTargets, *, days: int
) -> BreachReport:
    """Hold every active campaign's last `days` complete local days against the limits, and store what is past them.

    An account with a day in that window that was never read well is not reviewed: what is not known breaches nothing.
    """
    now, version = clock.now(), marts.version()
    known = {
        account.account_id: local_day(now, account.timezone_name) - timedelta(days=1) for account in marts.accounts()
    }
    unread = marts.accounts_with_unread_days(days=days, now=now)
    reviewed = {account_id: day for account_id, day in known.items() if account_id not in unread}
    windows = [one for one in marts.campaign_windows(days=days, now=now) if one.account_id in reviewed]
    found = breaches(windows, limits, targets)
    written = 0
    if known:
        written = decisions.save_breaches(found, reviewed=reviewed, marts_version=version, found_at=now)
    return BreachReport(version, reviewed, len(windows), tuple(found), written, tuple(sorted(unread & known.keys())))


def emit_suggestions(
    decisions: Reviews, performance: Performance, clock: Clock, *, most: int = MOST_PER_DAY
) -> SuggestionChanges:
    """Turn stored breaches and verdicts into suggestions and observations: new ones open, changed ones are renewed, the
    rest is closed, in the accounts that were reviewed. most: a person decides so many per account and day."""
    found = proposals(decisions.current_breaches(), performance.current_verdicts(), performance.current_withheld())
    return decisions.open_suggestions(
        found.suggestions,
        now=clock.now(),
        answered=(*RULES, POSTERIOR),
        observations=found.observations,
        accounts=decisions.reviewed_accounts(),
        most=most,
    )


def announce(
    decisions: Reviews,
    clock: Clock,
    recipients: Sequence[Recipient],
    calendar: CalendarEvents | None = None,
    public_url: str | None = None,
) -> int:
    """One message per account and local day into the outbox, with what coincides in the calendar; returns how many.

    public_url: where people reach the pages; without it no message has a link.
    """

    def compose_with_calendar(found: UnannouncedSuggestions) -> Alert:
        alert = compose_suggestions(found, link=suggestions_page(public_url, found.account_id))
        if calendar is None:
            return alert
        return with_coinciding(alert, calendar.between(found.account_id, *found.window))

    return decisions.announce(compose=compose_with_calendar, recipients=recipients, now=clock.now())
