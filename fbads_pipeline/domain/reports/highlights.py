"""What to know of a period in a few sentences: what happened, what was done, what is next. Each figure in them was read
by a query."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from fbads_pipeline.domain.core.messages import Count, Message, Money, Name, Percent, Value, message, sentences
from fbads_pipeline.domain.reports.facts import (
    AccountTarget,
    CampaignFigures,
    PeriodFigures,
    ReportedAnomaly,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.tables import ranked, suggestion_kind

_ACCEPTED = ("ACCEPTED", "APPLIED", "FAILED")
_MOST_STEPS = 5
# A change that rounds to nothing is none.
_LEAST_CHANGE = Decimal("0.005")
_OPEN = frozenset({"PENDING", "WAITING"})


def campaign_highlights(campaigns: Sequence[CampaignFigures], currency: str) -> list[Message]:
    """The campaign with the best CPA, and the one that spends most without a conversion, where there are such."""
    sold, idle = ranked(campaigns)
    found = []
    if sold:
        figures = sold[0].figures
        found.append(
            message(
                "reports.highlight.best_cpa",
                count=figures.get("conversions") or Decimal(0),
                name=_name(sold[0]),
                cpa=Money(figures.get("cpa") or Decimal(0), currency),
            )
        )
    if idle:
        spend = Money(idle[0].figures.get("spend") or Decimal(0), currency)
        found.append(message("reports.highlight.no_conversion", name=_name(idle[0]), spend=spend))
    return found


def event_highlights(
    anomalies: Sequence[ReportedAnomaly], suggestions: Sequence[ReportedSuggestion], currency: str, *, is_read: bool
) -> list[Value]:
    """How many anomalies and suggestions there were, what open ones cost a day, and what people decided. is_read: every
    day was read; without that no anomaly is no all-clear, and is left out."""
    if not is_read and not anomalies:
        return [_suggestions(suggestions)] if suggestions else []
    if not anomalies and not suggestions:
        return [sentences(message("reports.empty.anomalies"), message("reports.empty.suggestions"))]
    return [_anomalies(anomalies, currency), _suggestions(suggestions)]


def story_lines(
    now: PeriodFigures,
    before: PeriodFigures,
    currency: str,
    *,
    target: AccountTarget | None,
    anomalies: Sequence[ReportedAnomaly],
    suggestions: Sequence[ReportedSuggestion],
    is_read: bool,
    is_watched: bool = True,
) -> list[Value]:
    """At most five. is_read: every day was read; else nothing is said of what comes next, or of a target. is_watched:
    whether anomalies can be found, so that none is an all-clear."""
    lines: list[Value] = [_happened(now, before, currency)]
    against = _against_target(now, currency, target) if is_read and target is not None else None
    lines += [against] if against is not None else []
    lines += campaign_highlights(now.campaigns, currency)[:1]
    done = event_highlights(anomalies, suggestions, currency, is_read=is_read and is_watched)
    lines += [sentences(*done)] if done else []
    if is_read:
        steps = next_steps(now.campaigns, suggestions, currency)
        lines.append(message("reports.story.next", step=steps[0]) if steps else message("reports.story.next_none"))
    return lines


def next_steps(
    campaigns: Sequence[CampaignFigures], suggestions: Sequence[ReportedSuggestion], currency: str
) -> list[Message]:
    """What waits for a decision, then what spends most without a conversion."""
    waiting = Counter(one.kind for one in suggestions if one.status in _OPEN)
    steps = [
        message("reports.story.decide", count=count, kind=suggestion_kind(kind))
        for kind, count in waiting.most_common()
    ]
    _, idle = ranked(campaigns)
    for one in idle[: max(0, _MOST_STEPS - len(steps))]:
        spend = Money(one.figures.get("spend") or Decimal(0), currency)
        steps.append(message("reports.story.check_idle", name=Name(one.name, one.campaign_id), spend=spend))
    return steps[:_MOST_STEPS]


def _anomalies(anomalies: Sequence[ReportedAnomaly], currency: str) -> Message:
    if not anomalies:
        return message("reports.empty.anomalies")
    opened = [one for one in anomalies if one.status == "OPEN"]
    if not opened:
        return message("reports.highlight.anomalies_over", count=len(anomalies))
    at_stake = Money(sum((one.at_stake for one in opened), Decimal(0)), currency)
    return message("reports.highlight.anomalies", all=Count(len(anomalies)), open=Count(len(opened)), at_stake=at_stake)


def _suggestions(suggestions: Sequence[ReportedSuggestion]) -> Message:
    if not suggestions:
        return message("reports.empty.suggestions")
    decided = Counter(one.status for one in suggestions)
    return message(
        "reports.highlight.suggestions",
        all=Count(len(suggestions)),
        accepted=Count(sum(decided[status] for status in _ACCEPTED)),
        rejected=Count(decided["REJECTED"]),
        pending=Count(decided["PENDING"] + decided["WAITING"]),
    )


def _name(campaign: CampaignFigures) -> Name:
    return Name(campaign.name, campaign.campaign_id)


def _happened(now: PeriodFigures, before: PeriodFigures, currency: str) -> Value:
    """Spend with its change, and what it brought where Meta reported that."""
    spend = now.total.get("spend") or Decimal(0)
    shown: Mapping[str, Value] = {"spend": Money(spend, currency)}
    parts: list[Value] = [_changed("reports.story.spend", before.total.get("spend"), spend, shown)]
    conversions, cpa = now.total.get("conversions"), now.total.get("cpa")
    if conversions is not None and cpa is not None:
        known: Mapping[str, Value] = {"conversions": Count(conversions), "cpa": Money(cpa, currency)}
        parts.append(_changed("reports.story.results", before.total.get("cpa"), cpa, known))
    elif conversions == 0:
        parts.append(message("reports.story.no_results"))
    if any(one.is_provisional for one in now.days):
        parts.append(message("reports.story.provisional"))
    return sentences(*parts)


def _changed(key: str, before: Decimal | None, now: Decimal, values: Mapping[str, Value]) -> Message:
    """The sentence, with how much more or less it is than before, where that is known."""
    change = now / before - 1 if before else None
    if change is None:
        return Message(key, values)
    if abs(change) < _LEAST_CHANGE:
        return Message(f"{key}_same", values)
    suffix = "more" if change > 0 else "less"
    return Message(f"{key}_{suffix}", {**values, "percent": Percent(abs(change).quantize(Decimal("0.01")))})


def _against_target(now: PeriodFigures, currency: str, target: AccountTarget) -> Message | None:
    cpa, roas = now.total.get("cpa"), now.total.get("roas")
    if target.cpa is not None and cpa is not None:
        state = "above" if cpa > target.cpa else "within"
        return message(f"reports.story.cpa_{state}", cpa=Money(cpa, currency), target=Money(target.cpa, currency))
    if target.roas is not None and roas is not None:
        state = "below" if roas < target.roas else "within"
        return message(f"reports.story.roas_{state}", roas=Count(roas), target=Count(target.roas))
    return None
