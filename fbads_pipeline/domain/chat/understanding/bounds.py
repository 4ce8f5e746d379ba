"""Bounds on metrics ("CPA acima de R$ 50", "sem vendas"), and which of a question's words are metrics at all."""

import re
from decimal import Decimal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.lexicon.question_words import DIMENSIONS
from fbads_pipeline.domain.chat.plan import LEVELS, Clarification, Refusal, Threshold
from fbads_pipeline.domain.chat.understanding.amounts import Amount
from fbads_pipeline.domain.chat.understanding.normalise import listed
from fbads_pipeline.domain.chat.understanding.question import Reading
from fbads_pipeline.domain.chat.understanding.tags import Tag

GOAL_COST = "goal_cost:"
_HOW_MANY = ("quantas", "quantos", "how many")
_LEVEL_NAMES = frozenset(word for level in LEVELS for phrase in DIMENSIONS[level].split("|") for word in phrase.split())
_NONE_BEFORE = re.compile(
    r"(?:\b(?:sem|zero|0|nenhuma?|without|no|any)(?: uma| um| nenhuma| nenhum| any| a single)?|\bnao (?:tiveram|"
    r"teve|tem|geraram|gerou)) $"
)
_EACH = (["cada"], ["each"], ["a"], ["uma"], ["um"], ["o"], ["por", "cada"], ["per", "each"], ["for", "a"])
_COST_VERBS = listed("custa custam custou custaram custando pagando pago paguei pagamos cost costs pay paid paying")
# What an event costs.
COST_OF = {
    "clicks": "cpc",
    "link_clicks": "cpc",
    "conversions": "cpa",
    "purchases": GOAL_COST + "purchase",
    "leads": GOAL_COST + "lead",
}
_PER = (["por"], ["per"], ["a", "cada"], ["de", "cada"], ["para", "cada"], ["for", "each"], ["for", "every"])


class Unclear(Exception):
    """The question has an answer of its own: one asked back, or a refusal."""

    def __init__(self, answer: Clarification | Refusal) -> None:
        super().__init__(answer.kind)
        self.answer = answer


def thresholds(reading: Reading, catalogue: Catalogue) -> tuple[Threshold, ...]:
    made = []
    for amount in reading.amounts:
        tag = _bounded(amount, reading)
        if tag is None:
            words = reading.text[amount.start : amount.end]
            unclear = Clarification("metric", words) if reading.has("dimension") else Refusal("not_understood", words)
            raise Unclear(unclear)
        made.append(threshold(amount, GOAL_COST + tag.value if tag.kind == "goal_cost" else tag.value, catalogue))
    for tag in metric_tags(reading):
        if (
            tag.kind == "metric"
            and reading.has("dimension")
            and _NONE_BEFORE.search(reading.text[: reading.place(tag)])
        ):
            made.append(Threshold(tag.value, "at_most", Decimal(0)))
    return tuple(dict.fromkeys(made or _counted(reading, catalogue)))


def threshold(amount: Amount, metric: str, catalogue: Catalogue) -> Threshold:
    """A bare number beside a rate of percents is one of percents ("CTR abaixo de 1"); ROAS of 200 % is 2."""
    value = amount.value
    is_share = metric in catalogue and catalogue[metric].unit == "ratio" and metric != "roas"
    if amount.is_percent or (is_share and value >= Decimal("0.1")):
        value /= 100
    is_money = metric.startswith(GOAL_COST) or catalogue[metric].unit == "money"
    if amount.is_money and not is_money:
        raise Unclear(Clarification("metric", amount.currency or "$"))
    return Threshold(metric, amount.comparison, value, amount.currency)


def says_none(reading: Reading) -> bool:
    """Whether the question asks for what has none of a metric: "sem vendas"."""
    return any(_NONE_BEFORE.search(reading.text[: reading.place(tag)]) for tag in metric_tags(reading))


def with_quotients(reading: Reading) -> list[str]:
    """The metrics said, a cost per event as the metric that it is; refuses quotients that the catalogue lacks.

    "Quanto custa cada clique" is the CPC, "vendas por clique" is nothing that we have.
    """
    names: list[str] = []
    tags = metric_tags(reading)
    for place, tag in enumerate(tags):
        before = tags[place - 1] if place else None
        between = [word.text for word in reading.words[before.end : tag.start]] if before else []
        if before is not None and (between in _PER or (between in _EACH and before.said in _COST_VERBS)):
            if before.value != "spend" or tag.value not in COST_OF or not names:
                said = " ".join(word.text for word in reading.words[before.start : tag.end])
                raise Unclear(Refusal("unknown_metric", said, (before.value, tag.value)))
            names[-1] = COST_OF[tag.value]
        else:
            names.append(GOAL_COST + tag.value if tag.kind == "goal_cost" else tag.value)
    return names


def metric_tags(reading: Reading) -> list[Tag]:
    return [tag for tag in reading.tags if tag.kind in ("metric", "goal_cost")]


def _counted(reading: Reading, catalogue: Catalogue) -> list[Threshold]:
    """ "Quantas campanhas tiveram vendas?" counts those with any."""
    counts = [tag for tag in reading.of("intent") if tag.value == "objects" and tag.said in _HOW_MANY]
    if not any(_word_after(reading, tag) in _LEVEL_NAMES for tag in counts):
        return []
    sums = [tag.value for tag in reading.of("metric") if "days" in catalogue[tag.value].additive]
    return [Threshold(sums[0], "above", Decimal(0))] if sums and not reading.of("rank") else []


def _word_after(reading: Reading, tag: Tag) -> str:
    return reading.words[tag.end].text if tag.end < len(reading.words) else ""


def _bounded(amount: Amount, reading: Reading) -> Tag | None:
    """The metric of a bound: right after it ("50 de CPA", "10 vendas"), else the last before it, else the first."""
    tags = metric_tags(reading)
    for tag in tags:
        between = reading.text[amount.end : reading.place(tag)] if reading.place(tag) >= amount.end else "-"
        if re.fullmatch(r" (?:(?:de|in|em|of|reais de|no|na) )?", between):
            return tag
    before = [tag for tag in tags if reading.place(tag) < amount.start]
    return before[-1] if before else tags[0] if tags else None
