"""Files of targets: YAML, or CSV as spreadsheets write it.

```yaml
targets:
  - account: act_1234567890
    cpa: 30
    goal_family: lead
    monthly_budget: 12000
    currency: BRL
    valid_from: 2026-11-01
  - account: 1234567890
    name_pattern: "[VENDAS]*"
    roas: 4
    goal_family: purchase
    monthly_budget: 8000
    currency: BRL
```

`margin` is in per cent and takes the place of cpa and roas.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError

from fbads_pipeline.adapters.csv_reading import CellKind, read_csv, read_header
from fbads_pipeline.adapters.dbt.goals import require_goal
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.adapters.yaml_models import Wrong, YamlEntry, line_error, read_entries, read_text
from fbads_pipeline.domain.clients.targets import Target, UnusableTarget
from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id
from fbads_pipeline.domain.core.errors import WrongUse

_KINDS: dict[str, CellKind] = {
    **dict.fromkeys(("account", "currency", "campaign_id", "name_pattern", "goal_family"), "text"),
    **dict.fromkeys(("cpa", "roas", "margin", "monthly_budget"), "number"),
    **dict.fromkeys(("valid_from", "valid_until"), "day"),
}


def read_targets(path: Path, *, today_of: Callable[[str], date]) -> tuple[list[Target], str | None]:
    """The targets of a file, and how a CSV file was read where that is not plain. today_of: an account's own day, from
    which a target holds that does not say. Raises WrongUse with file and line; then nothing was kept.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(path, today_of), None
    # Spreadsheets of before there were margins have no such column.
    has_margin = "margin" in read_header(path, tuple(_KINDS))
    table = read_csv(path, {name: kind for name, kind in _KINDS.items() if has_margin or name != "margin"})
    made = []
    for number in range(len(table.columns["account"])):
        given = {name: cells[number] for name, cells in table.columns.items() if cells[number]}
        try:
            made.append(_TargetEntry.model_validate(given).target(today_of))
        except ValidationError as wrong:
            raise WrongUse(f"{path.name} row {table.lines[number]}: {_sentence(wrong)}") from None
        except UnusableTarget as wrong:
            raise WrongUse(f"{path.name} row {table.lines[number]}: {_english(wrong)}") from None
    if not made:
        raise WrongUse(f"{path.name} has no row below its header: nothing was set")
    return made, table.note


def _from_yaml(path: Path, today_of: Callable[[str], date]) -> list[Target]:
    made: list[Target] = []
    for line, entry in read_entries(
        read_text(path, "targets"), path.name, _TargetEntry, under="targets", kind="a target"
    ):
        try:
            made.append(entry.target(today_of))
        except UnusableTarget as wrong:
            raise line_error(path.name, line, _english(wrong)) from None
    return made


def _english(wrong: UnusableTarget) -> str:
    return translator().render(wrong.message, "en")


def _sentence(wrong: ValidationError) -> str:
    error = wrong.errors()[0]
    name = str(error["loc"][0]) if error["loc"] else ""
    reason = (
        f"{name} is missing" if error["type"] == "missing" else str(error.get("ctx", {}).get("error", error["msg"]))
    )
    return reason if not name or reason.startswith(name) else f"{name}: {reason}"


def _account(value: Any) -> str:
    try:
        return parse_account_id(value)
    except InvalidAccountId as wrong:
        raise Wrong(str(wrong)) from None


def _amount(value: Any) -> Decimal:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise Wrong(f"{value!r} is not a number such as 30 or 12.5")
    return Decimal(text)


def _day(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Wrong(f"{value!r} is no day such as 2026-11-30") from None


def _text(value: Any) -> str:
    return str(value)


class _TargetEntry(YamlEntry):
    account: Annotated[str, BeforeValidator(_account)]
    currency: Annotated[str, BeforeValidator(_text)]
    campaign_id: Annotated[str, BeforeValidator(_text)] | None = None
    name_pattern: Annotated[str, BeforeValidator(_text)] | None = None
    goal_family: Annotated[str, BeforeValidator(_text)] | None = None
    cpa: Annotated[Decimal, BeforeValidator(_amount)] | None = None
    roas: Annotated[Decimal, BeforeValidator(_amount)] | None = None
    margin: Annotated[Decimal, BeforeValidator(_amount)] | None = None
    monthly_budget: Annotated[Decimal, BeforeValidator(_amount)] | None = None
    valid_from: Annotated[date, BeforeValidator(_day)] | None = None
    valid_until: Annotated[date, BeforeValidator(_day)] | None = None

    def target(self, today_of: Callable[[str], date]) -> Target:
        """As the domain keeps it; raises UnusableTarget."""
        values = self.model_dump(exclude={"account", "valid_from", "margin"})
        values["margin"] = None if self.margin is None else self.margin / 100
        if self.goal_family is not None:
            require_goal(self.goal_family)
        return Target(account_id=self.account, valid_from=self.valid_from or today_of(self.account), **values)
