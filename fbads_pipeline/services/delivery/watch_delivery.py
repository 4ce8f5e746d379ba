"""Facts → delivery problems, opened and ended → one alert about each group, and one about its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.delivery.facts import evaluate_delivery
from fbads_pipeline.domain.delivery.messages import compose
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.delivery import DeliveryProblems


@dataclass(frozen=True)
class DeliveryReport:
    """Rows that one evaluation wrote. Zeros where nothing has changed."""

    opened: int
    ended: int
    announced: int


def watch_delivery(problems: DeliveryProblems, clock: Clock, recipients: Sequence[Recipient]) -> DeliveryReport:
    """Store what has changed, then put the alerts into the outbox; the same facts again write nothing."""
    now = clock.now()
    opened, ended = problems.update(partial(evaluate_delivery, now=now), now=now)
    return DeliveryReport(opened, ended, problems.announce(compose=compose, recipients=recipients, now=now))


def pending_delivery(problems: DeliveryProblems, clock: Clock) -> int:
    """How much `watch_delivery` would write now."""
    now = clock.now()
    facts = problems.facts(now=now)
    changes = evaluate_delivery(facts, now=now)
    return len(changes.opened(facts.open)) + len(changes.ended(facts.open)) + problems.unannounced()
