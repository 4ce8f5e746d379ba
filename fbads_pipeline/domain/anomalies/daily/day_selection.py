"""Which evidence of a day becomes a finding, and which episodes of days it opens, carries on and ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from fbads_pipeline.domain.anomalies.daily.assessed_day import AssessedDay, assessed_day
from fbads_pipeline.domain.anomalies.daily.day_evidence import day_evidence
from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.daily.day_windows import DayEvidence, DayMetric
from fbads_pipeline.domain.anomalies.detectors.tails import discoveries
from fbads_pipeline.domain.anomalies.detectors.windows import shifted_ratio
from fbads_pipeline.domain.anomalies.findings import ThresholdShift
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats

# A campaign that was resumed has no usual spend on that day and the next.
_RESUMED_DAYS = 2


@dataclass
class Episode:
    """A metric of a campaign from the first day that departs; positions in the grid.

    found_at: the day that showed it; evidence: of that day; ended_at: the first usual day after it, None while it goes
    on.
    """

    campaign: int
    metric: DayMetric
    since: int
    found_at: int
    evidence: DayEvidence
    ended_at: int | None = None


@dataclass(frozen=True)
class AssessedDays:
    """The episodes of the days assessed, and every day's evidence by its position."""

    episodes: list[Episode] = field(default_factory=list)
    evidence: dict[int, list[DayEvidence]] = field(default_factory=dict)


def assess(
    grid: DayGrid,
    settings: DaySettings,
    curve: Floats,
    days: int,
    shifts: Mapping[str, ThresholdShift] | None = None,
) -> AssessedDays:
    """Assess the newest days, one after another; a day that was not read opens and ends nothing.

    shifts: kind of anomaly → how far people's marks have moved its threshold.
    """
    assessed = AssessedDays()
    going_on: dict[tuple[int, DayMetric], Episode] = {}
    first = max(len(grid.days) - days, max(settings.conversion_windows))
    for at in range(first, len(grid.days)):
        if not grid.is_read[at]:
            continue
        day = assessed_day(grid, at, settings)
        evidence = [_moved(one, shifts or {}) for one in day_evidence(grid, day, settings, curve)]
        assessed.evidence[at] = evidence
        found = select(grid, day, evidence, settings)
        for one, opens in zip(evidence, found, strict=True):
            _end(going_on, one, at, settings)
            for campaign in np.flatnonzero(opens).tolist():
                if (campaign, one.metric) not in going_on:
                    # One that began before these days is dated by the first of them, so that it is not yet usual.
                    episode = Episode(campaign, one.metric, max(at - int(one.begun[campaign]), first), at, one)
                    going_on[campaign, one.metric] = episode
                    assessed.episodes.append(episode)
    return assessed


def _moved(one: DayEvidence, shifts: Mapping[str, ThresholdShift]) -> DayEvidence:
    ratio = shifted_ratio(one.metric, one.score, one.threshold_ratio, one.is_certain, shifts)
    return replace(one, threshold_ratio=ratio)


def select(grid: DayGrid, day: AssessedDay, evidence: list[DayEvidence], settings: DaySettings) -> list[Bools]:
    """Findings of one day per metric (n,): beyond the threshold, a discovery among all of the day, and not silent.

    Where the account moves as a whole, the evidence of the spend is that of the day alone.
    """
    silent = [_is_silent(grid, day, one, settings) for one in evidence]
    scores = np.array([np.where(quiet, np.nan, one.score) for one, quiet in zip(evidence, silent, strict=True)])
    if _is_shock(evidence[0], silent[0], settings):
        evidence[0] = evidence[0].account_wide()
        scores[0] = np.where(silent[0], np.nan, evidence[0].score)
    found = discoveries(scores, settings.false_discovery_rate)
    chosen = []
    for place, (one, quiet) in enumerate(zip(evidence, silent, strict=True)):
        ratio = np.nan_to_num(one.threshold_ratio)
        is_found = found[place] | one.is_certain
        if one.metric == "spend" and one.is_account_wide.any():
            ratio = np.nan_to_num(np.abs(one.score)) / settings.shock_z
            is_found = ratio >= 1.0
        # A day that is usual by itself opens nothing: the days before it are over.
        chosen.append((ratio >= 1.0) & is_found & _is_large(one, settings) & ~quiet & ~usual_days(one, settings))
    # Fewer conversions are worth less: only where their number is usual is their value a finding of its own.
    chosen[4] &= ~chosen[2]
    # Links are clicked less where everything is: only where the CTR is usual it is a finding of its own.
    chosen[5] &= ~chosen[1]
    return chosen


def _is_silent(grid: DayGrid, day: AssessedDay, one: DayEvidence, settings: DaySettings) -> Bools:
    at = day.at
    before = max(at - _RESUMED_DAYS + 1, 0)
    silent: Bools = ~grid.can_deliver[before : at + 1].all(axis=0) | day.pauses[-1] | ~day.is_known
    is_stop = one.is_certain & (one.metric == "spend")
    new = grid.days[at] - grid.created < settings.learning_days
    silent |= (grid.learning | new) & ~is_stop
    if one.metric == "spend":
        edited = grid.is_edited[max(at - settings.edit_silence_days + 1, 0) : at + 1].any(axis=0)
        silent |= edited & ~is_stop
    return silent


def _is_shock(spend: DayEvidence, silent: Bools, settings: DaySettings) -> bool:
    """A third of the campaigns far off the same way."""
    score = spend.absolute_day_score[~silent & np.isfinite(spend.absolute_day_score)]
    least = max(settings.shock_campaigns, settings.shock_share * score.size)
    return bool(max((score >= settings.shock_z).sum(), (score <= -settings.shock_z).sum()) >= least)


def _is_large(one: DayEvidence, settings: DaySettings) -> Bools:
    """The change is large enough to be reported, and of the direction that hurts."""
    share = (np.nan_to_num(one.observed) + 1e-9) / np.maximum(np.nan_to_num(one.expected), 1e-9)
    if one.metric == "spend":
        large: Bools = np.abs(np.log(np.maximum(share, 1e-9))) >= np.log1p(settings.spend_change)
        return large
    if one.metric == "cpm":
        # Cheaper impressions cost nobody anything.
        rises: Bools = share >= 1.0 + settings.cpm_change
        return rises
    change = {
        "ctr": settings.ctr_change,
        "conversions": settings.conversion_change,
        "roas": settings.roas_change,
        "link_clicks": settings.link_change,
        "landing_page_views": settings.page_change,
    }
    falls: Bools = (share <= 1.0 - change[one.metric]) & (one.score < 0)
    return falls


def _end(going_on: dict[tuple[int, DayMetric], Episode], one: DayEvidence, at: int, settings: DaySettings) -> None:
    """End the episodes of that metric whose day is usual again; where the account is, those that it alone explained."""
    usual = usual_days(one, settings)
    if _is_usual_account(one, settings):
        wide = [key[0] for key, episode in going_on.items() if episode.evidence.is_account_wide[key[0]]]
        usual[wide] |= ~one.is_certain[wide]
    for key, episode in list(going_on.items()):
        if key[1] == one.metric and usual[episode.campaign]:
            episode.ended_at = at
            del going_on[key]


def _is_usual_account(one: DayEvidence, settings: DaySettings) -> bool:
    """Whether the day of all campaigns together is near what was expected of them: a few conversions of each show
    nothing, those of all of them do."""
    known = np.isfinite(one.day_observed) & (np.nan_to_num(one.day_expected) > 0)
    expected = one.day_expected[known].sum()
    observed, most = one.day_observed[known].sum(), 1.0 + settings.spend_change
    return bool(expected > 0 and expected / most <= observed <= expected * most)


def usual_days(one: DayEvidence, settings: DaySettings) -> Bools:
    """Campaigns whose day alone is known and unremarkable (n,)."""
    share, most = one.day_share, 1.0 + settings.spend_change
    near = (share >= 1.0 / most) & (share <= most)
    usual: Bools = near & ~(np.abs(one.day_score) >= settings.calm_z) & ~one.is_certain
    return usual
