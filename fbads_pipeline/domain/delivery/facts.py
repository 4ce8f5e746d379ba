"""What delivery problems are derived from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.delivery.funds import MoneyFacts
from fbads_pipeline.domain.delivery.links import LinkFact, evaluate_links
from fbads_pipeline.domain.delivery.money_problems import evaluate_money
from fbads_pipeline.domain.delivery.object_problems import ObjectFact, evaluate_objects
from fbads_pipeline.domain.delivery.pixels import PixelFact, evaluate_pixels
from fbads_pipeline.domain.delivery.problems import Ended, ProblemChanges, ProblemKey


@dataclass(frozen=True)
class DeliveryFacts:
    """Accounts with a balance or a cap, objects that have a problem or had one, the keys of open problems,
    landing pages of ads that spend, and conversion events of pixels."""

    money: Sequence[MoneyFacts]
    objects: Sequence[ObjectFact]
    open: Collection[ProblemKey]
    links: Sequence[LinkFact] = ()
    pixels: Sequence[PixelFact] = ()


def evaluate_delivery(facts: DeliveryFacts, *, now: datetime) -> ProblemChanges:
    """Which problems hold now, and which do not."""
    changes = ProblemChanges()
    evaluate_money(facts.money, now, changes)
    evaluate_objects(facts.objects, now, changes)
    evaluate_links(facts.links, list(facts.open), changes)
    evaluate_pixels(facts.pixels, facts.open, changes)
    _end_caps_that_are_gone(facts, changes)
    return changes


def _end_caps_that_are_gone(facts: DeliveryFacts, changes: ProblemChanges) -> None:
    """A campaign without cap, or that is not active any more, has no problem with one."""
    capped = {f"campaign:{cap.campaign_id}" for account in facts.money for cap in account.campaign_caps}
    for kind, entity in facts.open:
        if kind.startswith("campaign_cap") and facts.money and entity not in capped:
            changes.absent[kind, entity] = Ended("gone")
