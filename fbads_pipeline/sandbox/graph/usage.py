"""The headers that say how much of the quota is used: modest, unless a scenario is about limits."""

from collections import deque
from time import monotonic

import orjson

from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer, Sandbox

BUSINESS_ID = "402211334455667"
# Comes first and is quiet: whoever reads only the first entry never sees the limit.
OTHER_BUSINESS_ID = "402211334455001"
WINDOW_SECONDS = 300.0
OLDEST_VERSION = 25


class UsageHeaders:
    """Percentages from the calls of the last five minutes: 2 at rest, never above 38 by themselves."""

    def __init__(self) -> None:
        self._calls: deque[float] = deque(maxlen=4000)

    def headers(self, sandbox: Sandbox, account: str | None, path: str, answer: GraphAnswer) -> dict[str, str]:
        now = monotonic()
        self._calls.append(now)
        while now - self._calls[0] > WINDOW_SECONDS:
            self._calls.popleft()
        percent, wait = min(38, 2 + len(self._calls) // 60), answer.wait_minutes
        if answer.scenario in ("rate-limit", "rate-limit-storm"):
            percent = 100
        elif scenario := sandbox.scenarios.hit("high-usage", account, path):
            percent = scenario.percent
        return _headers(percent, wait, "ads_insights" if "insights" in path else "ads_management")


def version_headers(version: int | None) -> dict[str, str]:
    if version is None or version >= OLDEST_VERSION:
        return {"facebook-api-version": f"v{version or 26}.0"}
    warning = f"The call has been auto-upgraded to v{OLDEST_VERSION}.0 as v{version}.0 has been deprecated."
    return {"facebook-api-version": f"v{OLDEST_VERSION}.0", "x-ad-api-version-warning": warning}


def _headers(percent: int, wait: int, kind: str) -> dict[str, str]:
    app = {"call_count": percent, "total_time": percent * 2 // 3, "total_cputime": percent // 2}
    busy = {"type": kind, **app, "estimated_time_to_regain_access": wait, "ads_api_access_tier": "standard_access"}
    quiet = {**busy, "type": "custom_audience", **dict.fromkeys(app, 1), "estimated_time_to_regain_access": 0}
    business = {OTHER_BUSINESS_ID: [quiet], BUSINESS_ID: [{**quiet, "type": "pages"}, busy]}
    throttle = {"app_id_util_pct": percent, "acc_id_util_pct": percent, "ads_api_access_tier": "standard_access"}
    account = {"acc_id_util_pct": percent, "reset_time_duration": wait * 60, "ads_api_access_tier": "standard_access"}
    return {
        "x-app-usage": orjson.dumps(app).decode(),
        "x-business-use-case-usage": orjson.dumps(business).decode(),
        "x-fb-ads-insights-throttle": orjson.dumps(throttle).decode(),
        "x-ad-account-usage": orjson.dumps(account).decode(),
    }
