"""Splitting a row by age, country or placement so that the parts add up to the row exactly."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.figures.by_period import LevelFigures
from fbads_pipeline.sandbox.figures.daily import AT, COLUMNS, Ints, hours_delivered

AGES = (("18-24", 14.0), ("25-34", 31.0), ("35-44", 26.0), ("45-54", 16.0), ("55-64", 9.0), ("65+", 4.0))
GENDERS = (("female", 57.0), ("male", 41.0), ("unknown", 2.0))
PLACES = (
    ("facebook", "feed", 34.0),
    ("facebook", "facebook_reels", 9.0),
    ("facebook", "marketplace", 5.0),
    ("instagram", "feed", 24.0),
    ("instagram", "instagram_stories", 15.0),
    ("instagram", "instagram_reels", 9.0),
    ("audience_network", "classic", 3.0),
    ("messenger", "messenger_inbox", 1.0),
)
COUNTRIES = {
    "BRL": (("BR", 95.0), ("PT", 3.0), ("US", 2.0)),
    "USD": (("US", 93.0), ("CA", 5.0), ("MX", 2.0)),
    "EUR": (("PT", 84.0), ("ES", 9.0), ("FR", 7.0)),
    "JPY": (("JP", 98.0), ("US", 2.0)),
}


HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
_GOLDEN = (5**0.5 - 1) / 2
Floats = NDArray[np.float64]
# What happens off Meta is not known by the hour.
OFF_META = tuple(AT[name] for name in COLUMNS if name not in ("impressions", "link", "other", "spend", "leads_on_site"))


@dataclass(frozen=True)
class BreakdownSplit:
    """The cells of a breakdown: their values, one per breakdown field, and their weights (of hours: none as yet)."""

    names: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    weights: tuple[float, ...]

    @property
    def is_hourly(self) -> bool:
        return self.names == (HOURLY,)


def split_of(names: tuple[str, ...], currency: str) -> BreakdownSplit | None:
    """The split for the breakdown fields in any order; None where Meta would refuse the combination."""
    wanted = frozenset(names)
    pairs: list[tuple[tuple[str, ...], float]]
    if wanted == {"age", "gender"}:
        pairs = [((age, gender), a * g) for age, a in AGES for gender, g in GENDERS]
    elif wanted == {"age"}:
        pairs = [((age,), weight) for age, weight in AGES]
    elif wanted == {"gender"}:
        pairs = [((gender,), weight) for gender, weight in GENDERS]
    elif wanted == {"country"}:
        pairs = [((country,), weight) for country, weight in COUNTRIES[currency]]
    elif wanted == {"publisher_platform", "platform_position"}:
        pairs = [((platform, position), weight) for platform, position, weight in PLACES]
    elif wanted == {HOURLY}:
        return BreakdownSplit((HOURLY,), tuple((f"{hour:02d}:00:00 - {hour:02d}:59:59",) for hour in range(24)), ())
    else:
        return None
    ordered = ("age", "gender", "country", "publisher_platform", "platform_position")
    return BreakdownSplit(
        tuple(n for n in ordered if n in wanted), tuple(c for c, _ in pairs), tuple(w for _, w in pairs)
    )


def split_figures(figures: LevelFigures, split: BreakdownSplit, first: date) -> LevelFigures:
    """Figures of (object, cell), cells running fastest. Nobody is in two cells, so that here reach adds up as well.

    first: the first day; with the object it decides in which cell a figure of one or two lies, the same all day.
    """
    shares = np.cumsum(split.weights) / sum(split.weights)
    shares[-1] = 1.0
    phases = np.modf(_GOLDEN * (np.arange(len(figures.reach)) + first.toordinal()))[0]
    reach = _parts(figures.reach, shares, phases)
    repeats = _parts(figures.values[0] - figures.reach, shares, phases)
    values = np.stack([_parts(row, shares, phases) for row in figures.values])
    values[0] = reach + repeats
    return LevelFigures(values, reach)


def weigh_hours(split: BreakdownSplit, zone: str, days: list[date], slot: datetime) -> BreakdownSplit:
    """An hourly split with the weights that its hours have on these days, so far as they have passed."""
    weights = sum((hours_delivered(zone, day, slot) for day in days), np.zeros(24))
    return replace(split, weights=tuple(weights.tolist()) if weights.any() else (1.0,) * 24)


def on_meta(figures: LevelFigures) -> LevelFigures:
    """The figures without what happened off Meta."""
    values = figures.values.copy()
    values[list(OFF_META)] = 0
    return LevelFigures(values, figures.reach)


def _parts(totals: Ints, shares: Floats, phases: Floats) -> Ints:
    """Whole parts of whole totals: differences of the rounded running shares. phases: from 0 to 1, one per total, where
    its rounding begins."""
    running = np.floor(totals[:, None] * shares + phases[:, None] + 1e-9).astype(np.int64)
    running[:, -1] = totals
    return np.diff(running, axis=1, prepend=0).reshape(-1)
