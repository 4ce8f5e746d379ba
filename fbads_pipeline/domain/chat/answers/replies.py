"""Answers without figures: greetings, help, definitions, refusals and questions back."""

from collections.abc import Sequence
from datetime import date

from fbads_pipeline.domain.chat.answers.cells import dimension_label, metric_label, metric_labels
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import DIMENSIONS, Clarification, Offer, Refusal
from fbads_pipeline.domain.core.messages import Day, Joined, Message, Name, Value, lines, message, sentences
from fbads_pipeline.domain.metrics.registry import Metric, Ratio

EXAMPLES = tuple(message(f"chat.example_{name}") for name in ("spend", "rank", "split", "compare", "why", "budget"))


def greeting() -> Value:
    return sentences(message("chat.hello"), examples())


def help_answer(catalogue: Catalogue) -> Value:
    return lines(examples(), message("chat.metrics", metrics=metric_labels(list(catalogue.metrics))))


def change_refused() -> Value:
    """Nothing is changed from here: where decisions are made."""
    return message("chat.changes_nothing")


def definition(names: Sequence[str], catalogue: Catalogue) -> Value:
    """How each metric is calculated, as the registry declares it."""
    return lines(*(_defined(catalogue[name]) for name in names))


def examples() -> Value:
    return message("chat.examples", examples=Joined(EXAMPLES, " · "))


def refusal_answer(refusal: Refusal, catalogue: Catalogue) -> Value:
    """Why not, and what can be asked instead."""
    parts: list[Value] = [message(f"chat.refused_{refusal.kind}", about=_about(refusal, catalogue))]
    metrics = [name for name in refusal.near if name in catalogue]
    if metrics:
        parts.append(message("chat.has_metrics", metrics=metric_labels(metrics)))
    elif refusal.near:
        parts.append(message("chat.similar", names=Joined(tuple(Name(name, "?") for name in refusal.near), ", ")))
    if refusal.kind in ("not_understood", "empty", "forbidden", "lost"):
        parts.append(examples())
    return sentences(*parts)


def _about(refusal: Refusal, catalogue: Catalogue) -> Value:
    """The question's own words, or the labels of the metric, dimensions or goals that the refusal names."""
    if refusal.kind == "not_additive" and refusal.about in catalogue:
        return metric_label(refusal.about)
    named = refusal.about.split(", ")
    if refusal.kind == "not_collected" and all(one in DIMENSIONS for one in named):
        return Joined(tuple(message(f"chat.dimension_{one}") for one in named), ", ")
    if refusal.kind == "other_goal":
        return Joined(tuple(message(f"chat.goal_{one}") for one in named), ", ")
    return Name(refusal.about, "?")


def clarification_answer(clarification: Clarification) -> Value:
    """A question back with its choices."""
    which: Message = message(f"chat.which_{clarification.kind}", about=Name(clarification.about, "?"))
    choices = [_choice(one, clarification.kind) for one in clarification.choices]
    return lines(which, *(Joined((str(number), ". ", one), "") for number, one in enumerate(choices, 1)))


def offer_label(offer: Offer) -> Value:
    """A metric or dimension that is offered, as people read it."""
    return dimension_label(offer.dimension) if offer.dimension else metric_label(offer.metric)


def _choice(choice: str, kind: str) -> Value:
    if kind == "date":
        return Joined((Day(date.fromisoformat(choice)), " (", choice, ")"), "")
    return Name(choice, "?")


def _defined(metric: Metric) -> Value:
    parts: list[Value] = [Joined((metric_label(metric.name), ": ", _formula(metric), "."), "")]
    if metric.note:
        parts.append(message(f"metrics.{metric.name}_note"))
    return sentences(*parts)


def _formula(metric: Metric) -> Value:
    """The sum, or the sum over a sum; the column's name of what is not summed."""
    if isinstance(metric.source, Ratio):
        factor = (f"{metric.source.factor} × ",) if metric.source.factor != 1 else ()
        return Joined((*factor, _sum(metric.source.numerator), " ÷ ", _sum(metric.source.denominator)), "")
    return metric.name if metric.needs_one_row else _sum(metric.name)


def _sum(name: str) -> Value:
    return Joined(("Σ", metric_label(name)), " ")
