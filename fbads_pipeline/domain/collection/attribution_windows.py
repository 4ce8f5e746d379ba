"""Attribution windows: within how long after a click or a view Meta counts an action as the ad's.

Source: https://developers.facebook.com/docs/marketing-api/reference/ads-action-stats and Meta's notice of 2025-10-16.
"""

from collections.abc import Sequence

ANSWERED_WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev", "skan_click", "skan_view")
# Accepted by Meta in a query, and empty in every answer since 2026-01-12.
EMPTY_WINDOWS = frozenset({"7d_view", "28d_view"})


def read_windows(given: Sequence[str]) -> tuple[str, ...]:
    """The windows, each once; raises ValueError with one sentence for one that Meta does not answer, or for none."""
    windows = tuple(dict.fromkeys(one.strip().strip("\"'[]").lower() for one in given))
    choices = f"the windows that Meta answers are {', '.join(ANSWERED_WINDOWS)}"
    if not windows:
        raise ValueError(f"it names no attribution window: {choices}")
    for window in windows:
        if window in EMPTY_WINDOWS:
            raise ValueError(f"{window} has been empty in every answer since 2026-01-12: {choices}")
        if window not in ANSWERED_WINDOWS:
            raise ValueError(f"{window!r} is no attribution window: {choices}")
    return windows
