"""The grid of campaigns, ad sets and ads: which columns it has, and what a request of it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fbads_pipeline.domain.core.days import DayRange

GridLevel = Literal["campaign", "adset", "ad"]
ColumnSet = Literal["results", "delivery", "all"]
# with_delivery: active, or with rows in the period.
GridState = Literal["with_delivery", "active", "paused", "all"]
# What campaigns are taken together by: what their names say by the pattern of their account or client.
GridGroup = Literal["product", "audience", "stage"]
GROUPS: tuple[GridGroup, ...] = ("product", "audience", "stage")
# What campaigns are broken down by: age and gender are collected together, and so are the parts of a placement.
GridPart = Literal["age", "country", "placement"]
PARTS: Mapping[GridPart, tuple[str, str]] = {
    "age": ("age,gender", "age"),
    "country": ("country", "country"),
    "placement": ("publisher_platform,platform_position", "publisher_platform"),
}
# Of a campaign the dearest parts; with them, a page has fewer campaigns.
MOST_PARTS, PART_PAGE_ROWS = 6, 12
LEVELS: tuple[GridLevel, ...] = ("campaign", "adset", "ad")
STATES: tuple[GridState, ...] = ("with_delivery", "active", "paused", "all")
PAGE_ROWS = 50
# A file of more rows says so in its last line.
MOST_EXPORTED = 20_000
_RESULTS = ("spend", "cost", "conversions", "cpa", "cpa_with_tax", "purchase_value", "roas", "roas_with_tax")
_DELIVERY = ("spend", "cost", "impressions", "clicks", "ctr", "cpm", "cpc", "link_clicks")
COLUMN_SETS: Mapping[ColumnSet, tuple[str, ...]] = {
    "results": (*_RESULTS, "ctr", "cpm"),
    "delivery": _DELIVERY,
    "all": tuple(dict.fromkeys((*_RESULTS, *_DELIVERY))),
}
# Of which people make columns of their own, beside those of the sets.
OWN_COLUMNS: tuple[str, ...] = (
    *COLUMN_SETS["all"],
    *("purchases", "leads", "registrations", "add_to_carts", "messaging_conversations", "landing_page_views"),
    *("cost_per_landing_page_view", "conversion_rate", "average_order_value", "link_ctr", "outbound_clicks"),
    *("outbound_ctr", "video_views", "hook_rate", "thruplays", "hold_rate"),
)
MOST_COLUMNS = 16
# Sets that a user keeps, and the length of their names.
MOST_SETS, LONGEST_SET_NAME = 12, 40
# What depends on the goal of an account: over accounts with different goals it adds up to nothing.
OF_GOAL = frozenset({"conversions", "cpa", "cpa_with_tax"})
_TAXED: Mapping[str, str] = {"cpa": "cpa_with_tax", "roas": "roas_with_tax"}


@dataclass(frozen=True)
class GridScope:
    """One account with the days that are asked for, on its own clock."""

    account_id: str
    days: DayRange


@dataclass(frozen=True)
class GridRequest:
    """metrics: in the order of the columns; sort: one of them, or `name`, `budget`; named: a part of the name, whatever
    its case; campaign_id: only what lies below that campaign; object_id: that one alone; offset, limit: of the rows."""

    level: GridLevel
    scopes: Sequence[GridScope]
    metrics: Sequence[str]
    sort: str = "spend"
    is_down: bool = True
    named: str = ""
    state: GridState = "with_delivery"
    campaign_id: str | None = None
    object_id: str | None = None
    offset: int = 0
    limit: int = PAGE_ROWS


def own_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that can be a column, each once, in their order."""
    return tuple(dict.fromkeys(one for one in names if one in OWN_COLUMNS))[:MOST_COLUMNS]


def shown_metrics(columns: ColumnSet, money: str) -> tuple[str, ...]:
    """The metrics of a set of columns: CPA and ROAS as the reader reads money, spend and cost both.

    money: `spend`, or `cost` with tax.
    """
    hidden = frozenset(_TAXED if money == "cost" else _TAXED.values())
    return tuple(one for one in COLUMN_SETS[columns] if one not in hidden)
