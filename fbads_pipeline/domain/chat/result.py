"""What a query found, and everything that a reader needs to believe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal

from fbads_pipeline.domain.chat.plan import Dimension
from fbads_pipeline.domain.metrics.registry import Unit

Role = Literal["key", "label", "value", "before", "unreported", "change", "change_ratio", "share", "message", "other"]


@dataclass(frozen=True)
class ClockMinutes:
    """Minutes since midnight, on the account's clock, until which a day and the one compared with it were read."""

    now: int
    before: int


@dataclass(frozen=True)
class ChatAccount:
    """An account that the user may see, with its local today. has_several_goals: whether its campaigns have; clock: of
    an answer that compares two days until the same hour."""

    account_id: str
    name: str
    currency: str
    timezone_name: str
    goal_family: str
    today: date
    has_several_goals: bool = False
    clock: ClockMinutes | None = None


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result; metric and unit where it holds figures, dimension where it holds a group.

    role `message`: the column holds sentences as JSON (domain/core/messages.py); `unreported`: the name of the figure
    that Meta did not report, for want of which the metric is null; null where all are reported.
    """

    name: str
    role: Role
    metric: str | None = None
    unit: Unit | None = None
    dimension: Dimension | None = None


def unreported(column: str) -> str:
    """The column that says for want of which figure another one is null."""
    return f"{column}_unreported"


# Beside a figure that is not reported a row may hold what it is by the sum of a level below, and which level that is.
LOWER_LEVEL = "lower_level"


def at_lower_level(column: str) -> str:
    """The column that holds a figure by the sum of a level below."""
    return f"{column}_at_lower_level"


@dataclass(frozen=True)
class Query:
    """One read-only statement with bound parameters; `query_id` is made of both."""

    sql: str
    parameters: Mapping[str, Any]
    columns: tuple[ResultColumn, ...]
    source: str

    @property
    def query_id(self) -> str:
        bound = sorted((name, str(value)) for name, value in self.parameters.items())
        return "q_" + sha256(repr((self.sql, bound)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Result:
    """Rows of a query. groups: how many there were before the limit; source_rows: rows of the mart that were read.

    left_out: groups that are neither in the rows nor ruled out, for Meta did not report the figure that they are ranked
    or bounded by.
    """

    query: Query
    rows: tuple[Mapping[str, Any], ...]
    groups: int = 0
    source_rows: int = 0
    left_out: int = 0
    as_of: datetime | None = None
    is_provisional: bool = False

    @property
    def is_truncated(self) -> bool:
        return self.groups > len(self.rows)

    def of(self, role: Role) -> list[ResultColumn]:
        return [column for column in self.query.columns if column.role == role]


@dataclass(frozen=True)
class Citation:
    """Where an answer's figures come from."""

    query_id: str
    sql: str
    parameters: Mapping[str, Any]
    source: str
    metrics: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    compared_first_day: date | None = None
    compared_last_day: date | None = None
    timezones: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    as_of: datetime | None = None
    is_provisional: bool = False
    rows: int = 0
    groups: int = 0
    is_truncated: bool = False
