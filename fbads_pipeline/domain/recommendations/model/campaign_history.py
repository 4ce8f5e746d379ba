"""A history of campaigns as callers have it, made into arrays that the models can rely on."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
# The most that a conversion may cost: the same for every campaign, or by campaign.
TargetCpa = float | Mapping[str, float]

COLUMNS = ("campaign_id", "date", "impressions", "clicks", "spend", "conversions", "daily_budget", "status")
_FIGURES = ("impressions", "clicks", "spend", "conversions", "daily_budget")
# Beyond these a figure is no figure: not reported above, nothing below.
_LARGEST, _SMALLEST = 1e12, 1e-4


@dataclass(frozen=True)
class CampaignHistory:
    """One row per campaign and day, sorted by campaign, the oldest day first; arrays (rows,).

    Attributes
    ----------
    campaign_ids
        One per campaign, sorted.
    campaign
        Position in `campaign_ids`.
    age
        Whole days before `today`, yesterday 1.
    spend
        Never NaN nor negative.
    impressions, clicks, conversions, daily_budget
        NaN where they were not reported (null is not zero).
    is_active
        Whether the campaign's status is ACTIVE, or unknown.
    unread
        Ages of days that were never read well: they have no rows, and nothing is known of them. A row that is missing
        on any other day means that nothing was delivered.
    """

    today: date
    campaign_ids: tuple[str, ...]
    campaign: Integers
    age: Integers
    impressions: Floats
    clicks: Floats
    spend: Floats
    conversions: Floats
    daily_budget: Floats
    is_active: Booleans
    unread: frozenset[int] = frozenset()

    @property
    def size(self) -> int:
        """How many campaigns there are."""
        return len(self.campaign_ids)

    def total(self, values: Floats) -> Floats:
        """Sums per campaign of one value per row."""
        return np.bincount(self.campaign, weights=values, minlength=self.size).astype(float)


def targets_by_campaign(campaign_ids: Collection[str], target_cpa: TargetCpa) -> Floats:
    """The target CPA of each campaign. Raises ValueError for one that is no positive number."""
    wanted = [target_cpa[one] if isinstance(target_cpa, Mapping) else target_cpa for one in campaign_ids]
    targets = np.array(wanted, dtype=float)
    wrong = ~(np.isfinite(targets) & (targets > 0))
    if wrong.any() or (not isinstance(target_cpa, Mapping) and not 0 < target_cpa < np.inf):
        shown = targets[wrong][0] if wrong.any() else target_cpa
        raise ValueError(f"The target CPA must be a positive number, not {shown:g}.")
    return targets


def read_history(history: pd.DataFrame, today: date, unread: Collection[date] = ()) -> CampaignHistory:
    """Return the rows before `today`, sorted by campaign and day, the largest of duplicates.

    Parameters
    ----------
    history
        `COLUMNS`; decimals, texts and None are read as numbers, and what is no number, negative or infinite counts as
        not reported.
    unread
        Days that were never read well: their rows are left out, since they may be a part of what was delivered.

    Raises
    ------
    ValueError
        In one sentence: missing columns, or a date that is none.
    """
    missing = [name for name in COLUMNS if name not in history.columns]
    if missing:
        raise ValueError(f"The history lacks the columns {', '.join(missing)}.")
    frame = pd.DataFrame({name: _figures(history[name]) for name in _FIGURES})
    frame["age"] = _ages(history["date"], today)
    texts, places = _each(_identity, history["campaign_id"])
    ids, position = np.unique(texts, return_inverse=True)
    frame["campaign"] = position[places]
    activity, places = _each(_is_active, history["status"])
    frame["is_active"] = activity.astype(bool)[places]
    gaps = frozenset((today - one).days for one in unread)
    frame = frame[(frame["age"] >= 1) & (ids != "")[frame["campaign"]] & ~frame["age"].isin(gaps)]
    frame = _in_order(frame)
    is_there = np.bincount(frame["campaign"].to_numpy(), minlength=ids.size) > 0
    campaign = (np.cumsum(is_there) - 1)[frame["campaign"].to_numpy()]
    return CampaignHistory(
        today=today,
        campaign_ids=tuple(str(one) for one in ids[is_there]),
        campaign=campaign.astype(np.int64),
        age=frame["age"].to_numpy(dtype=np.int64),
        impressions=frame["impressions"].to_numpy(dtype=float),
        clicks=frame["clicks"].to_numpy(dtype=float),
        spend=frame["spend"].fillna(0.0).to_numpy(dtype=float),
        conversions=frame["conversions"].to_numpy(dtype=float),
        daily_budget=frame["daily_budget"].to_numpy(dtype=float),
        is_active=frame["is_active"].to_numpy(dtype=bool),
        unread=gaps,
    )


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """By campaign and day, each day once: of duplicates the last by value. Rows in order already cost no sorting."""
    newest_first = frame["campaign"].to_numpy() * (frame["age"].max() + 1) - frame["age"].to_numpy()
    if not np.all(newest_first[1:] > newest_first[:-1]):
        order = np.argsort(newest_first, kind="stable")
        frame, newest_first = frame.iloc[order], newest_first[order]
    if np.all(newest_first[1:] > newest_first[:-1]):
        return frame
    by_value = frame.sort_values(["campaign", "age", *_FIGURES, "is_active"], kind="stable")
    once = by_value.drop_duplicates(["campaign", "age"], keep="last")
    return once.sort_values(["campaign", "age"], ascending=[True, False])


def _each(read: Callable[[Any], Any], column: pd.Series) -> tuple[Objects, Integers]:
    """`read` of every different value, and where each row's value is among them."""
    try:
        values: Any
        places, values = pd.factorize(column, use_na_sentinel=False)
    except TypeError:  # lists and the like, which nothing can be looked up by
        places, values = np.arange(len(column)), list(column)
    return np.array([read(one) for one in values], dtype=object), np.asarray(places, dtype=np.int64)


def _figures(column: pd.Series) -> Floats:
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    known = np.where(np.isfinite(values) & (values >= 0) & (values <= _LARGEST), values, np.nan)
    return np.where(known < _SMALLEST, 0.0, known)


def _ages(column: pd.Series, today: date) -> Integers:
    try:
        days = pd.to_datetime(column, errors="raise", format="ISO8601" if column.dtype.kind not in "MO" else None)
        days = days.dt.tz_localize(None) if days.dt.tz is not None else days
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError("The history holds a date that is not a date.") from error
    ages = (pd.Timestamp(today) - days.dt.normalize()).dt.days
    if ages.isna().any():
        raise ValueError("The history holds a date that is not a date.")
    return np.asarray(ages, dtype=np.int64)


def _identity(value: object) -> str:
    """Identities are text; 7.0 (an integer column that met a gap) is 7, a gap is the empty text."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_active(value: object) -> bool:
    """Unknown counts as active: whether it delivers is known from its spend."""
    return not isinstance(value, str) or value.strip().upper() in ("", "ACTIVE")
