"""A review's suggestions: breaches of the plain limits and verdicts of the posterior, one per campaign and kind."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from fbads_pipeline.domain.recommendations.breaches import Breach
from fbads_pipeline.domain.recommendations.new_suggestions import EVIDENCE_MART, NewSuggestion, Promise, from_breaches
from fbads_pipeline.domain.recommendations.reasons import estimate_reason, pausing_estimate, would_change
from fbads_pipeline.domain.recommendations.stored_verdicts import StoredVerdict

POSTERIOR = "posterior"


def proposals(breaches: Iterable[Breach], verdicts: Iterable[StoredVerdict]) -> list[NewSuggestion]:
    """One suggestion per campaign and kind, ordered by account, campaign and kind.

    A pause that both propose is the posterior's, which names the rules too. A breach alone is a pause of low
    confidence, with what the posterior expects of it as a note.
    """
    assessed = {(one.account_id, one.campaign_id, one.kind): one for one in verdicts}
    found = {key: _of_verdict(one) for key, one in assessed.items() if one.is_proposed}
    for plain in from_breaches(breaches):
        key = (plain.account_id, plain.campaign_id, plain.kind)
        if key in found:
            found[key] = replace(found[key], rules=(POSTERIOR, *plain.rules))
        else:
            found[key] = _with_estimate(plain, assessed.get(key))
    return [found[key] for key in sorted(found)]


def is_of_posterior(rules: Sequence[str]) -> bool:
    """Whether a suggestion of those rules is the posterior's."""
    return POSTERIOR in rules


def _of_verdict(one: StoredVerdict) -> NewSuggestion:
    days = timedelta(days=int(one.evidence["window_days"]) - 1)
    return NewSuggestion(
        account_id=one.account_id,
        campaign_id=one.campaign_id,
        kind=one.kind,
        confidence=one.confidence,
        rules=(POSTERIOR,),
        reason=estimate_reason(one.kind, one.evidence, one.currency),
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
        note=would_change(one.kind, one.evidence, one.currency),
    )


def _with_estimate(plain: NewSuggestion, estimate: StoredVerdict | None) -> NewSuggestion:
    if estimate is None:
        return plain
    return replace(plain, promise=_promise(estimate), note=pausing_estimate(estimate.evidence, estimate.currency))


def _promise(one: StoredVerdict) -> Promise:
    effect = (one.effect_low, one.effect_expected, one.effect_high)
    return Promise(one.factor, *effect, one.p_better, one.model_version)
