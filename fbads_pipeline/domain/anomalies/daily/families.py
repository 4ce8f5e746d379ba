"""Which metrics speak of the same incident of a campaign."""

from collections.abc import Mapping

from fbads_pipeline.domain.anomalies.daily.day_windows import DayMetric

# CPA, conversions and ROAS fall and rise together; fatigue is no incident, and neither is an edit of the budget.
FAMILY_OF: Mapping[str, DayMetric] = {
    "spend": "spend",
    "ctr": "ctr",
    "cpm": "cpm",
    "conversions": "conversions",
    "cpa": "conversions",
    "roas": "conversions",
    "link_clicks": "link_clicks",
    "landing_page_views": "landing_page_views",
}
NOTICES = frozenset({"fatigue", "budget_edit", "ctr_watch"})
