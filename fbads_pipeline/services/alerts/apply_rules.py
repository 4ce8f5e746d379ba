"""Users' own rules: marts → what crosses a threshold → one message per rule and account, and the preview of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rule_messages import compose_rule
from fbads_pipeline.domain.alerts.rules import RuleObstacle, RuleReading, UserRule, is_crossed, obstacle
from fbads_pipeline.ports.alerts import Rules
from fbads_pipeline.ports.core import Clock


@dataclass(frozen=True)
class RuleReport:
    """crossed: rule's name → objects past it now, announced or not; not_evaluated: rule's name → objects of which not
    enough is read or reported; alerts: alerts written."""

    crossed: Mapping[str, int]
    alerts: int
    not_evaluated: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleMatch:
    """An object about which a rule would have written an alert at that moment."""

    at: datetime
    rule: UserRule
    reading: RuleReading


@dataclass(frozen=True)
class RuleGap:
    """An object that a rule could not be evaluated for at that moment, and why."""

    at: datetime
    rule: UserRule
    reading: RuleReading
    reason: RuleObstacle


def apply_rules(
    rules: Rules, wanted: Sequence[UserRule], clock: Clock, recipients: Sequence[Recipient], units: Mapping[str, str]
) -> RuleReport:
    """Evaluate every rule once, and announce what is neither cooling down nor muted. units: metric → unit."""
    now, crossed, not_evaluated, alerts = clock.now(), {}, {}, 0
    for rule in wanted:
        read = rules.readings(rule, now=now)
        found = [one for one in read if is_crossed(rule, one)]
        crossed[rule.name] = len(found)
        not_evaluated[rule.name] = sum(obstacle(rule, one) is not None for one in read)
        compose = partial(compose_rule, rule, unit=units[rule.metric])
        alerts += rules.announce(rule, found, compose=compose, recipients=recipients, now=now)
    return RuleReport(crossed, alerts, not_evaluated)


def preview(rules: Rules, wanted: Sequence[UserRule], moments: Sequence[datetime]) -> Iterator[RuleMatch | RuleGap]:
    """What they would have announced at those moments, in their order, cool-downs applied, and what could not be
    evaluated; by the figures of that moment where the marts have them (campaigns)."""
    matched_at: dict[tuple[str, str, str], datetime] = {}
    for at in moments:
        for rule in wanted:
            for one in rules.readings(rule, now=at, as_known=rule.level == "campaign"):
                key = (rule.key, one.account_id, one.object_id)
                is_cooling = key in matched_at and matched_at[key] > rule.cooling_since(at)
                reason = obstacle(rule, one)
                if reason is not None:
                    yield RuleGap(at, rule, one, reason)
                elif not is_cooling and is_crossed(rule, one):
                    matched_at[key] = at
                    yield RuleMatch(at, rule, one)
