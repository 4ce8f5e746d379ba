"""A review's suggestions and observations: breaches of the plain limits and verdicts of the posterior, reconciled.

A campaign has at most one of them to decide. A limit alone never outvotes an estimate: where the estimate agrees it
strengthens it, where there can be none the limit proposes by rule, and where anything speaks against it is observed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.domain.recommendations.breaches import CPA_ABOVE, Breach
from fbads_pipeline.domain.recommendations.inbox.observations import Observation, observation_of, what_speaks_against
from fbads_pipeline.domain.recommendations.inbox.stored_verdicts import StoredVerdict
from fbads_pipeline.domain.recommendations.inbox.withheld import Withheld, WithheldVerdict
from fbads_pipeline.domain.recommendations.new_suggestions import (
    EVIDENCE_MART,
    REALLOCATE,
    NewSuggestion,
    Promise,
    by_campaign,
    pause_by_rule,
)
from fbads_pipeline.domain.recommendations.reasons import (
    estimate_reason,
    pausing_estimate,
    reallocation_note,
    reallocation_reason,
    would_change,
)

POSTERIOR = "posterior"
_Campaign = tuple[str, str]
_Object = tuple[str, str, str]


@dataclass(frozen=True)
class Proposals:
    """What one review proposes and what it only observes, each ordered by account and campaign."""

    suggestions: tuple[NewSuggestion, ...]
    observations: tuple[Observation, ...] = ()


def proposals(
    breaches: Iterable[Breach], verdicts: Iterable[StoredVerdict], withheld: Iterable[WithheldVerdict] = ()
) -> Proposals:
    """At most one suggestion per campaign, or per ad set that holds a budget, none of which its own estimate speaks
    against; where the campaign is to be paused none of its ad sets."""
    known = list(verdicts)
    pausing = {(one.account_id, one.campaign_id): one for one in known if one.kind == "PAUSE" and not one.adset_id}
    reasons: dict[_Campaign, Withheld] = {(one.account_id, one.campaign_id): one.reason for one in withheld}
    found: dict[_Object, NewSuggestion] = {
        (one.account_id, one.campaign_id, one.adset_id): _of_verdict(one)
        for one in known
        if one.is_proposed and _promise(one).speaks_for_it
    }
    observed = []
    for group in by_campaign(breaches):
        key = (group[0].window.account_id, group[0].window.campaign_id)
        whole = (*key, "")
        decided = _decided(group, found.get(whole), pausing.get(key), reasons.get(key))
        if isinstance(decided, Observation):
            observed.append(decided)
        else:
            found[whole] = decided
    paused = {key[:2] for key, one in found.items() if one.kind == "PAUSE" and not key[2]}
    shown = [found[key] for key in sorted(found) if not key[2] or key[:2] not in paused]
    return Proposals(tuple(shown), tuple(observed))


def is_of_posterior(rules: Sequence[str]) -> bool:
    """Whether a suggestion of those rules is the posterior's."""
    return POSTERIOR in rules


def _decided(
    breaches: Sequence[Breach],
    proposed: NewSuggestion | None,
    pausing: StoredVerdict | None,
    withheld: Withheld | None,
) -> NewSuggestion | Observation:
    """What the breaches of one campaign come to beside what the posterior proposes for it."""
    rules = tuple(one.rule for one in breaches)
    if proposed is not None and (proposed.kind == "PAUSE" or (proposed.kind == "BUDGET_DOWN" and CPA_ABOVE in rules)):
        return replace(proposed, rules=(POSTERIOR, *rules))
    if proposed is not None:
        return observation_of(breaches, "another suggestion")
    estimate = None if pausing is None else _promise(pausing)
    against = what_speaks_against(breaches, estimate, withheld)
    if against is not None:
        return observation_of(breaches, against, estimate)
    plain = pause_by_rule(breaches)
    if pausing is None or estimate is None:
        return plain
    return replace(plain, promise=estimate, note=pausing_estimate(pausing.evidence, pausing.currency))


def _of_verdict(one: StoredVerdict) -> NewSuggestion:
    days = timedelta(days=int(one.evidence["window_days"]) - 1)
    return NewSuggestion(
        account_id=one.account_id,
        campaign_id=one.campaign_id,
        kind=one.kind,
        confidence=one.confidence,
        rules=(POSTERIOR,),
        reason=_reason(one),
        evidence={
            "mart": EVIDENCE_MART,
            "marts_version": one.marts_version,
            "first_day": (one.day - days).isoformat(),
            "last_day": one.day.isoformat(),
            "currency": one.currency,
            **one.evidence,
        },
        day=one.day,
        marts_version=one.marts_version,
        promise=_promise(one),
        note=_note(one),
        adset_id=one.adset_id,
    )


def _reason(one: StoredVerdict) -> Value:
    if one.kind == REALLOCATE:
        return reallocation_reason(one.evidence, one.currency)
    return estimate_reason(one.kind, one.evidence, one.currency)


def _note(one: StoredVerdict) -> Value:
    return reallocation_note() if one.kind == REALLOCATE else would_change(one.kind, one.evidence, one.currency)


def _promise(one: StoredVerdict) -> Promise:
    effect = (one.effect_low, one.effect_expected, one.effect_high)
    return Promise(one.factor, *effect, one.p_better, one.model_version)
