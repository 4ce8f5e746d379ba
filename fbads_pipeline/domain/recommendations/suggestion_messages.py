"""The alert about an account's suggestions: one per account and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine, brief_of
from fbads_pipeline.domain.alerts.charts import AlertChart, RecentDay, chart_fact, chart_of
from fbads_pipeline.domain.alerts.message_layout import Layout, Part, laid_out, sparkline
from fbads_pipeline.domain.alerts.titles import headline, rounded
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import (
    Day,
    Days,
    Headline,
    Joined,
    Message,
    Money,
    Name,
    Value,
    lines,
    message,
    to_json,
)
from fbads_pipeline.domain.recommendations.breaches import CTR_BELOW
from fbads_pipeline.domain.recommendations.inbox.presentation import OpenSuggestion, by_money
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE
from fbads_pipeline.domain.recommendations.proposals import is_of_posterior

BREACHES = "breaches"
MOST_LISTED = 10


@dataclass(frozen=True)
class UnannouncedSuggestion:
    """An open suggestion that no alert has announced; campaign_name as somebody wrote it at Meta.

    effect_low, effect_expected: of its estimate, None by rule. version: the one that a button decides; daily_spend,
    daily_results: of the last complete days, oldest first, None where that is not known; chart: of these days.
    """

    suggestion_id: str
    campaign_id: str
    campaign_name: str | None
    kind: str
    confidence: str
    rules: tuple[str, ...]
    reason: Value
    evidence: Mapping[str, object]
    note: Value | None = None
    version: int = 1
    daily_spend: tuple[float | None, ...] = ()
    daily_results: tuple[float | None, ...] = ()
    chart: AlertChart | None = None
    effect_low: float | None = None
    effect_expected: float | None = None
    adset_id: str = ""

    @property
    def is_by_rule(self) -> bool:
        """Whether a plain limit proposes it alone, without any estimate."""
        return self.effect_expected is None and not is_of_posterior(self.rules)

    @property
    def campaign(self) -> Name:
        """The campaign's name, or its id where it has none; of a reallocation how many campaigns it is for; of
        an ad set both names."""
        if self.kind == REALLOCATE:
            moves = cast("Sequence[object]", self.evidence.get("moves", ()))
            return Name(None, message("recommendations.campaigns", count=len(moves)))
        if self.adset_id:
            adset = str(self.evidence.get("adset_name") or self.adset_id)
            return Name(f"{self.campaign_name or self.campaign_id} › {adset}", "")
        return Name(self.campaign_name, message("core.campaign", id=self.campaign_id))

    @property
    def spend(self) -> Decimal:
        """Of the days of its evidence."""
        return Decimal(str(self.evidence.get("spend") or 0))


@dataclass(frozen=True)
class UnannouncedSuggestions:
    """What is to be announced of one account on one of its days. held_back: open ones that wait, since a person decides
    only so many in a day."""

    account_id: str
    account_name: str | None
    day: date
    suggestions: tuple[UnannouncedSuggestion, ...]
    held_back: int = 0

    @property
    def window(self) -> tuple[date, date]:
        """First and last day of the evidence."""
        return _window(self.suggestions)


def compose_suggestions(found: UnannouncedSuggestions, *, link: str | None = None) -> Alert:
    """The one alert of that account and day: what, since when, observed against limit, spend at stake, what to do.

    facts holds everything that the text says, the campaigns that are not listed included. link: where a person decides.
    """
    ordered = sorted(found.suggestions, key=_by_money)
    layout = _layout(found, ordered, link)
    decided = [{"suggestion_id": one.suggestion_id, "version": one.version} for one in ordered[:MOST_LISTED]]
    return alert_of(
        AlertText(_title(found), layout.body, _brief(ordered)),
        account_id=found.account_id,
        rule=BREACHES,
        entity=found.account_id,
        severity="warning",
        window_start=found.day,
        facts=_facts(found, ordered) | laid_out(layout, decided) | chart_fact(ordered[0].chart),
    )


def suggestion_chart(rules: Sequence[str], recent: Sequence[RecentDay], currency: str | None) -> AlertChart | None:
    """What a suggestion is judged by, day by day: CTR where a limit of CTR proposes it, else what a conversion cost, or
    what was spent where too few days have one."""
    metrics = ("ctr",) if CTR_BELOW in rules else ("cpa", "spend")
    drawn = (chart_of(metric, recent, currency) for metric in metrics)
    return next((one for one in drawn if one is not None), None)


def _by_money(one: UnannouncedSuggestion) -> tuple[object, ...]:
    placed = OpenSuggestion(one.campaign_id, "", one.effect_low, one.effect_expected, float(one.spend))
    return (one.is_by_rule, *by_money(placed))


def _title(found: UnannouncedSuggestions) -> Headline:
    proposed = [one for one in found.suggestions if not one.is_by_rule]
    past = [one for one in found.suggestions if one.is_by_rule]
    suggestions = message("recommendations.alert.suggestions", count=len(proposed))
    what = campaigns = message("recommendations.alert.campaigns_past_limits", count=len(past))
    if proposed:
        both = message("recommendations.alert.both", suggestions=suggestions, campaigns=campaigns)
        what = both if past else suggestions
    account = Name(found.account_name, message("core.account", id=found.account_id))
    return headline(account, what, money=_title_money(proposed, past))


def _title_money(proposed: Sequence[UnannouncedSuggestion], past: Sequence[UnannouncedSuggestion]) -> Value:
    """What a week gains by the estimates, as far as each of them is a gain; else what those past limits spent."""
    gains = [one.effect_expected for one in proposed]
    currencies = {str(one.evidence.get("currency") or "") for one in (proposed or past)}
    currency = currencies.pop() if len(currencies) == 1 else ""
    if not currency:
        return ""
    if proposed:
        is_gain = all(one is not None and one > 0 for one in gains)
        return _gain(sum(one or 0 for one in gains), currency) if is_gain else ""
    spent = sum((one.spend for one in past), Decimal(0))
    return message("recommendations.brief.spent", amount=rounded(spent, currency)) if spent else ""


def _gain(amount: float, currency: str) -> Message:
    return message("recommendations.brief.gain", amount=rounded(amount, currency))


def _brief(ordered: Sequence[UnannouncedSuggestion]) -> Brief:
    """In the order in which a person decides them: the most certain gain first."""
    return brief_of([_brief_line(one) for one in ordered])


def _brief_line(one: UnannouncedSuggestion) -> BriefLine:
    subject = {"suggestion_id": one.suggestion_id, "version": one.version}
    action = message(f"recommendations.action.{one.kind}")
    said = Joined((action, message("recommendations.by_rule")), ", ") if one.is_by_rule else action
    currency = str(one.evidence.get("currency") or "")
    money: Value = ""
    if currency and one.effect_expected is not None and one.effect_expected > 0:
        money = _gain(one.effect_expected, currency)
    elif currency and one.is_by_rule and one.spend:
        money = message("recommendations.brief.spent", amount=rounded(one.spend, currency))
    return BriefLine(one.campaign, said, money, subject)


def _layout(found: UnannouncedSuggestions, ordered: Sequence[UnannouncedSuggestion], link: str | None) -> Layout:
    past_limits = [one for one in ordered if one.is_by_rule]
    listed, more = ordered[:MOST_LISTED], len(ordered) - MOST_LISTED
    to_do = "to_do_limits" if len(past_limits) == len(ordered) else "to_do"
    closing: list[Value] = [] if more <= 0 else [message("recommendations.alert.more", count=more)]
    closing += [message("recommendations.alert.held_back", count=found.held_back)] if found.held_back else []
    closing += ["", message(f"recommendations.alert.{to_do}")]
    closing += [] if link is None else [message("recommendations.alert.decide", link=link)]
    return Layout(
        lead=_lead(found.day, past_limits),
        parts=[_part(number, one) for number, one in enumerate(listed, 1)],
        closing=lines(*closing),
    )


def _lead(day: date, past_limits: Sequence[UnannouncedSuggestion]) -> Message:
    if not past_limits:
        return message("recommendations.alert.new_on", day=Day(day))
    amounts = tuple(Money(amount, currency) for currency, amount in _totals(past_limits).items())
    return message(
        "recommendations.alert.spent",
        count=len(past_limits),
        day=Day(day),
        spend=Joined(amounts, " + "),
        period=Days(*_window(past_limits)),
    )


def _part(number: int, one: UnannouncedSuggestion) -> Part:
    head: dict[str, Value] = {"number": str(number), "campaign": one.campaign}
    action = message(f"recommendations.action.{one.kind}")
    confidence: Value = message(f"recommendations.confidence.{one.confidence}")
    if one.is_by_rule:
        confidence = Joined((message("recommendations.by_rule"), confidence), ", ")
    title = Message("recommendations.alert.proposal", {**head, "action": action, "confidence": confidence})
    return (title, one.reason, *(() if one.note is None else (one.note,)), *_last_days(one))


def _last_days(one: UnannouncedSuggestion) -> tuple[Message, ...]:
    """Spend and results of the last days, drawn; nothing where there are too few days to draw."""
    spend, results = sparkline(one.daily_spend), sparkline(one.daily_results)
    if not spend:
        return ()
    charts = [message("recommendations.alert.spend_chart", chart=spend)]
    charts += [message("recommendations.alert.results_chart", chart=results)] if results else []
    drawn = Joined(tuple(charts), " · ")
    return (message("recommendations.alert.last_days", count=len(one.daily_spend), charts=drawn),)


def _facts(found: UnannouncedSuggestions, ordered: Sequence[UnannouncedSuggestion]) -> dict[str, object]:
    totals = _totals([one for one in ordered if one.is_by_rule])
    return {
        "account_id": found.account_id,
        "account_name": plain_name(found.account_name, found.account_id),
        "day": found.day.isoformat(),
        "spend": {currency: str(amount) for currency, amount in totals.items()},
        "suggestions": [
            {
                "suggestion_id": one.suggestion_id,
                "version": one.version,
                "campaign_id": one.campaign_id,
                "campaign_name": plain_name(one.campaign_name, one.campaign_id),
                "kind": one.kind,
                "basis": "rule" if one.is_by_rule else "estimate",
                "confidence": one.confidence,
                "rules": list(one.rules),
                "reason": to_json(one.reason),
                "note": None if one.note is None else to_json(one.note),
                "evidence": dict(one.evidence),
            }
            for one in ordered
        ],
    }


def _totals(found: Sequence[UnannouncedSuggestion]) -> dict[str, Decimal]:
    """Spend by currency, in the order of the alert; amounts of two currencies are never added."""
    totals: dict[str, Decimal] = {}
    for one in found:
        currency = str(one.evidence.get("currency", ""))
        totals[currency] = totals.get(currency, Decimal(0)) + one.spend
    return totals


def _window(found: Sequence[UnannouncedSuggestion]) -> tuple[date, date]:
    first = min(str(one.evidence["first_day"]) for one in found)
    last = max(str(one.evidence["last_day"]) for one in found)
    return date.fromisoformat(first), date.fromisoformat(last)
