"""What a user's own rule has found, as people read it: one message per rule and account."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of, in_languages
from fbads_pipeline.domain.alerts.message_layout import Layout, Part
from fbads_pipeline.domain.alerts.rules import RuleReading, UserRule
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language

MOST_LISTED = 15
# Ratios that people read as a factor, 2.5 and not 250 %.
_FACTORS = frozenset({"roas"})
_OBJECTS: Mapping[Language, Mapping[str, tuple[str, str]]] = {
    "pt": {
        "account": ("conta", "contas"),
        "campaign": ("campanha", "campanhas"),
        "adset": ("conjunto", "conjuntos"),
        "ad": ("anúncio", "anúncios"),
    },
    "en": {
        "account": ("account", "accounts"),
        "campaign": ("campaign", "campaigns"),
        "adset": ("ad set", "ad sets"),
        "ad": ("ad", "ads"),
    },
}
_COMPARED: Mapping[Language, Mapping[str, str]] = {
    "pt": {"above": "acima de", "below": "abaixo de", "rises_by": "alta de ao menos", "falls_by": "queda de ao menos"},
    "en": {"above": "above", "below": "below", "rises_by": "a rise of at least", "falls_by": "a fall of at least"},
}


def compose_rule(rule: UserRule, found: Sequence[RuleReading], unit: str) -> Alert:
    """The message about objects of one account, ordered by id. unit: of the metric, as the catalogue names it."""
    first = found[0]
    unit = "factor" if rule.metric in _FACTORS else unit
    ids = hashlib.sha256("|".join(sorted(one.object_id for one in found)).encode()).hexdigest()[:32]
    languages: tuple[Language, ...] = ("pt", "en")
    return alert_of(
        in_languages({one: _text(rule, found, unit, one) for one in languages}),
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
            "objects": [
                {
                    "object_id": one.object_id,
                    "object_name": _name(rule, one, "pt"),
                    "value": str(one.value),
                    "before": None if one.before is None else str(one.before),
                    "currency": one.currency,
                    "first_day": one.first_day.isoformat(),
                    "last_day": one.last_day.isoformat(),
                }
                for one in found
            ],
        },
    )


def _text(rule: UserRule, found: Sequence[RuleReading], unit: str, language: Language) -> AlertText:
    one, many = _OBJECTS[language][rule.level]
    counted = f"{len(found)} {one if len(found) == 1 else many}"
    first = found[0]
    account = words.plain_name(first.account_name, first.account_id)
    title = f"{words.plain_name(rule.name, rule.metric)}: {counted}, {account}"
    more = len(found) - MOST_LISTED
    layout = Layout(
        lead=_limit(rule, first, unit, language),
        parts=[_part(number, rule, one, unit, language) for number, one in enumerate(found[:MOST_LISTED], 1)],
        closing="" if more <= 0 else f"… e mais {more}." if language == "pt" else f"… and {more} more.",
    )
    return AlertText(title, layout.body)


def _limit(rule: UserRule, first: RuleReading, unit: str, language: Language) -> str:
    days = words.days(first.first_day, first.last_day, language)
    against = _shown(rule.threshold, "ratio" if rule.is_of_change else unit, first.currency, language)
    yours = "Regra sua" if language == "pt" else "Your rule"
    return f"{yours}: {rule.metric.upper()} {_COMPARED[language][rule.comparison]} {against}, {days}."


def _part(number: int, rule: UserRule, one: RuleReading, unit: str, language: Language) -> Part:
    value = _shown(one.value or Decimal(0), unit, one.currency, language)
    line = f"{rule.metric.upper()}: {value}"
    if rule.is_of_change and one.before is not None:
        before = _shown(one.before, unit, one.currency, language)
        line += f" ({'antes' if language == 'pt' else 'before'} {before})"
    return (f"{number}. {_name(rule, one, language)}", line)


def _shown(value: Decimal, unit: str, currency: str, language: Language) -> str:
    if unit == "money":
        return words.money(value, currency, language)
    return words.percent(value, language) if unit == "ratio" else words.count(value, language)


def _name(rule: UserRule, one: RuleReading, language: Language) -> str:
    return words.plain_name(one.object_name, f"{_OBJECTS[language][rule.level][0]} {one.object_id}")
