"""The file of users' own alert rules (FBADS_RULES).

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
from typing import Annotated, Any, Self, get_args

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator

from fbads_pipeline.adapters.yaml_models import (
    Wrong,
    YamlEntry,
    account_ids,
    check_one_of,
    line_error,
    one_of,
    read_entries,
    read_text,
)
from fbads_pipeline.domain.alerts.alerts import Severity
from fbads_pipeline.domain.alerts.mutes import duration
from fbads_pipeline.domain.alerts.rules import GUARDS, Comparison, RuleLevel, UserRule

_COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
_CHANNELS = ("slack", "email", "whatsapp", "n8n", "telegram", "teams", "google_chat", "dry_run")
_LONGEST_WINDOW = 28


def read_rules(path: Path, units: Mapping[str, str]) -> list[UserRule]:
    """The rules in the file. units: metric → unit of the catalogue. Raises SettingsError with file and line."""
    return parse_rules(read_text(path, "FBADS_RULES"), path.name, units)


def parse_rules(text: str, name: str, units: Mapping[str, str]) -> list[UserRule]:
    """As `read_rules`; name: how the file is called in a sentence."""
    made: list[UserRule] = []
    seen: dict[str, int] = {}
    for line, entry in read_entries(text, name, _RuleEntry, under="rules", kind="a rule", context=units):
        rule = entry.rule()
        if rule.key in seen:
            raise line_error(name, line, f"line {seen[rule.key]} has that name already: every rule needs its own")
        seen[rule.key] = line
        made.append(rule)
    return made


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


def _cooldown(value: Any) -> timedelta:
    try:
        return duration(str(value))
    except ValueError as wrong:
        raise Wrong(str(wrong)) from None


class _RuleEntry(YamlEntry):
    name: Annotated[str, BeforeValidator(_name)]
    metric: str
    level: Annotated[RuleLevel, one_of(lambda: get_args(RuleLevel))] = "campaign"
    window: Annotated[int, BeforeValidator(_days)] = 7
    above: Decimal | None = None
    below: Decimal | None = None
    rises_by: Decimal | None = None
    falls_by: Decimal | None = None
    currency: Annotated[str, BeforeValidator(_currency)] | None = None
    guard: dict[str, Decimal] = {}
    severity: Annotated[Severity, one_of(lambda: ("info", "warning", "critical"))] = "warning"
    channel: Annotated[str, one_of(lambda: _CHANNELS)] | None = None
    cooldown: Annotated[timedelta, BeforeValidator(_cooldown)] = timedelta(hours=24)
    accounts: Annotated[frozenset[str], BeforeValidator(account_ids)] = frozenset()

    @field_validator("metric", mode="before")
    @classmethod
    def _is_metric(cls, value: Any, info: ValidationInfo) -> str:
        return check_one_of(value, tuple(_units(info)))

    @field_validator("above", "below", mode="before")
    @classmethod
    def _is_threshold(cls, value: Any, info: ValidationInfo) -> Decimal:
        return _number(value, as_fraction=_units(info).get(info.data.get("metric", "")) == "ratio")

    @field_validator("rises_by", "falls_by", mode="before")
    @classmethod
    def _is_change(cls, value: Any) -> Decimal:
        return _number(value, as_fraction=True)

    @field_validator("guard", mode="before")
    @classmethod
    def _is_guard(cls, value: Any) -> dict[str, Decimal]:
        if not isinstance(value, dict):
            raise Wrong("a guard is a list such as {impressions: 5000}")
        for name in value:
            check_one_of(name, GUARDS)
        return {str(name): _number(least) for name, least in value.items()}

    @model_validator(mode="after")
    def _is_whole(self, info: ValidationInfo) -> Self:
        unit = _units(info)[self.metric]
        if len(self._given()) != 1:
            raise Wrong(f"a rule has one of {', '.join(_COMPARISONS)}")
        if unit == "money" and self._given()[0] in ("above", "below") and self.currency is None:
            raise Wrong(f"{self.metric} is money: say in which currency the threshold is meant, as in `currency: BRL`")
        if "spend" in self.guard and self.currency is None:
            raise Wrong("a guard of spend is money: say in which currency, as in `currency: BRL`")
        if unit in ("people", "per_person") and self.window not in (0, 1):
            raise Wrong(
                f"people overlap from day to day, so {self.metric} is of single days: set `window: 1d` or `today`"
            )
        return self

    def _given(self) -> list[Comparison]:
        return [one for one in _COMPARISONS if getattr(self, one) is not None]

    def rule(self) -> UserRule:
        (comparison,) = self._given()
        return UserRule(
            name=self.name,
            metric=self.metric,
            comparison=comparison,
            threshold=getattr(self, comparison),
            level=self.level,
            days=self.window,
            currency=self.currency,
            guard=self.guard,
            severity=self.severity,
            channel=self.channel,
            cooldown=self.cooldown,
            accounts=self.accounts,
        )


def _units(info: ValidationInfo) -> Mapping[str, str]:
    units: Mapping[str, str] = info.context or {}
    return units
