"""Users' own rules: marts → what crosses a threshold → one message per rule and account, and the preview of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rule_messages import compose_rule
from fbads_pipeline.domain.alerts.rules import RuleReading, UserRule, is_crossed
from fbads_pipeline.ports.alerts import Rules
from fbads_pipeline.ports.core import Clock


@dataclass(frozen=True)
class RuleReport:
    """crossed: rule's name → objects past it now, told or not; alerts: messages written."""

    crossed: Mapping[str, int]
    alerts: int


@dataclass(frozen=True)
class Previewed:
    """What a rule would have said at that moment."""

    at: datetime
    rule: UserRule
    reading: RuleReading


def apply_rules(
    rules: Rules, wanted: Sequence[UserRule], clock: Clock, recipients: Sequence[Recipient], units: Mapping[str, str]
) -> RuleReport:
    """Judge every rule once, and announce what is neither cooling down nor muted. units: metric → unit."""
    now, crossed, alerts = clock.now(), {}, 0
    for rule in wanted:
        found = [one for one in rules.readings(rule, now=now) if is_crossed(rule, one)]
        crossed[rule.name] = len(found)
        compose = partial(compose_rule, rule, unit=units[rule.metric])
        alerts += rules.announce(rule, found, compose=compose, recipients=recipients, now=now)
    return RuleReport(crossed, alerts)


def preview(rules: Rules, wanted: Sequence[UserRule], moments: Sequence[datetime]) -> Iterator[Previewed]:
    """What they would have said at those moments, in their order, cool-downs applied; as it was known then where the
    marts remember that (campaigns)."""
    said: dict[tuple[str, str, str], datetime] = {}
    for at in moments:
        for rule in wanted:
            for one in rules.readings(rule, now=at, as_known=rule.level == "campaign"):
                key = (rule.key, one.account_id, one.object_id)
                cools = at - said.get(key, at - rule.cooldown - timedelta(seconds=1)) <= rule.cooldown
                if not cools and is_crossed(rule, one):
                    said[key] = at
                    yield Previewed(at, rule, one)
