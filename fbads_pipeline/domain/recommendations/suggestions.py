"""What the system proposes and a person decides."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.recommendations.breaches import CTR_BELOW, Breach, Limits

if TYPE_CHECKING:
    import pandas as pd

    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
    from fbads_pipeline.domain.recommendations.verdicts import Verdict

SuggestionKind = Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"]
Confidence = Literal["low", "medium", "high"]

# An open suggestion lives this long; one that a person decided is not proposed again for as long.
LIFETIME = timedelta(days=7)
EVIDENCE_MART = "marts.campaign_daily"


@dataclass(frozen=True)
class NewSuggestion:
    """A proposal for one campaign; `day` is the account-local day whose figures it rests on.

    promise: of the posterior; a plain threshold has none. note: what would change the verdict, or what the posterior
    says beside a threshold.
    evidence: JSON values only (decimals as text); every number of the two reasons is in it. marts_version: state of the
    marts in which these figures first stood.
    """

    account_id: str
    campaign_id: str
    kind: SuggestionKind
    confidence: Confidence
    rules: tuple[str, ...]
    reason_pt: str
    reason_en: str
    evidence: Mapping[str, object]
    day: date
    marts_version: int
    promise: "Promise | None" = None
    note_pt: str | None = None
    note_en: str | None = None


@dataclass(frozen=True)
class Promise:
    """What the posterior expects of a proposal. factor: of the daily budget, 0 for a pause. effect_low, effect_high:
    80 % interval of the change of next week's profit in the account's currency; p_better: P(change > 0)."""

    factor: float
    effect_low: float
    effect_expected: float
    effect_high: float
    p_better: float
    model_version: str


@dataclass(frozen=True)
class SuggestionChanges:
    """What a review did to the open suggestions."""

    opened: int = 0
    renewed: int = 0
    expired: int = 0


def suggest(
    history: "pd.DataFrame",
    *,
    today: date,
    target_cpa: float,
    withheld: Collection[str] = (),
    model: "AccountModel | None" = None,
) -> "list[Verdict]":
    """The posterior's verdicts, at most one per campaign, ordered by campaign; equal input, equal output.

    history: one row per campaign and day before `today` as reported now, columns campaign_id, date, impressions,
    clicks, spend, conversions, daily_budget, status; recent conversions may still be arriving. target_cpa: in the
    currency of spend. withheld: campaigns with an open anomaly or a tracking break. model: None learns from history.
    Raises ValueError in one sentence: missing columns, a date that is none, a target that is not positive.
    """
    from fbads_pipeline.domain.recommendations.verdicts import verdicts_on

    return verdicts_on(history, today=today, target_cpa=float(target_cpa), withheld=withheld, model=model)


def breaches(history: "pd.DataFrame", *, today: date, limits: Limits, currency: str = "BRL") -> list[Breach]:
    """The plain thresholds, listed apart from `suggest`: over the seven days before `today`, in the same history."""
    from fbads_pipeline.domain.recommendations.breach_windows import windows_of
    from fbads_pipeline.domain.recommendations.breaches import breaches as past_limits

    return past_limits(windows_of(history, today=today, currency=currency), limits)


def from_breaches(breaches: Iterable[Breach]) -> list[NewSuggestion]:
    """One PAUSE of low confidence per campaign, both rules in one, ordered by account and campaign."""
    ordered = sorted(breaches, key=lambda one: (*_campaign(one), one.rule != CTR_BELOW))
    return [_pause(list(group)) for _, group in groupby(ordered, key=_campaign)]


def _campaign(breach: Breach) -> tuple[str, str]:
    return breach.window.account_id, breach.window.campaign_id


def _pause(breaches: Sequence[Breach]) -> NewSuggestion:
    window = breaches[0].window
    version = max(breach.window.marts_version for breach in breaches)
    return NewSuggestion(
        account_id=window.account_id,
        campaign_id=window.campaign_id,
        kind="PAUSE",
        confidence="low",
        rules=tuple(breach.rule for breach in breaches),
        reason_pt=_reason(breaches, "pt"),
        reason_en=_reason(breaches, "en"),
        evidence=_evidence(breaches, version),
        day=window.last_day,
        marts_version=version,
    )


def _reason(breaches: Sequence[Breach], language: Language) -> str:
    window = breaches[0].window
    days = words.days(window.first_day, window.last_day, language)
    when = days[0].upper() + days[1:]
    spend = words.money(window.spend, window.currency, language)
    parts = "; ".join(_part(breach, language) for breach in breaches)
    return f"{when} {'gastou' if language == 'pt' else 'it spent'} {spend}: {parts}."


def _part(breach: Breach, language: Language) -> str:
    if breach.rule == CTR_BELOW:
        return _ctr_part(breach, language)
    return _no_conversion_part(breach, language) if breach.observed is None else _cpa_part(breach, language)


def _ctr_part(breach: Breach, language: Language) -> str:
    window, observed = breach.window, breach.observed or Decimal(0)
    ctr = words.percent(observed, language, apart_from=breach.limit)
    limit = words.percent(breach.limit, language)
    shown, clicks = words.count(window.impressions, language), words.count(window.clicks, language)
    if language == "pt":
        noun = "clique" if window.clicks == 1 else "cliques"
        return f"CTR de {ctr} ({clicks} {noun} em {shown} impressões), abaixo do limite de {limit}"
    noun = "click" if window.clicks == 1 else "clicks"
    return f"CTR of {ctr} ({clicks} {noun} on {shown} impressions), below the limit of {limit}"


def _cpa_part(breach: Breach, language: Language) -> str:
    window, observed = breach.window, breach.observed or Decimal(0)
    cpa = words.money(observed, window.currency, language, apart_from=breach.limit)
    limit = words.money(breach.limit, window.currency, language)
    conversions = window.conversions or Decimal(0)
    number = words.count(conversions, language)
    if language == "pt":
        noun = "conversão" if conversions == 1 else "conversões"
        return f"CPA de {cpa} com {number} {noun}, acima do limite de {limit}"
    noun = "conversion" if conversions == 1 else "conversions"
    return f"CPA of {cpa} with {number} {noun}, above the limit of {limit}"


def _no_conversion_part(breach: Breach, language: Language) -> str:
    limit = words.money(breach.limit, breach.window.currency, language)
    if language == "pt":
        return f"nenhuma conversão, com limite de CPA de {limit}"
    return f"no conversion at all, with a CPA limit of {limit}"


def _evidence(breaches: Sequence[Breach], marts_version: int) -> dict[str, object]:
    window = breaches[0].window
    return {
        "mart": EVIDENCE_MART,
        "marts_version": marts_version,
        "first_day": window.first_day.isoformat(),
        "last_day": window.last_day.isoformat(),
        "currency": window.currency,
        "impressions": window.impressions,
        "clicks": window.clicks,
        "spend": _text(window.spend),
        "conversions": _text(window.conversions),
        "ctr": _text(window.ctr),
        "cpa": _text(window.cpa),
        "limits": {breach.rule: _text(breach.limit) for breach in breaches},
    }


def _text(value: Decimal | None) -> str | None:
    """One text per number, whatever its trailing zeros: 50, 50.0 and 5E+1 are `50`."""
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"
