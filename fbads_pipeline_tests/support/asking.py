"""A planner over a few names, and what it understood in one line."""

from datetime import date

from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import Plan, Understanding
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext, plan
from fbads_pipeline.domain.chat.understanding.language import detect
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline.domain.chat.understanding.tags import Lexicon
from fbads_pipeline.domain.chat.understanding.taxes import Money
from fbads_pipeline.domain.metrics.declared import METRICS, ORDER_METRICS

TODAY = date(2026, 11, 23)  # a Monday
CATALOGUE = Catalogue({**METRICS, **ORDER_METRICS})
LEXICON = Lexicon(vocabulary(), CATALOGUE)
NAMES = ObjectNames(
    [
        NamedObject("account", "100001", "100001", "Loja Aurora"),
        NamedObject("campaign", "1000010", "100001", "Coleção Verão | Prospecting | 01"),
        NamedObject("campaign", "1000011", "100001", "Coleção Verão | Retargeting | 02"),
        NamedObject("campaign", "1000012", "100001", "Back to School"),
        NamedObject("adset", "10000120", "100001", "Interesses moda - 03"),
    ]
)


def context(question: str, last: Plan | None = None, money: Money = "spend") -> PlanningContext:
    return PlanningContext(NAMES, CATALOGUE, LEXICON, TODAY, detect(question, LEXICON.vocabulary), last, money)


def understood(*turns: str, money: Money = "spend") -> Understanding:
    """What the last of the turns was understood as."""
    last: Plan | None = None
    found: Understanding | None = None
    for turn in turns:
        found = plan(normalise(turn), context(turn, last, money))
        last = found if isinstance(found, Plan) else getattr(found, "plan", None) or last
    assert found is not None
    return found


def planned(*turns: str) -> Plan:
    """The same, where it must be a plan."""
    found = understood(*turns)
    assert isinstance(found, Plan), found
    return found
