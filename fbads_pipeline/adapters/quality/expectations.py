"""What must be true of the rows in `raw`, as data that is readable without importing Great Expectations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class RawRowExpectation:
    """One expectation on one raw table. kind: a class of `great_expectations.expectations`; settings: its arguments."""

    table: str
    name: str
    kind: str
    description: str
    severity: Severity = "error"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique among all of them."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class ExpectationResult:
    """The result of one expectation. failed: rows that break it; sample: up to five offending values, as text."""

    expectation: RawRowExpectation
    passed: bool
    rows: int = 0
    failed: int = 0
    sample: list[str] = field(default_factory=list)
    error: str | None = None


def require_run_id(run_id: str) -> None:
    """Raises ValueError for a text that is none."""
    if not run_id.replace("-", "").isalnum():
        raise ValueError(f"{run_id!r} is not a run id")


_IDS = "^[0-9]+$"
_LEVELS = ["account", "campaign", "adset", "ad"]
_MATCHES, _BETWEEN = "ExpectColumnValuesToMatchRegex", "ExpectColumnValuesToBeBetween"
_AT_LEAST = "ExpectColumnPairValuesAToBeGreaterThanB"
_NOT_NULL, _IN_SET = "ExpectColumnValuesToNotBeNull", "ExpectColumnValuesToBeInSet"


def _not_below(larger: str, smaller: str) -> dict[str, Any]:
    return {"column_A": larger, "column_B": smaller, "or_equal": True, "ignore_row_if": "either_value_is_missing"}


EXPECTATIONS: tuple[RawRowExpectation, ...] = (
    RawRowExpectation(
        *("insights", "levels_are_known", _IN_SET, "The level is one of Meta's four."),
        settings={"column": "level", "value_set": _LEVELS},
    ),
    RawRowExpectation(
        *("insights", "object_ids_are_digits", _MATCHES, "Ids are digits, as text."),
        settings={"column": "object_id", "regex": _IDS},
    ),
    RawRowExpectation(
        *("insights", "currencies_are_known", _NOT_NULL, "Every row has a currency."),
        settings={"column": "currency"},
    ),
    RawRowExpectation(
        *(
            "insights",
            "delivery_figures_come_together",
            "ExpectColumnValuesToBeNull",
            "Impressions and spend: both or none.",
        ),
        settings={"column": "half_delivery"},
    ),
    RawRowExpectation(
        *("insights", "grain_is_unique", "ExpectColumnValuesToBeUnique", "One row per account, level, day and object."),
        settings={"column": "grain"},
    ),
    RawRowExpectation(
        *("insights", "impressions_are_never_negative", _BETWEEN, "Impressions are counts."),
        settings={"column": "impressions", "min_value": 0},
    ),
    RawRowExpectation(
        *("insights", "spend_is_never_negative", _BETWEEN, "Spend below zero is a correction worth a look.", "warning"),
        settings={"column": "spend", "min_value": 0},
    ),
    RawRowExpectation(
        *("insights", "clicks_need_impressions", _AT_LEAST, "Nobody clicks what nobody saw.", "warning"),
        settings=_not_below("impressions", "clicks"),
    ),
    RawRowExpectation(
        *("insights", "reach_needs_impressions", _AT_LEAST, "Nobody is reached without an impression.", "warning"),
        settings=_not_below("impressions", "reach"),
    ),
    RawRowExpectation(
        *("accounts", "currencies_are_iso_codes", _MATCHES, "Currencies are three letters."),
        settings={"column": "currency", "regex": "^[A-Z]{3}$"},
    ),
    RawRowExpectation(
        *("campaigns", "budgets_are_never_negative", _BETWEEN, "A budget is not below zero."),
        settings={"column": "daily_budget_minor", "min_value": 0},
    ),
    RawRowExpectation(
        *("adsets", "campaigns_are_named", _NOT_NULL, "Every ad set belongs to a campaign.", "warning"),
        settings={"column": "campaign_id"},
    ),
    RawRowExpectation(
        *("ads", "adsets_are_named", _NOT_NULL, "Every ad belongs to an ad set.", "warning"),
        settings={"column": "adset_id"},
    ),
)


def expectations_by_table() -> dict[str, list[RawRowExpectation]]:
    """Table → what must be true of its rows."""
    found: dict[str, list[RawRowExpectation]] = {}
    for one in EXPECTATIONS:
        found.setdefault(one.table, []).append(one)
    return found
