"""Meta's usage headers, read into one budget per app and account: how full it is, and from when on we may ask again."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import structlog

from fbads_pipeline.domain.collection.quotas import QuotaUse
from fbads_pipeline.ports.collection import Quotas

log = structlog.get_logger(__name__)

APP = ""
_SLOW_ABOVE = 75.0
_STOP_ABOVE = 95.0
_SLOWEST_SECONDS = 2.0
_FIRST_STOP_SECONDS, _LONGEST_STOP_SECONDS = 5.0, 300.0
_REFRESH_SECONDS = 3.0
_SHARED_POINTS = 5.0
_HEADERS_OF_THE_APP = ("x-app-usage",)
_HEADERS_OF_THE_ACCOUNT = ("x-ad-account-usage", "x-fb-ads-insights-throttle")


@dataclass(frozen=True)
class HeaderUsage:
    """What one answer's headers say. account, app: percent of the fullest quota; wait_seconds: how long to wait."""

    account: float = 0.0
    app: float = 0.0
    wait_seconds: float = 0.0


def read_usage(headers: Mapping[str, str]) -> HeaderUsage:
    """Every entry of every usage header; a header that is no JSON is passed over."""
    account = app = wait = 0.0
    entries = [_json(headers.get(name)) for name in _HEADERS_OF_THE_ACCOUNT]
    business = _json(headers.get("x-business-use-case-usage"))
    for listed in business.values() if isinstance(business, dict) else ():
        entries += listed if isinstance(listed, list) else []
    for entry in entries:
        account = max(account, _percent(entry))
        app = max(app, _field(entry, "app_id_util_pct"))
        wait = max(wait, _regain_seconds(entry))
    for name in _HEADERS_OF_THE_APP:
        entry = _json(headers.get(name))
        app = max(app, _percent(entry))
        wait = max(wait, _regain_seconds(entry))
    return HeaderUsage(account, app, wait)


class Pacer:
    """Says how long to hold the next call back, from what Meta said to any process that uses the same app.

    Below 75 % nothing; then up to 2 s, growing; from 95 % on as long as the headers say, else 5 s, 10 s, 20 s … 300 s
    while it stays as full.
    """

    def __init__(self, quotas: Quotas | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._quotas, self._now = quotas, now
        self._uses: dict[str, QuotaUse] = {}
        self._shared: dict[str, QuotaUse] = {}
        self._stops: dict[str, int] = {}
        self._refreshed = float("-inf")
        self._lock = threading.Lock()

    def note(
        self, account_id: str, usage: HeaderUsage, *, is_refused: bool = False, is_app_refused: bool = False
    ) -> None:
        """Remember an answer's headers.

        is_refused: the answer was a refusal for want of the account's quota; is_app_refused: of the whole app's. A wait
        that Meta names is the account's, unless the app itself was refused: else one account that waits for hours would
        stop all.
        """
        self._keep(account_id, usage.account, usage.wait_seconds, is_refused and not is_app_refused)
        self._keep(APP, usage.app, usage.wait_seconds if is_app_refused else 0.0, is_app_refused)

    def delay(self, account_id: str) -> float:
        """Seconds to hold the account's next call back."""
        self._refresh()
        with self._lock:
            uses = [use for key in (account_id, APP) if (use := self._uses.get(key))]
        now = self._now()
        announced = max(((use.free_at - now).total_seconds() for use in uses if use.free_at), default=0.0)
        percent = max((use.percent for use in uses), default=0.0)
        slow = max(0.0, (min(percent, _STOP_ABOVE) - _SLOW_ABOVE) / (_STOP_ABOVE - _SLOW_ABOVE)) * _SLOWEST_SECONDS
        return max(announced, slow)

    def _keep(self, key: str, percent: float, wait: float, is_refused: bool) -> None:
        with self._lock:
            now, before = self._now(), self._uses.get(key, QuotaUse()).free_at
            is_full = percent >= _STOP_ABOVE or is_refused
            is_waiting = before is not None and before > now
            if not is_full:
                self._stops[key] = 0
            elif not wait and is_waiting and before:
                wait = (before - now).total_seconds()  # calls that were under way beside the first one add nothing
            elif not wait:
                wait = min(_FIRST_STOP_SECONDS * 2 ** self._stops.get(key, 0), _LONGEST_STOP_SECONDS)
                self._stops[key] = self._stops.get(key, 0) + 1
            free_at = now + timedelta(seconds=wait) if wait else None
            use = self._uses[key] = QuotaUse(percent, free_at)
            shared = self._shared.get(key, QuotaUse())
            is_new = free_at is not None or shared.free_at is not None
            is_new |= abs(percent - shared.percent) >= _SHARED_POINTS and max(percent, shared.percent) >= 50
            if is_new:
                self._shared[key] = use
        if is_new and self._quotas is not None:
            try:
                self._quotas.write(key, use)
            except Exception as fault:  # a budget that cannot be shared is still kept here
                log.warning("the quota could not be shared", reason=type(fault).__name__)

    def _refresh(self) -> None:
        if self._quotas is None:
            return
        with self._lock:
            if time.monotonic() - self._refreshed < _REFRESH_SECONDS:
                return
            self._refreshed = time.monotonic()
        try:
            shared = self._quotas.read()
        except Exception as fault:
            log.warning("the shared quota could not be read", reason=type(fault).__name__)
            return
        with self._lock:
            for key, use in shared.items():
                mine = self._uses.get(key, use)  # our own calls tell the percentage; a wait binds all
                self._uses[key] = QuotaUse(mine.percent, _later(use.free_at, mine.free_at))


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _percent(entry: Any) -> float:
    return max(_field(entry, key) for key in ("call_count", "total_time", "total_cputime", "acc_id_util_pct"))


def _regain_seconds(entry: Any) -> float:
    minutes = _field(entry, "estimated_time_to_regain_access")
    return max(minutes * 60.0, _field(entry, "reset_time_duration") if _percent(entry) >= _STOP_ABOVE else 0.0)


def _field(entry: Any, key: str) -> float:
    try:
        return float(entry.get(key, 0.0))
    except (AttributeError, TypeError, ValueError):
        return 0.0


def _json(text: str | None) -> Any:
    try:
        return orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
