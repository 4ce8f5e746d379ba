"""Words that people use for two metrics, each of them a metric of the catalogue: which one is meant is asked back."""

from dataclasses import replace

from fbads_pipeline.domain.chat.composed import composed_name
from fbads_pipeline.domain.chat.plan import Clarification, Offer, Plan, Understanding
from fbads_pipeline.domain.chat.understanding.figures.bounds import GOAL_COST, metric_tags
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion

# What the word is the name of → that metric, and the one that it is said for as often.
_COST_OF_LEADS = composed_name("spend", "leads")
_TWO = {
    "contacts": ("contacts", "leads"),
    "registrations": ("registrations", "leads"),
    "cost_per_contact": ("cost_per_contact", _COST_OF_LEADS),
    GOAL_COST + "registration": (composed_name("spend", "registrations"), _COST_OF_LEADS),
}


def asked_apart(understood: Understanding, parsed: ParsedQuestion) -> Understanding:
    """ "Contatos" are the event of that name, and what many call their leads: a question back with both of them.

    Not where the question has both words, so that it tells them apart itself, and not of the event by its longer names.
    """
    if not isinstance(understood, Plan) or understood.intent not in ("figures", "why"):
        return understood
    words, tags = parsed.vocabulary.words["said_for_two"], metric_tags(parsed)
    names = [GOAL_COST + tag.value if tag.kind == "goal_cost" else tag.value for tag in tags if tag.said in words]
    name = next((one for one in names if one in _TWO and one in understood.metrics), None)
    if name is None or any(tag.value in ("lead", "leads") for tag in tags):
        return understood
    offers = tuple(Offer(one, metric=one, replaces=name) for one in _TWO[name])
    return Clarification("metric", "", (), replace(understood, mentions=()), offers)


def renamed(plan: Plan, old: str, new: str) -> Plan:
    """The plan about another metric, wherever it has the old one: its order and its bounds too."""
    return replace(
        plan,
        metrics=tuple(dict.fromkeys(new if one == old else one for one in plan.metrics)),
        rank=replace(plan.rank, metric=new) if plan.rank is not None and plan.rank.metric == old else plan.rank,
        thresholds=tuple(replace(one, metric=new) if one.metric == old else one for one in plan.thresholds),
        questioned=tuple(replace(one, metric=new) if one.metric == old else one for one in plan.questioned),
    )
