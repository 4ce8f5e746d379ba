"""What is asked of the Marketing API: the fields that are stored, every effective status, the edges."""

from collections.abc import Mapping, Sequence

import orjson

from fbads_pipeline.domain.collection.levels import Grain, Level, ObjectKind
from fbads_pipeline.domain.collection.offered_figures import UNIQUE_FIGURES
from fbads_pipeline.domain.collection.pages import OTHER_ACTION_FIELDS, RAW_FIGURES
from fbads_pipeline.domain.core.days import DayRange

PAGE_ROWS = 5000
SMALLEST_PAGE = 50
ACCOUNTS_PAGE = 500

ACCOUNT_FIELDS = "account_id,name,currency,timezone_name,account_status,created_time"
# Not every token may read these: refused once, they are no longer asked for.
MONEY_FIELDS = (
    "business_country_code,disable_reason,balance,amount_spent,spend_cap,is_prepay_account,funding_source_details"
)
_COMMON = "id,name,status,configured_status,effective_status,issues_info,created_time,updated_time"
OBJECT_FIELDS: Mapping[ObjectKind, str] = {
    "campaign": f"{_COMMON},account_id,objective,buying_type,bid_strategy,daily_budget,lifetime_budget,start_time,"
    "stop_time,spend_cap,pacing_type",
    "adset": f"{_COMMON},account_id,campaign_id,optimization_goal,billing_event,bid_strategy,bid_amount,daily_budget,"
    "lifetime_budget,start_time,end_time,learning_stage_info,pacing_type,adset_schedule,daily_spend_cap,"
    "lifetime_spend_cap,daily_min_spend_target,lifetime_min_spend_target",
    "ad": f"{_COMMON},account_id,campaign_id,adset_id,ad_review_feedback",
}
# Not every account, version or server knows them: refused once, they are no longer asked for.
OPTIONAL_FIELDS = frozenset(
    {
        *("learning_stage_info", "configured_status", "issues_info", "ad_review_feedback", "spend_cap", "pacing_type"),
        *("adset_schedule", "daily_spend_cap", "lifetime_spend_cap"),
        *("daily_min_spend_target", "lifetime_min_spend_target"),
    }
)
ACTIVITY_FIELDS = (
    "event_type,event_time,object_id,object_name,object_type,extra_data,actor_id,actor_name,application_name"
)
CREATIVE_FIELDS = (
    "id,creative{id,title,body,call_to_action_type,object_type,link_url,object_story_spec,asset_feed_spec,image_hash,"
    "video_id,thumbnail_url,image_url,effective_object_story_id,instagram_permalink_url,url_tags}"
)
# Creatives are long: fewer on a page.
CREATIVES_PAGE = 250
CUSTOM_CONVERSION_FIELDS = "id,name,custom_event_type,is_archived,default_conversion_value,creation_time"
EDGES: Mapping[ObjectKind, str] = {"campaign": "campaigns", "adset": "adsets", "ad": "ads"}
IDS: Mapping[Level, str] = {
    "account": "account_id",
    "campaign": "account_id,campaign_id",
    "adset": "account_id,campaign_id,adset_id",
    "ad": "account_id,campaign_id,adset_id,ad_id",
}
_PLAIN_FIGURES = [one for one in RAW_FIGURES if one.type in ("count", "decimal")]
# Meta counts those per person apart from the others, which makes them the costly ones of a query.
# Figures in the groups in which a day that is too large even for one page is asked for, one after the other.
FIGURE_GROUPS: tuple[tuple[str, ...], ...] = (
    ("account_currency", *(one.column for one in _PLAIN_FIGURES if one.column not in UNIQUE_FIGURES)),
    tuple(one.column for one in _PLAIN_FIGURES if one.column in UNIQUE_FIGURES),
    ("actions",),
    ("action_values",),
    ("conversions", "conversion_values"),
    OTHER_ACTION_FIELDS,
    ("results", "cost_per_result"),
)
FIGURES = tuple(field for group in FIGURE_GROUPS for field in group)
# What Meta's own enumerations list for each level; a status that a level does not know would refuse the whole query.
STATUSES: Mapping[ObjectKind, tuple[str, ...]] = {
    "campaign": ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"),
    "adset": ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "IN_PROCESS", "WITH_ISSUES"),
    "ad": (
        *("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES"),
        *("DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED"),
    ),
}


def insight_params(
    grain: Grain, days: DayRange, windows: Sequence[str], fields: Sequence[str], *, statuses: Sequence[str] = ()
) -> dict[str, str]:
    """The query of one reading; statuses: only objects of these, every one of the level without them."""
    params = {
        "level": grain.level,
        "fields": ",".join((IDS[grain.level], *fields)),
        "time_range": as_json({"since": str(days.since), "until": str(days.until)}),
        "time_increment": "1",
        "action_breakdowns": as_json(["action_type"]),
        "action_attribution_windows": as_json(list(windows)),
    }
    if grain.fields:
        params["breakdowns"] = as_json(list(grain.fields))
    if grain.level != "account":
        wanted = list(statuses or STATUSES[grain.level])
        field = f"{grain.level}.effective_status"
        params["filtering"] = as_json([{"field": field, "operator": "IN", "value": wanted}])
    return params


def as_json(value: object) -> str:
    """The value as a parameter of the Graph API."""
    return orjson.dumps(value).decode()
