"""What to know of a period in a few sentences, for whoever reads one page."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from fbads_pipeline.domain.core.messages import Count, Message, Money, Name, Value, message, sentences
from fbads_pipeline.domain.reports.facts import CampaignFigures, ReportedAnomaly, ReportedSuggestion
from fbads_pipeline.domain.reports.tables import ranked

_ACCEPTED = ("ACCEPTED", "APPLIED", "FAILED")


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


def _anomalies(anomalies: Sequence[ReportedAnomaly], currency: str) -> Message:
    if not anomalies:
        return message("reports.empty.anomalies")
    opened = [one for one in anomalies if one.status == "OPEN"]
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
