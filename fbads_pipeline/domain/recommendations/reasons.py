"""Why something is suggested, and what would change it, as messages of the catalogue `recommendations`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.core.messages import (
    Count,
    Days,
    Joined,
    Message,
    Money,
    Name,
    Percent,
    Value,
    message,
    sentences,
)
from fbads_pipeline.domain.recommendations.breaches import CTR_BELOW, Breach, CampaignWindow

# From here on whole percents would read as a certainty.
_SURE, _MOST_SURE = 0.995, Decimal("0.99")


def limits_reason(breaches: Sequence[Breach]) -> Message:
    """What one campaign spent and which limits it is past; the breaches are of one window."""
    values = {**window_spent(breaches[0].window), "parts": limit_parts(breaches)}
    return Message("recommendations.limits_passed", values)


def window_spent(window: CampaignWindow) -> dict[str, Value]:
    """The days of a window and what the campaign spent in them."""
    return {
        "period": Days(window.first_day, window.last_day, begins_sentence=True),
        "spend": Money(window.spend, window.currency),
    }


def estimate_reason(action: str, evidence: Mapping[str, Any], currency: str | None = None) -> Joined:
    """What Meta reported of the window, what is projected from it, and what the action would change; amounts in the
    currency where it is given, every number one of the evidence's."""
    reported = _reported(evidence, currency)
    low, cpa, high = (_amount(one, currency) for one in evidence["projected"]["cpa"])
    target = target_said(_amount(evidence["target_cpa"], currency), evidence.get("target_roas"))
    projected = message("recommendations.projected", cpa=cpa, cpa_low=low, cpa_high=high, target=target)
    return sentences(reported, projected, Message(f"recommendations.effect.{action}", _effect(evidence, currency)))


def target_said(target: Value, roas: float | Decimal | None) -> Value:
    """What a conversion may cost, with the ROAS that it follows from where one was set."""
    if roas is None:
        return target
    return message("recommendations.target_of_roas", target=target, roas=Count(_decimal(roas)))


def would_change(action: str, evidence: Mapping[str, Any], currency: str | None = None) -> Message:
    """What would have to be observed for another verdict; of a cut below the target also why it is cut."""
    key = "would_change_budget_up" if action == "BUDGET_UP" else "would_change"
    if action == "BUDGET_DOWN" and float(evidence["projected"]["cpa"][1]) <= float(evidence["target_cpa"]):
        key = "would_change_budget_down"
    return message(f"recommendations.{key}", target=_amount(evidence["target_cpa"], currency))


def reallocation_reason(evidence: Mapping[str, Any], currency: str) -> Message:
    """How much of the budgets moves from where to where, and what it would change."""
    moves = evidence["moves"]
    moved = sum((max(_decimal(one["new_budget"]) - _decimal(one["budget"]), Decimal(0)) for one in moves), Decimal(0))
    values: dict[str, Value] = {
        "moved": Money(moved, currency),
        "campaigns": message("recommendations.campaigns", count=len(moves)),
        "total": Money(sum((_decimal(one["budget"]) for one in moves), Decimal(0)), currency),
        "moves": Joined(tuple(_move(one, currency) for one in moves), "; "),
    }
    return Message("recommendations.reallocation", {**values, **_effect(evidence, currency)})


def reallocation_note() -> Message:
    """Accepted as a whole, and not beside single changes of the same campaigns."""
    return message("recommendations.reallocation_note")


def _move(one: Mapping[str, Any], currency: str) -> Message:
    return message(
        "recommendations.move",
        campaign=Name(one.get("name"), message("core.campaign", id=one["campaign_id"])),
        old=Money(_decimal(one["budget"]), currency),
        new=Money(_decimal(one["new_budget"]), currency),
    )


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def pausing_estimate(evidence: Mapping[str, Any], currency: str | None = None) -> Message:
    """What the estimate expects of pausing a campaign that is past a limit."""
    return Message("recommendations.pausing_estimate", _effect(evidence, currency))


def _reported(evidence: Mapping[str, Any], currency: str | None) -> Message:
    """Spend, conversions and the CPA that the one makes of the other."""
    days, spend = Count(evidence["window_days"]), _amount(evidence["spend"], currency)
    if evidence["cpa"] is None:
        return message("recommendations.reported_none", days=days, spend=spend)
    conversions = message("recommendations.conversions", count=Decimal(str(evidence["conversions"])))
    cpa = _amount(evidence["cpa"], currency)
    return message("recommendations.reported", days=days, spend=spend, conversions=conversions, cpa=cpa)


def limit_parts(breaches: Sequence[Breach]) -> Joined:
    """What each of one campaign's breaches found."""
    return Joined(tuple(map(_limit, breaches)), "; ")


def _limit(breach: Breach) -> Message:
    window = breach.window
    if breach.rule == CTR_BELOW:
        return message(
            "recommendations.ctr_below",
            ctr=Percent(breach.observed or Decimal(0), apart_from=breach.limit),
            clicks=message("recommendations.clicks", count=window.clicks or 0),
            impressions=Count(window.impressions or 0),
            limit=Percent(breach.limit),
        )
    limit = target_said(Money(breach.limit, window.currency), breach.target_roas)
    if breach.observed is None:
        return message("recommendations.no_conversion", limit=limit)
    return message(
        "recommendations.cpa_above",
        cpa=Money(breach.observed, window.currency, apart_from=breach.limit),
        conversions=message("recommendations.conversions", count=window.conversions or Decimal(0)),
        limit=limit,
    )


def _effect(evidence: Mapping[str, Any], currency: str | None) -> dict[str, Value]:
    low, high = (_amount(one, currency) for one in evidence["effect"])
    return {"low": low, "high": high, "probability": chance_of(evidence["p_better"])}


def chance_of(probability: float) -> Value:
    """Whole percents, and never a certainty: an estimate may be wrong."""
    if probability >= _SURE:
        return Joined((">", Percent(_MOST_SURE)), " ")
    if probability < 1 - _SURE:
        return Joined(("<", Percent(1 - _MOST_SURE)), " ")
    return Percent(Decimal(round(probability * 100)) / 100)


def _amount(value: float, currency: str | None) -> Value:
    amount = Decimal(str(value))
    return Money(amount, currency) if currency else Count(amount)
