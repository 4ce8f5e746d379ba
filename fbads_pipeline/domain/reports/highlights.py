"""What to know of a period in a few sentences, for who reads one page."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.facts import CampaignFigures, ReportedAnomaly, ReportedSuggestion
from fbads_pipeline.domain.reports.labels import WORDS
from fbads_pipeline.domain.reports.tables import ranked

_ACCEPTED = ("ACCEPTED", "APPLIED", "FAILED")


def campaign_highlights(campaigns: Sequence[CampaignFigures], currency: str, language: Language) -> list[str]:
    """The campaign that sells cheapest, and the one that spends most without a conversion, where there are such."""
    sold, idle = ranked(campaigns)
    word, said = WORDS[language], []
    if sold:
        name, figures = _name(sold[0]), sold[0].figures
        cpa, conversions = figures.get("cpa") or Decimal(0), figures.get("conversions") or Decimal(0)
        said.append(
            word["best_in_brief"].format(
                name=name,
                cpa=words.money(cpa, currency, language),
                conversions=words.count(conversions, language),
            )
        )
    if idle:
        spend = idle[0].figures.get("spend") or Decimal(0)
        said.append(word["idle_in_brief"].format(name=_name(idle[0]), spend=words.money(spend, currency, language)))
    return said


def event_highlights(
    anomalies: Sequence[ReportedAnomaly],
    suggestions: Sequence[ReportedSuggestion],
    currency: str,
    language: Language,
) -> list[str]:
    """How many anomalies and suggestions there were, what open ones cost a day, and what people decided."""
    word = WORDS[language]
    if not anomalies and not suggestions:
        return [f"{word['no_anomalies']} {word['no_suggestions']}"]
    opened = [one for one in anomalies if one.status == "OPEN"]
    decided = Counter(one.status for one in suggestions)
    return [
        word["anomalies_in_brief"].format(
            n=len(anomalies),
            open=len(opened),
            money=words.money(sum((one.at_stake for one in opened), Decimal(0)), currency, language),
        )
        if anomalies
        else word["no_anomalies"],
        word["suggestions_in_brief"].format(
            n=len(suggestions),
            accepted=sum(decided[status] for status in _ACCEPTED),
            rejected=decided["REJECTED"],
            pending=decided["PENDING"],
        )
        if suggestions
        else word["no_suggestions"],
    ]


def _name(campaign: CampaignFigures) -> str:
    return words.plain_name(campaign.name, campaign.campaign_id)
