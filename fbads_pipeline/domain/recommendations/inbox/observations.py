"""Campaigns past a plain limit that something the product knows speaks against pausing: nothing to accept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.messages import Message, Money, Value, message
from fbads_pipeline.domain.recommendations.breaches import CTR_BELOW, Breach
from fbads_pipeline.domain.recommendations.inbox.withheld import NOT_REPORTED, RULE_DECIDES, Withheld
from fbads_pipeline.domain.recommendations.new_suggestions import Promise, breach_evidence
from fbads_pipeline.domain.recommendations.reasons import chance_of, limit_parts, target_said, window_spent

Against = Literal["estimate", "cpa within target", "another suggestion"] | Withheld


@dataclass(frozen=True)
class Observation:
    """A campaign that is past limits and is better left alone, in a list of its own.

    against: what speaks against pausing. evidence: as of a suggestion by rule; JSON values only.
    """

    account_id: str
    campaign_id: str
    rules: tuple[str, ...]
    against: Against
    reason: Value
    evidence: Mapping[str, object]
    day: date
    marts_version: int


def what_speaks_against(
    breaches: Sequence[Breach], estimate: Promise | None, withheld: Withheld | None
) -> Against | None:
    """What is known against pausing a campaign that is past limits; None where nothing is."""
    if estimate is not None:
        return None if estimate.speaks_for_it else "estimate"
    if withheld is not None and withheld not in RULE_DECIDES:
        return withheld
    if breaches[0].window.conversions is None:
        return NOT_REPORTED
    return "cpa within target" if _cpa_within_target(breaches) else None


def observation_of(breaches: Sequence[Breach], against: Against, estimate: Promise | None = None) -> Observation:
    """The breaches of one campaign, with what speaks against pausing it and what to do instead."""
    window = breaches[0].window
    version = max(breach.window.marts_version for breach in breaches)
    is_ctr = any(one.rule == CTR_BELOW for one in breaches)
    advice = "creative" if is_ctr else "wait"
    evidence: dict[str, object] = breach_evidence(breaches, version)
    if estimate is not None:
        evidence |= {
            "pausing": {
                "effect": [round(estimate.effect_low, 2), round(estimate.effect_high, 2)],
                "expected": round(estimate.effect_expected, 2),
                "p_better": estimate.p_better,
            }
        }
    return Observation(
        account_id=window.account_id,
        campaign_id=window.campaign_id,
        rules=tuple(one.rule for one in breaches),
        against=against,
        reason=Message(
            "recommendations.observed",
            {
                **window_spent(window),
                "parts": limit_parts(breaches),
                "but": _but(breaches, against, estimate),
                "advice": message(f"recommendations.advice.{advice}"),
            },
        ),
        evidence=evidence,
        day=window.last_day,
        marts_version=version,
    )


def _but(breaches: Sequence[Breach], against: Against, estimate: Promise | None) -> Message:
    window = breaches[0].window
    within = _cpa_within_target(breaches)
    if within is not None and against in ("estimate", "cpa within target", "another suggestion"):
        cpa, target = within
        return message(
            "recommendations.against.cpa_within_target",
            cpa=Money(cpa, window.currency, apart_from=target),
            conversions=message("recommendations.conversions", count=window.conversions or Decimal(0)),
            target=target_said(Money(target, window.currency), breaches[0].target_roas),
        )
    if estimate is not None and against == "estimate":
        expected = Decimal(str(round(estimate.effect_expected, 2)))
        return message(
            "recommendations.against.estimate",
            expected=Money(expected, window.currency),
            probability=chance_of(estimate.p_better),
        )
    return message(f"recommendations.against.{against.replace(' ', '_')}")


def _cpa_within_target(breaches: Sequence[Breach]) -> tuple[Decimal, Decimal] | None:
    """The window's own CPA and the target that it does not exceed; None where it does or is not known."""
    cpa, target = breaches[0].window.cpa, breaches[0].target_cpa
    return (cpa, target) if cpa is not None and target is not None and cpa <= target else None
