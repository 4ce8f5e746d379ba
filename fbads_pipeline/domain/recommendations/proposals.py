"""Two voices, one inbox: the plain thresholds' breaches and the posterior's verdicts as suggestions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from fbads_pipeline.domain.recommendations import verdict_messages as verdict_words
from fbads_pipeline.domain.recommendations.breaches import Breach
from fbads_pipeline.domain.recommendations.suggestions import EVIDENCE_MART, NewSuggestion, Promise, from_breaches
from fbads_pipeline.domain.scoring.account_performance import StoredVerdict

POSTERIOR = "posterior"


def proposals(breaches: Iterable[Breach], verdicts: Iterable[StoredVerdict]) -> list[NewSuggestion]:
    """One suggestion per campaign and kind, ordered by account, campaign and kind.

    A pause that both want is the posterior's, which names the rules too. A breach alone stays a pause of low
    confidence, with what the posterior thinks of it beside.
    """
    judged = {(one.account_id, one.campaign_id, one.kind): one for one in verdicts}
    found = {key: _of_verdict(one) for key, one in judged.items() if one.is_proposed}
    for plain in from_breaches(breaches):
        key = (plain.account_id, plain.campaign_id, plain.kind)
        if key in found:
            found[key] = replace(found[key], rules=(POSTERIOR, *plain.rules))
        else:
            found[key] = _with_opinion(plain, judged.get(key))
    return [found[key] for key in sorted(found)]


def is_of_posterior(rules: Sequence[str]) -> bool:
    """Whether the posterior stands behind a suggestion of those rules."""
    return POSTERIOR in rules


def _of_verdict(one: StoredVerdict) -> NewSuggestion:
    reasons = verdict_words.reasons(one.kind, one.evidence, one.currency)
    notes = verdict_words.would_change(one.kind, one.evidence, one.currency)
    days = timedelta(days=int(one.evidence["window_days"]) - 1)
    return NewSuggestion(
        account_id=one.account_id,
        campaign_id=one.campaign_id,
        kind=one.kind,
        confidence=one.confidence,
        rules=(POSTERIOR,),
        reason_pt=reasons["pt"],
        reason_en=reasons["en"],
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
        note_pt=notes["pt"],
        note_en=notes["en"],
    )


def _with_opinion(plain: NewSuggestion, opinion: StoredVerdict | None) -> NewSuggestion:
    if opinion is None:
        return plain
    notes = verdict_words.beside(opinion.evidence, opinion.currency)
    return replace(plain, promise=_promise(opinion), note_pt=notes["pt"], note_en=notes["en"])


def _promise(one: StoredVerdict) -> Promise:
    effect = (one.effect_low, one.effect_expected, one.effect_high)
    return Promise(one.factor, *effect, one.p_better, one.model_version)
