"""What delivery problems are derived from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.delivery.funds import MoneyFacts
from fbads_pipeline.domain.delivery.money_problems import evaluate_money
from fbads_pipeline.domain.delivery.object_problems import ObjectFact, evaluate_objects
from fbads_pipeline.domain.delivery.problems import ProblemChanges, ProblemKey


@dataclass(frozen=True)
class DeliveryFacts:
    """Accounts with a balance or a cap, objects that have a problem or had one, and the keys of open problems."""

    money: Sequence[MoneyFacts]
    objects: Sequence[ObjectFact]
    open: Collection[ProblemKey]


def evaluate_delivery(facts: DeliveryFacts, *, now: datetime) -> ProblemChanges:
    """Which problems hold now, and which do not."""
    changes = ProblemChanges()
    evaluate_money(facts.money, now, changes)
    evaluate_objects(facts.objects, now, changes)
    return changes
