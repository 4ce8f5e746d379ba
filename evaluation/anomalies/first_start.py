"""The first start of the demo: of the incidents injected into the last week, how many the first run shows.

By whole days: before the first start nobody has read half hours. The days are the sandbox's own, as it would answer
them over HTTP (`fbads_pipeline_tests/services/anomalies/test_assess_days.py` reads them that way).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import DetectedAnomaly
from fbads_pipeline.domain.anomalies.daily.daily_figures import CampaignDay, DailyFigures
from fbads_pipeline.domain.anomalies.daily.day_detection import assess_days
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.graph.sandbox import Sandbox
from fbads_pipeline.sandbox.truth import truth_rows
from fbads_pipeline.sandbox.world.world import SandboxAccount

# The demo backfills 60 days of 60 campaigns an account.
DAYS, CAMPAIGNS = 60, 60
# What an injected anomaly is called where it is found.
FOUND_AS = {
    "delivery_stop": {"delivery_stop"},
    "spend_spike": {"spend_spike"},
    "ctr_collapse": {"ctr_collapse"},
    "cpa_jump": {"cpa_jump", "tracking_break"},
    "tracking_break": {"tracking_break", "cpa_jump"},
    "account_shock": {"spend_drop"},
}


def first_start(anchor: date, seed: int = 7, campaigns: int = CAMPAIGNS) -> tuple[int, int]:
    """Incidents of the last week that the first run shows, and all of them but slow drifts."""
    now = datetime.combine(anchor, time(12), UTC)
    sandbox = Sandbox(seed=seed, now=now, is_frozen=True, campaigns=campaigns, token="", anchor=anchor)
    found = {one.id: list(_found(sandbox, one, now)) for one in sandbox.world.accounts}
    since = anchor - timedelta(days=7)
    recent = [one for one in sandbox.figures.anomalies if one.first_day >= since and one.name in FOUND_AS]
    return sum(any(_is_about(one, seen) for seen in found[one.account_id]) for one in recent), len(recent)


def _is_about(injected, seen: DetectedAnomaly) -> bool:  # type: ignore[no-untyped-def]
    is_there = injected.level == "account" or seen.campaign_id == injected.object_id
    return is_there and seen.kind in FOUND_AS[injected.name] and abs((seen.since.date() - injected.first_day).days) <= 1


def _found(sandbox: Sandbox, account: SandboxAccount, now: datetime) -> Iterator[DetectedAnomaly]:
    figures = _figures(sandbox, account, now)
    yield from (one for one in assess_days(figures, DaySettings(), now=now) if isinstance(one, DetectedAnomaly))


def _figures(sandbox: Sandbox, account: SandboxAccount, now: datetime) -> DailyFigures:
    """What the marts would hold: conversions are purchases, or leads where there are more of them."""
    zone = ZoneInfo(account.zone) if isinstance(account.zone, str) else account.zone
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    days = DayRange(yesterday - timedelta(days=DAYS - 2), yesterday)
    read = [row for rows in truth_rows(sandbox, "campaign", days.since, days.until, account.id) for row in rows]
    goal = max(("purchases", "leads"), key=lambda name: sum(row[name] for row in read))
    rows = [
        CampaignDay(
            row["campaign_id"],
            date.fromisoformat(row["day"]),
            row["impressions"],
            row["clicks"],
            float(row["spend"]),
            row[goal],
            float(row["purchase_value"]),
        )
        for row in read
    ]
    return DailyFigures(account.id, "BRL", str(zone), days, "", dict.fromkeys(days, now), rows)
