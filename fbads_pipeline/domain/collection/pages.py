"""The typed rows that a reading delivers page by page. Their fields are the columns of the tables in `raw`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Literal, NamedTuple, TypeVar

from fbads_pipeline.domain.collection.levels import ObjectKind
from fbads_pipeline.domain.core.redaction import redact
from fbads_pipeline.domain.metrics.declared import RAW_FIELDS
from fbads_pipeline.domain.metrics.registry import DataType

FigureType = Literal["count", "decimal", "actions", "json"]
_TYPES: dict[DataType, FigureType] = {"bigint": "count", "numeric": "decimal"}


@dataclass(frozen=True, slots=True)
class RawFigure:
    """A figure of raw.insights. column: its name there; type: a whole number, an amount with every digit that Meta
    printed, a list of actions as JSON, ordered by action type, or JSON as Meta sent it; fields: Meta's names of what it
    is read from, the column's own where none are given.

    A list of actions is `[]` where Meta was asked and listed nothing, None where it was not asked.
    """

    column: str
    type: FigureType
    fields: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The fields that are asked of Meta."""
        return self.fields or (self.column,)


# Lists of actions that are a field of their own at Meta, each of one action type alone. Together they are the column
# `other_actions`, each entry under the name of its field: one column costs a row less than eight that are mostly empty.
OTHER_ACTION_FIELDS = (
    "outbound_clicks",
    "video_play_actions",
    "video_p25_watched_actions",
    "video_p50_watched_actions",
    "video_p75_watched_actions",
    "video_p95_watched_actions",
    "video_p100_watched_actions",
    "video_thruplay_watched_actions",
)

# The one list of figures, from the metric registry: what is asked of Meta, an insight row, its COPY columns and the
# statements that compare readings all follow from it.
RAW_FIGURES = (
    *(RawFigure(field.name, _TYPES[field.data_type]) for field in RAW_FIELDS),
    RawFigure("actions", "actions"),
    RawFigure("action_values", "actions"),
    RawFigure("conversions", "actions"),
    RawFigure("conversion_values", "actions"),
    RawFigure("other_actions", "actions", OTHER_ACTION_FIELDS),
    RawFigure("results", "json"),
    RawFigure("cost_per_result", "json"),
)


# object_id: of the level that was read; the other ids are its own and its parents', None below that level;
# breakdown_value: empty for plain rows; currency: ISO 4217; unreadable: a JSON list of the figures that came and
# could not be read, each a column or, of one action, `column action_type`; None where there are none.
INSIGHT_IDENTITY = ("day", "object_id", "breakdown_value", "campaign_id", "adset_id", "ad_id", "currency")
UNREADABLE = "unreadable"
INSIGHT_COLUMNS = (*INSIGHT_IDENTITY, *(figure.column for figure in RAW_FIGURES), UNREADABLE)
# One object on one day, for one value of the breakdown: the values of INSIGHT_COLUMNS, each validated for its type and
# kept as the text that Meta sent; None: not reported. There are millions of rows, and a plain tuple of texts is what
# costs least: nothing is converted, and the garbage collector does not visit it.
InsightRow = tuple[str | None, ...]


class CampaignRow(NamedTuple):
    """A campaign as its edge shows it. Budgets are in minor units; instants are aware, None where there is none.

    configured_status: what the advertiser wants; issues: why it does not deliver, as Meta's JSON in order; pacing_type:
    Meta's names with commas, `day_parting` where ads are scheduled by the hour.
    """

    campaign_id: str
    account_id: str
    name: str | None
    status: str | None
    effective_status: str | None
    objective: str | None
    buying_type: str | None
    bid_strategy: str | None
    daily_budget_minor: int | None
    lifetime_budget_minor: int | None
    start_at: datetime | None
    stop_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    configured_status: str | None = None
    issues: str | None = None
    spend_cap_minor: int | None = None
    pacing_type: str | None = None


class AdsetRow(NamedTuple):
    """An ad set as its edge shows it; learning_…: of its learning phase, None where Meta shows none.

    schedule: the hours in which it may deliver, as a JSON list of `days` (0 is Sunday), `start_minute` and `end_minute`
    of the day, and `timezone_type` (ADVERTISER: the account's zone, USER: the viewer's, UNKNOWN: a part that could not
    be read); …spend_cap, …min_spend: what it may or shall spend of its campaign's budget.
    """

    adset_id: str
    campaign_id: str | None
    account_id: str
    name: str | None
    status: str | None
    effective_status: str | None
    optimization_goal: str | None
    billing_event: str | None
    bid_strategy: str | None
    bid_amount_minor: int | None
    daily_budget_minor: int | None
    lifetime_budget_minor: int | None
    start_at: datetime | None
    end_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    learning_status: str | None
    learning_conversions: int | None
    last_significant_edit_at: datetime | None
    configured_status: str | None = None
    issues: str | None = None
    pacing_type: str | None = None
    schedule: str | None = None
    daily_spend_cap_minor: int | None = None
    lifetime_spend_cap_minor: int | None = None
    daily_min_spend_minor: int | None = None
    lifetime_min_spend_minor: int | None = None


class AdRow(NamedTuple):
    """An ad as its edge shows it. issues, review_feedback: why it does not deliver, as Meta's JSON in order."""

    ad_id: str
    adset_id: str | None
    campaign_id: str | None
    account_id: str
    name: str | None
    status: str | None
    effective_status: str | None
    created_at: datetime | None
    updated_at: datetime | None
    configured_status: str | None = None
    issues: str | None = None
    review_feedback: str | None = None


ObjectRow = CampaignRow | AdsetRow | AdRow
OBJECT_ROWS: dict[ObjectKind, type[ObjectRow]] = {"campaign": CampaignRow, "adset": AdsetRow, "ad": AdRow}


class ActivityRow(NamedTuple):
    """One event of an account's change log, with the kind of actor and the tool, without the person.

    event_id: a hash of its content, for Meta gives none; extra: the event's details as ordered JSON.
    """

    account_id: str
    event_id: str
    event_at: datetime
    event_type: str
    object_id: str | None
    object_type: str | None
    object_name: str | None
    extra: str
    actor_kind: str | None = None
    tool: str | None = None


class CustomConversionRow(NamedTuple):
    """A conversion that the account defined itself. default_value: in major units of the account's currency."""

    custom_conversion_id: str
    account_id: str
    name: str | None
    custom_event_type: str | None
    is_archived: bool | None
    default_value: Decimal | None
    created_at: datetime | None


class AdCreativeRow(NamedTuple):
    """What an ad shows. creative_key: one for all ads with the same picture or video; picture_url: expires;
    url_tags: parameters that Meta adds to the link."""

    ad_id: str
    account_id: str
    creative_id: str
    creative_key: str
    title: str | None
    body: str | None
    call_to_action: str | None
    link: str | None
    object_type: str | None
    image_hash: str | None
    video_id: str | None
    story_id: str | None
    instagram_permalink: str | None
    picture_url: str | None
    url_tags: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that cannot be stored. payload: as it came, as JSON; the rest: as much of its key as could be read.

    object_id, breakdown_value: of an insight; None where it named none, and of any other row. is_value: one value of a
    row alone, whose others are stored.
    """

    reason: str
    payload: str
    day: date | None = None
    object_id: str | None = None
    breakdown_value: str | None = None
    is_value: bool = False


def reasons_of(unreadable: Iterable[UnreadableRow]) -> str:
    """Why rows or values could not be read: the first three different reasons, without secrets."""
    different = list(dict.fromkeys(redact(one.reason) for one in unreadable))
    return "; ".join(different[:3]) + (f"; and {len(different) - 3} more" if len(different) > 3 else "")


Row = TypeVar("Row", InsightRow, ObjectRow, ActivityRow, CustomConversionRow, AdCreativeRow)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of an answer: rows as they are stored, and those that could not be read; notes: what was left out of the
    reading, one sentence each."""

    rows: list[Row]
    unreadable: list[UnreadableRow] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows) + sum(not one.is_value for one in self.unreadable)


@dataclass(frozen=True, slots=True)
class FoundObjects:
    """Objects that were asked for by id. page: those that Meta shows; refused: id → its error for that object alone;
    unanswered: id → why there was no answer this time. Meta does not show the others at all."""

    page: Page[ObjectRow]
    refused: Mapping[str, str] = field(default_factory=dict)
    unanswered: Mapping[str, str] = field(default_factory=dict)
