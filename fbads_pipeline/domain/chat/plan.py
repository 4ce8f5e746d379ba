"""What a question asks for, in a closed vocabulary: the only thing that either planner can say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Intent = Literal[
    "figures",
    "why",
    "definition",
    "help",
    "greeting",
    "suggestions",
    "anomalies",
    "scores",
    "pacing",
    "targets",
    "objects",
    "freshness",
    "change_request",
    "overview",
    "facts",
    "pixels",
]
Level = Literal["account", "campaign", "adset", "ad"]
Dimension = Literal[
    "account",
    "campaign",
    "adset",
    "ad",
    "day",
    "week",
    "month",
    "weekday",
    "hour",
    "objective",
    "age",
    "gender",
    "country",
    "platform",
    "placement",
    "position",
    "product",
    "audience",
    "stage",
]
PeriodKind = Literal["days", "days_with_today", "day", "week", "month", "quarter", "year", "between", "since"]
Comparison = Literal["above", "at_least", "below", "at_most"]

LEVELS: tuple[Level, ...] = ("account", "campaign", "adset", "ad")
Fact = Literal["status", "budget", "currency", "id", "objective", "schedule", "changes", "account"]
Direction = Literal["up", "down"]
Status = Literal["ACTIVE", "PAUSED", "REJECTED", "NOT_ACTIVE", "NOT_PAUSED", "NOT_REJECTED"]
TIMES: tuple[Dimension, ...] = ("day", "week", "month", "weekday", "hour")
SEGMENTS: tuple[Dimension, ...] = ("age", "gender", "country", "platform", "placement", "position")
# Read from the names of campaigns by the pattern of their account or client.
NAME_DIMENSIONS: tuple[Dimension, ...] = ("product", "audience", "stage")
INTENTS: tuple[Intent, ...] = Intent.__args__  # type: ignore[attr-defined]
DIMENSIONS: tuple[Dimension, ...] = Dimension.__args__  # type: ignore[attr-defined]
ROWS, MOST_ROWS = 50, 200
# Meta's states of an object that a question calls active, paused or rejected; a paused parent pauses it too.
STATUSES = {
    "ACTIVE": ("ACTIVE",),
    "PAUSED": ("PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED"),
    "REJECTED": ("DISAPPROVED",),
}
NEGATED = "NOT_"
# "Desde sempre": before any day that can be read; the first day that was read takes its place.
BEGINNING = date(2004, 1, 1)
# Between the names of several objectives.
EITHER = "+"
# A campaign's goal as a question names it → Meta's objectives, today's and those of older campaigns.
META_OBJECTIVES = {
    "SALES": ("OUTCOME_SALES", "CONVERSIONS", "PRODUCT_CATALOG_SALES"),
    "LEADS": ("OUTCOME_LEADS", "LEAD_GENERATION"),
    "TRAFFIC": ("OUTCOME_TRAFFIC", "LINK_CLICKS"),
    "AWARENESS": ("OUTCOME_AWARENESS", "BRAND_AWARENESS", "REACH"),
    "ENGAGEMENT": ("OUTCOME_ENGAGEMENT", "POST_ENGAGEMENT", "MESSAGES"),
    "APP_PROMOTION": ("OUTCOME_APP_PROMOTION", "APP_INSTALLS"),
}


@dataclass(frozen=True)
class RelativePeriod:
    """Account-local days, still relative to a today.

    kind: `days` are the last `count` complete days, `days_with_today` end today; `day`, `week` (from Monday), `month`,
    `quarter`, `year` lie `count` units back; `between` and `since` hold dates. back: how many times it is moved to the
    stretch of equal nature before it.
    """

    kind: PeriodKind
    count: int = 0
    first: date | None = None
    last: date | None = None
    back: int = 0


@dataclass(frozen=True)
class Objects:
    """Only these objects; name: how they were asked for, as the answer repeats it."""

    level: Level
    ids: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Segment:
    """One part of a breakdown: `gender` = `female`."""

    dimension: Dimension
    value: str


@dataclass(frozen=True)
class Threshold:
    """Only groups whose metric lies there; value in the metric's own unit (2 % = 0.02), currency only if said.

    of: the bound is that object's own figure; is_average: it is the average of the rows' account. The value of either
    is read before the rows are: values holds it by account where it is an average.
    """

    metric: str
    comparison: Comparison
    value: Decimal
    currency: str | None = None
    of: Objects | None = None
    is_average: bool = False
    values: tuple[tuple[str, Decimal], ...] = ()

    @property
    def is_computed(self) -> bool:
        """Whether another figure is the bound, and no number that was said."""
        return self.of is not None or self.is_average


@dataclass(frozen=True)
class Rank:
    """The order: by a metric, or by how it changed; the largest first or the smallest first.

    place: of the order only the row that comes there, from the second; 0: all rows.
    """

    metric: str
    descending: bool
    of_change: bool = False
    place: int = 0


@dataclass(frozen=True)
class Offer:
    """One of the choices of a question back: its words, and what they stand for.

    rank: the word that orders by the metric (best, worst, most, least), with so many rows. replaces: the metric that
    the offered one stands in place of.
    """

    said: str
    objects: Objects | None = None
    period: RelativePeriod | None = None
    metric: str = ""
    dimension: Dimension | None = None
    rank: str = ""
    limit: int = 0
    replaces: str = ""
    hours: tuple[int, int] | None = None


@dataclass(frozen=True)
class Mention:
    """Something of a question that can change figures: its kind, its meaning, and the words that say it."""

    kind: str
    value: str
    said: str


@dataclass(frozen=True)
class Plan:
    """One question; everything that is not said is empty.

    limit: rows of the answer; per_day: sums are divided by the days of the period; excluded: everything but these;
    with_shares: each row's part of the whole is shown too; questioned: bounds that the question asks about, and that
    cut nothing off; premise: the direction that it takes a change to have; facts: what an object is asked about;
    offers: the choices of the question back that it waits for; language: of the session, for turns without any;
    mentions: what the question said, which the plan must hold; ignored: words that are left out, by name; without:
    parts of a breakdown that are left out; weekdays: only these, 1 is Monday; same_time: the period is a day that is
    not over, and either day counts until the clock that it has come to; hours: of each day only from the first hour
    until the second one begins; currency: only accounts that are billed in it; objective: one, or several joined by
    `+`; mean_of: the mean over the objects of that level, in place of their sum.
    """

    intent: Intent
    metrics: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    objects: tuple[Objects, ...] = ()
    segments: tuple[Segment, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    status: Status | None = None
    objective: str | None = None
    period: RelativePeriod | None = None
    compare: RelativePeriod | None = None
    rank: Rank | None = None
    limit: int = ROWS
    per_day: bool = False
    period_is_assumed: bool = False
    excluded: tuple[Objects, ...] = ()
    with_shares: bool = False
    questioned: tuple[Threshold, ...] = ()
    premise: Direction | None = None
    facts: tuple[Fact, ...] = ()
    offers: tuple[Offer, ...] = ()
    without: tuple[Segment, ...] = ()
    weekdays: tuple[int, ...] = ()
    same_time: bool = False
    hours: tuple[int, int] | None = None
    currency: str | None = None
    mean_of: Level | None = None
    language: str = field(default="", compare=False)
    mentions: tuple[Mention, ...] = field(default=(), compare=False)
    ignored: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Clarification:
    """A question back, with what can be chosen. plan: what was understood already, for the next turn.

    choices: as people read them; offers: what each of them stands for, where it is more than its words.
    """

    kind: Literal["object", "date", "metric", "rank_metric", "dimension", "period", "word", "hour"]
    about: str
    choices: tuple[str, ...] = ()
    plan: Plan | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why there is no figure. about: the words in question; near: what could be asked instead (names of metrics)."""

    kind: Literal[
        "not_understood",
        "unknown_metric",
        "tax",
        "balance",
        "nothing_read",
        "no_account",
        "unknown_object",
        "not_additive",
        "average",
        "forbidden",
        "not_collected",
        "not_by_hour",
        "other_currency",
        "no_conversion",
        "other_goal",
        "future",
        "forecast",
        "lost",
        "empty",
    ]
    about: str = ""
    near: tuple[str, ...] = ()


Understanding = Plan | Clarification | Refusal


def objectives_of(said: str) -> tuple[str, ...]:
    """Meta's objectives that one objective of a question, or several, stand for."""
    return tuple(one for name in said.split(EITHER) for one in META_OBJECTIVES[name])


def to_json(plan: Plan) -> dict[str, Any]:
    """As it is kept: dates in ISO, decimals as strings."""
    kept = asdict(replace(plan, mentions=()))
    return {name: _plain(value) for name, value in kept.items() if name != "mentions"}


def from_json(kept: Mapping[str, Any]) -> Plan:
    """The plan that `to_json` wrote, or an earlier version of it."""
    values = dict(kept)
    return Plan(
        intent=values["intent"],
        metrics=tuple(values["metrics"]),
        dimensions=tuple(values["dimensions"]),
        objects=tuple(_objects(one) for one in values["objects"]),
        segments=tuple(Segment(**one) for one in values["segments"]),
        thresholds=_thresholds(values["thresholds"]),
        status=values["status"],
        objective=values["objective"],
        period=_period(values["period"]),
        compare=_period(values["compare"]),
        rank=Rank(**values["rank"]) if values["rank"] else None,
        limit=values["limit"],
        per_day=values["per_day"],
        period_is_assumed=values["period_is_assumed"],
        excluded=tuple(_objects(one) for one in values.get("excluded", ())),
        with_shares=values.get("with_shares", False),
        questioned=_thresholds(values.get("questioned", ())),
        premise=values.get("premise"),
        facts=tuple(values.get("facts", ())),
        offers=tuple(_offer(one) for one in values.get("offers", ())),
        without=tuple(Segment(**one) for one in values.get("without", ())),
        weekdays=tuple(values.get("weekdays", ())),
        same_time=values.get("same_time", False),
        hours=tuple(values["hours"]) if values.get("hours") else None,
        currency=values.get("currency"),
        mean_of=values.get("mean_of"),
        language=values.get("language", ""),
        ignored=tuple(values.get("ignored", ())),
    )


def _objects(kept: Mapping[str, Any]) -> Objects:
    return Objects(kept["level"], tuple(kept["ids"]), kept["name"])


def _thresholds(kept: Sequence[Mapping[str, Any]]) -> tuple[Threshold, ...]:
    return tuple(_threshold(one) for one in kept)


def _threshold(kept: Mapping[str, Any]) -> Threshold:
    of = _objects(kept["of"]) if kept.get("of") else None
    values = tuple((account_id, Decimal(value)) for account_id, value in kept.get("values", ()))
    return Threshold(**{**kept, "value": Decimal(kept["value"]), "of": of, "values": values})


def _offer(kept: Mapping[str, Any]) -> Offer:
    objects = _objects(kept["objects"]) if kept["objects"] else None
    period, rank = _period(kept["period"]), (kept["rank"], kept["limit"])
    hours = (kept["hours"][0], kept["hours"][1]) if kept.get("hours") else None
    return Offer(
        kept["said"], objects, period, kept["metric"], kept["dimension"], *rank, kept.get("replaces", ""), hours
    )


def _period(kept: Mapping[str, Any] | None) -> RelativePeriod | None:
    if kept is None:
        return None
    first, last = (date.fromisoformat(kept[end]) if kept[end] else None for end in ("first", "last"))
    return RelativePeriod(kept["kind"], kept["count"], first, last, kept["back"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
