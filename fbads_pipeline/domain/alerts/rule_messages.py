"""Alerts of users' own rules: one per rule and account."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine, brief_of
from fbads_pipeline.domain.alerts.message_layout import Layout, Part
from fbads_pipeline.domain.alerts.rules import RuleReading, UserRule
from fbads_pipeline.domain.core.messages import (
    Count,
    Days,
    Headline,
    Joined,
    Message,
    Money,
    Name,
    Percent,
    Value,
    message,
    to_json,
)
from fbads_pipeline.domain.metrics.registry import written_unit

MOST_LISTED = 15


def compose_rule(rule: UserRule, found: Sequence[RuleReading], unit: str) -> Alert:
    """The alert about objects of one account, ordered by id. unit: of the metric."""
    first = found[0]
    unit = written_unit(rule.metric, unit)
    ids = hashlib.sha256("|".join(sorted(one.object_id for one in found)).encode()).hexdigest()[:32]
    return alert_of(
        AlertText(_title(rule, found), _layout(rule, found, unit).body, _brief(rule, found, unit)),
        account_id=first.account_id,
        rule=rule.key,
        entity=first.account_id,
        severity=rule.severity,
        window_start=first.last_day,
        occasion=f"{first.last_day.isoformat()}.{ids}",
        facts={
            "rule": rule.name,
            "metric": rule.metric,
            "comparison": rule.comparison,
            "threshold": str(rule.threshold),
            "objects": [_object_facts(rule, one) for one in found],
        },
    )


def _title(rule: UserRule, found: Sequence[RuleReading]) -> Value:
    account = Name(found[0].account_name, found[0].account_id)
    objects = message(f"alerts.rule.objects.{rule.level}", count=len(found))
    return Headline(account, Name(rule.name, rule.metric), (objects,))


def _brief(rule: UserRule, found: Sequence[RuleReading], unit: str) -> Brief:
    """The furthest past the threshold first: readings have no money at stake."""
    is_low = rule.comparison in ("below", "falls_by")
    ordered = sorted(found, key=lambda one: (one.value or Decimal(0)) * (1 if is_low else -1))
    return brief_of([BriefLine(_object_name(rule, one), _value(rule, one, unit)) for one in ordered])


def _layout(rule: UserRule, found: Sequence[RuleReading], unit: str) -> Layout:
    more = len(found) - MOST_LISTED
    return Layout(
        lead=_limit(rule, found[0], unit),
        parts=[_part(number, rule, one, unit) for number, one in enumerate(found[:MOST_LISTED], 1)],
        closing="" if more <= 0 else message("alerts.and_more", count=more),
    )


def _limit(rule: UserRule, first: RuleReading, unit: str) -> Value:
    threshold = _figure(rule.threshold, "ratio" if rule.is_of_change else unit, first.currency)
    days = Days(first.first_day, first.last_day)
    return message(f"alerts.rule.limit.{rule.comparison}", metric=_label(rule), threshold=threshold, days=days)


def _part(number: int, rule: UserRule, one: RuleReading, unit: str) -> Part:
    heading = Joined((f"{number}.", _object_name(rule, one)), " ")
    return heading, _value(rule, one, unit)


def _value(rule: UserRule, one: RuleReading, unit: str) -> Value:
    metric, value = _label(rule), _figure(one.value or Decimal(0), unit, one.currency)
    if rule.is_of_change and one.before is not None:
        before = _figure(one.before, unit, one.currency)
        return message("alerts.rule.value_before", metric=metric, value=value, before=before)
    return message("alerts.rule.value", metric=metric, value=value)


def _label(rule: UserRule) -> Message:
    return message(f"metrics.{rule.metric}")


def _figure(value: Decimal, unit: str, currency: str) -> Value:
    if unit == "money":
        return Money(value, currency)
    return Percent(value) if unit == "ratio" else Count(value)


def _object_name(rule: UserRule, one: RuleReading) -> Name:
    return Name(one.object_name, message(f"alerts.rule.object.{rule.level}", id=one.object_id))


def _object_facts(rule: UserRule, one: RuleReading) -> dict[str, object]:
    return {
        "object_id": one.object_id,
        "object_name": to_json(_object_name(rule, one)),
        "value": str(one.value),
        "before": None if one.before is None else str(one.before),
        "currency": one.currency,
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
    }
