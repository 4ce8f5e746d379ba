"""Readings of a calm account with exact figures, to be disturbed by the tests."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from fbads_pipeline.domain.anomalies.findings import Finding
from fbads_pipeline.domain.anomalies.replay import Replay, replay

START = datetime(2026, 3, 2)
# What most tests leave alone: these days are replayed once, and what follows goes on from a copy.
FIRST_DAYS = timedelta(days=8)
COLUMNS = ["ts", "campaign_id", "date", "daily_budget", "impressions", "clicks", "spend", "conversions", "revenue"]


def calm_readings(campaigns: int = 3, days: int = 11, seed: int = 1, impressions: float = 20_000) -> pd.DataFrame:
    """Half-hour readings: each day the same but for a few percent, spend 80 % of a budget of 100."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(campaigns):
        steps = rng.poisson(impressions / 48, (days, 48)).astype(float) * rng.lognormal(0, 0.05, (days, 1))
        clicks = rng.binomial(steps.astype(int), 0.015)
        conversions = rng.binomial(clicks, 0.08)
        frame = pd.DataFrame(
            {
                "step": np.arange(days * 48),
                "campaign_id": f"c{number}",
                "daily_budget": 100.0,
                "impressions": np.floor(steps).cumsum(axis=1).ravel(),
                "clicks": clicks.cumsum(axis=1).ravel(),
                "spend": (steps * 80 / impressions).cumsum(axis=1).round(2).ravel(),
                "conversions": conversions.cumsum(axis=1).ravel(),
            }
        )
        frames.append(frame)
    frame = pd.concat(frames, ignore_index=True)
    frame["ts"] = [START + timedelta(minutes=30 * step + 29) for step in frame["step"]]
    frame["date"] = frame["ts"].dt.normalize()
    frame["revenue"] = frame["conversions"] * 20.0
    return frame.sort_values(["ts", "campaign_id"], kind="stable")[COLUMNS].reset_index(drop=True)


def from_then(frame: pd.DataFrame, campaign: str, at: datetime, **factors: float) -> pd.DataFrame:
    """The readings with that campaign's steps multiplied from `at` on."""
    frame = frame.copy()
    for name, factor in factors.items():
        own = frame["campaign_id"] == campaign
        steps = frame[own].groupby("date")[name].diff().fillna(frame.loc[own, name])
        steps = steps.where(frame.loc[own, "ts"] < at, steps * factor)
        frame[name] = frame[name].astype(float)
        frame.loc[own, name] = steps.groupby(frame.loc[own, "date"]).cumsum().round(2)
    return frame


def known_campaigns(count: int = 3, created: datetime | None = None) -> pd.DataFrame:
    """`campaign_id, created`: long ago, or as told."""
    ids = [f"c{number}" for number in range(count)]
    return pd.DataFrame({"campaign_id": ids, "created": pd.Timestamp(created or datetime(2025, 1, 1))})


def changes(*rows: tuple[datetime, str, str, str, str]) -> pd.DataFrame:
    """The activity log."""
    frame = pd.DataFrame(rows, columns=["ts", "campaign_id", "event", "old", "new"])
    frame["ts"] = pd.to_datetime(frame["ts"])
    return frame


_FIRST: dict[tuple[object, ...], tuple[Replay, list[tuple[str, Finding]]]] = {}


def replayed(
    readings: pd.DataFrame, about: pd.DataFrame, log: pd.DataFrame, **options: Any
) -> list[tuple[str, Finding]]:
    """What `replay` yields, in a third of the time where another test has the same first days."""
    cut = START + FIRST_DAYS
    is_first, is_logged = readings["ts"] < cut, log["ts"] < cut
    ids = about["campaign_id"].tolist()
    if not set(readings["campaign_id"]) <= set(ids) or readings["ts"].min() >= cut:
        return list(replay(readings, about, log, **options))
    whole = readings[is_first].astype(dict.fromkeys(COLUMNS[3:], float))
    first = pd.util.hash_pandas_object(whole, index=False).to_numpy().tobytes()
    key = (first, about.to_csv(), log[is_logged].to_csv(), repr(sorted(options.items(), key=str)))
    if key not in _FIRST:
        begun = Replay(ids, about, **options)
        _FIRST[key] = (begun, list(begun.run(readings[is_first], log[is_logged])))
    begun, found = _FIRST[key]
    return found + list(deepcopy(begun).run(readings[~is_first], log[~is_logged]))
