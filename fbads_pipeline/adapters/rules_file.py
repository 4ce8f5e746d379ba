"""The file of automation rules (FBADS_RULES).

```yaml
rules:
  - name: CPA alto
    metric: cpa
    above: 60
    currency: BRL
    window: 3d
    guard: {spend: 200}
    severity: critical
    channel: email
    cooldown: 12h
  - name: CTR em queda
    metric: ctr
    falls_by: 30%
    window: 7d
    guard: {impressions: 5000}
```
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from fbads_pipeline.adapters.yaml_lines import Entry, Wrong, account_ids, entries, one_of, read_text
from fbads_pipeline.domain.alerts.mutes import duration
from fbads_pipeline.domain.alerts.rules import GUARDS, Comparison, RuleLevel, UserRule

_COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
_KEYS = (
    *("name", "metric", *_COMPARISONS, "level", "window", "currency", "guard", "severity", "channel", "cooldown"),
    "accounts",
)
_CHANNELS = ("slack", "email", "whatsapp", "n8n", "dry_run")
_LONGEST_WINDOW = 28


def read_rules(path: Path, units: Mapping[str, str]) -> list[UserRule]:
    """The rules in the file. units: metric → unit of the catalogue. Raises SettingsError with file and line."""
    return parse_rules(read_text(path, "FBADS_RULES"), path.name, units)


def parse_rules(text: str, name: str, units: Mapping[str, str]) -> list[UserRule]:
    """As `read_rules`; name: how the file is called in a sentence."""
    made: list[UserRule] = []
    seen: dict[str, int] = {}
    for entry in entries(text, name, under="rules", keys=_KEYS, kind="a rule"):
        rule = _rule(entry, units)
        if rule.key in seen:
            raise entry.error(f"line {seen[rule.key]} has that name already: every rule needs its own")
        seen[rule.key] = entry.line
        made.append(rule)
    return made


def _rule(entry: Entry, units: Mapping[str, str]) -> UserRule:
    metric = entry.of("metric", lambda value: one_of(value, tuple(units)), required=True)
    given = [one for one in _COMPARISONS if one in entry]
    if len(given) != 1:
        raise entry.error(f"a rule has one of {', '.join(_COMPARISONS)}")
    (comparison,) = given
    is_change = comparison in ("rises_by", "falls_by")
    threshold = entry.of(comparison, lambda value: _number(value, as_fraction=is_change or units[metric] == "ratio"))
    currency = entry.of("currency", _currency)
    if units[metric] == "money" and not is_change and currency is None:
        raise entry.error(f"{metric} is money: say in which currency the threshold is meant, as in `currency: BRL`")
    days = entry.of("window", _days)
    if units[metric] in ("people", "per_person") and days not in (0, 1):
        raise entry.error(f"people overlap from day to day, so {metric} is judged by days: set `window: 1d` or `today`")
    return UserRule(
        name=entry.of("name", _name, required=True),
        metric=metric,
        comparison=comparison,
        threshold=threshold,
        level=entry.of("level", lambda value: one_of(value, get_args(RuleLevel))) or "campaign",
        days=7 if days is None else days,
        currency=currency,
        guard=entry.of("guard", lambda value: _guard(value, currency)) or {},
        severity=entry.of("severity", lambda value: one_of(value, ("info", "warning", "critical"))) or "warning",
        channel=entry.of("channel", lambda value: one_of(value, _CHANNELS)),
        cooldown=entry.of("cooldown", _cooldown) or timedelta(hours=24),
        accounts=entry.of("accounts", account_ids) or frozenset(),
    )


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 60:
        raise Wrong("a name has 1 to 60 characters")
    return value.strip()


def _number(value: Any, *, as_fraction: bool = False) -> Decimal:
    """60, 1.5, or 30% where a fraction is meant."""
    text = str(value).strip()
    if as_fraction and text.endswith("%"):
        return _number(text[:-1]) / 100
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        hint = "a number, or one with % such as 30%" if as_fraction else "a number such as 60 or 1.5"
        raise Wrong(f"{value!r} is not {hint}")
    return Decimal(text)


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise Wrong(f"{value!r} is no currency such as BRL")
    return value


def _days(value: Any) -> int:
    """`today`, or complete days: 1d to 28d."""
    if value == "today":
        return 0
    found = re.fullmatch(r"([1-9][0-9]?)d", str(value))
    if not found or int(found[1]) > _LONGEST_WINDOW:
        raise Wrong(f"{value!r} is none of today, 1d … {_LONGEST_WINDOW}d")
    return int(found[1])


def _guard(value: Any, currency: str | None) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise Wrong("a guard is a list such as {impressions: 5000}")
    for name in value:
        one_of(name, GUARDS)
    if "spend" in value and currency is None:
        raise Wrong("a guard of spend is money: say in which currency, as in `currency: BRL`")
    return {str(name): _number(least) for name, least in value.items()}


def _cooldown(value: Any) -> timedelta:
    try:
        return duration(str(value))
    except ValueError as wrong:
        raise Wrong(str(wrong)) from None
