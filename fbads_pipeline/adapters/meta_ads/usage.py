"""Meta's usage headers, read into one figure per account: how full is the quota, and for how long must we wait."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_SLOW_ABOVE = 75.0
_STOP_ABOVE = 95.0


@dataclass(frozen=True)
class Usage:
    """fullest: percent of the fullest quota that the answer names; wait_seconds: what it tells to wait, else 0."""

    fullest: float = 0.0
    wait_seconds: float = 0.0


def read_usage(headers: Mapping[str, str]) -> Usage:
    """Every entry of every usage header; a header that is no JSON is passed over."""
    fullest, wait = 0.0, 0.0
    for name in ("x-app-usage", "x-ad-account-usage", "x-fb-ads-insights-throttle"):
        entry = _json(headers.get(name))
        fullest = max(fullest, _percent(entry))
        wait = max(wait, _told(entry))
    business = _json(headers.get("x-business-use-case-usage"))
    for entries in business.values() if isinstance(business, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            fullest = max(fullest, _percent(entry))
            wait = max(wait, _told(entry))
    return Usage(fullest, wait)


class Pacer:
    """Remembers each account's last usage and says how long to hold the next call back.

    Below 75 % nothing; then up to 2 s, growing; from 95 % on as long as the headers told, else 5 s.
    """

    def __init__(self) -> None:
        self._usage: dict[str, Usage] = {}
        self._lock = threading.Lock()

    def note(self, account_id: str, usage: Usage) -> None:
        with self._lock:
            self._usage[account_id] = usage

    def delay(self, account_id: str) -> float:
        """Seconds to wait before the account's next call; asking clears a told wait, so that it is waited once."""
        with self._lock:
            usage = self._usage.get(account_id, Usage())
            if usage.fullest >= _STOP_ABOVE:
                self._usage[account_id] = Usage()
                return usage.wait_seconds or 5.0
        return max(0.0, (usage.fullest - _SLOW_ABOVE) / (_STOP_ABOVE - _SLOW_ABOVE)) * 2.0


def _percent(entry: Any) -> float:
    keys = ("call_count", "total_time", "total_cputime", "acc_id_util_pct", "app_id_util_pct")
    return max((_float(entry.get(key)) for key in keys), default=0.0) if isinstance(entry, dict) else 0.0


def _told(entry: Any) -> float:
    if not isinstance(entry, dict):
        return 0.0
    minutes = _float(entry.get("estimated_time_to_regain_access"))
    return max(minutes * 60.0, _float(entry.get("reset_time_duration")) if _percent(entry) >= _STOP_ABOVE else 0.0)


def _json(text: str | None) -> Any:
    try:
        return orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
