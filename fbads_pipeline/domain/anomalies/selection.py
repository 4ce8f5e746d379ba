"""Which evidence becomes a word: thresholds, false discoveries, silence, hysteresis and cooldown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.tails import discoveries
from fbads_pipeline.domain.anomalies.detectors.windows import Evidence
from fbads_pipeline.domain.anomalies.state import detector_state as st
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats

_HOUR = 60
_RESUMED_HOURS = 24


@dataclass(frozen=True)
class Verdicts:
    """Per family (rows as in `evidence`) and campaign: opened, closed, and closed because it is the new level."""

    opened: Bools
    closed: Bools
    settled: Bools
    shocked: bool


def decide(state: DetectorState, evidence: Sequence[Evidence], read: Bools, minute: int) -> Verdicts:
    """Open and close alerts in `state`."""
    settings = state.settings
    shocked = _is_shock(state, evidence[0], read)
    scores = np.array([one.raw if shocked and one.family == st.F_SPEND else one.score for one in evidence])
    families = np.array([one.family for one in evidence])
    hard = np.array([one.hard for one in evidence])
    silent = _silence(state, families, hard, minute)
    far = np.array([_is_far(state, one) for one in evidence])
    tested = np.where(silent | ~read, np.nan, scores)
    rates = np.where(families == st.F_CONVERSIONS, settings.conversion_discovery_rate, settings.false_discovery_rate)
    found = np.array([discoveries(row, rate) for row, rate in zip(tested, rates.tolist(), strict=True)]) | hard
    loudness = np.array([_loudness(one, shocked, settings.spend_low_z[1]) for one in evidence])
    loud = (np.nan_to_num(loudness) >= 1.0) & found & far & ~silent & read
    rested = minute - state.alerted_at[families] >= settings.cooldown_hours * _HOUR
    opened = loud & rested & ~state.is_open[families]
    closed, settled = _over(state, evidence, families, read, minute)
    _remember(state, families, opened, closed, settled, hard | np.array([one.none for one in evidence]), scores, minute)
    return Verdicts(opened, closed, settled, shocked)


def _loudness(one: Evidence, shocked: bool, bar: float) -> Floats:
    """In a shock of the account its own movement is what counts."""
    return np.maximum(one.loudness, np.abs(one.raw) / bar) if shocked and one.family == st.F_SPEND else one.loudness


def _is_shock(state: DetectorState, spend: Evidence, read: Bools) -> bool:
    """A third of the active campaigns far off the same way, once the account's weekdays are known."""
    settings = state.settings
    if state.closed_days < 14:
        return False
    raw = spend.raw[read & state.active & np.isfinite(spend.raw)]
    least = max(settings.shock_campaigns, settings.shock_share * raw.size)
    return bool(max((raw >= 4.0).sum(), (raw <= -4.0).sum()) >= least)


def _is_far(state: DetectorState, one: Evidence) -> Bools:
    """The change is large enough to be worth a word, and of the direction that hurts."""
    settings = state.settings
    share = (one.observed + 1e-9) / np.maximum(one.expected, 1e-9)
    if one.family == st.F_CTR:
        far: Bools = (share <= 1.0 - settings.ctr_change) & (one.score < 0)
    elif one.family == st.F_CONVERSIONS:
        far = (share <= 1.0 - settings.conversion_change) & (one.score < 0)
    else:
        least = settings.spend_change if one.family == st.F_SPEND else settings.cpm_change
        far = np.abs(np.log(np.maximum(share, 1e-9))) >= np.log1p(least)
    return far


def _silence(state: DetectorState, families: np.ndarray, hard: Bools, minute: int) -> Bools:
    """Paused, learning, just edited or resumed, account not known yet: (families, n). Learning lets a stop through."""
    settings = state.settings
    silent = np.zeros((len(families), state.n), dtype=np.bool_)
    if state.closed_days < settings.known_days:
        silent[:] = True
    learning = minute - state.created < settings.learning_days * MINUTES_A_DAY
    resumed = minute - state.resumed_at < _RESUMED_HOURS * _HOUR
    edited = minute - state.edited_at < settings.edit_silence_hours * _HOUR
    spend = families[:, None] == st.F_SPEND
    silent |= learning & ~(hard & spend)
    silent |= resumed & spend
    silent |= edited & spend & ~hard
    silent |= ~state.active
    return silent


def _over(
    state: DetectorState, evidence: Sequence[Evidence], families: np.ndarray, read: Bools, minute: int
) -> tuple[Bools, Bools]:
    """Open alerts whose figures have been calm for long enough, and those that have become the usual level."""
    settings = state.settings
    calm = np.array([one.calm for one in evidence])
    known = read & np.isfinite(calm)
    is_calm = known & (np.nan_to_num(calm) < settings.rearm_z)
    since = state.calm_since[families]
    since = np.where(is_calm & (since < 0), minute, np.where(known & ~is_calm, st.LONG_AGO, since))
    state.calm_since[families] = since
    is_open = state.is_open[families]
    closed = is_open & is_calm & (since > 0) & (minute - since >= settings.calm_hours * _HOUR)
    settled = is_open & ~closed & (minute - state.alerted_at[families] >= settings.new_level_days * MINUTES_A_DAY)
    return closed, settled


def _remember(
    state: DetectorState,
    families: np.ndarray,
    opened: Bools,
    closed: Bools,
    settled: Bools,
    named: Bools,
    scores: np.ndarray,
    minute: int,
) -> None:
    today = state.row(state.today)
    for place, family in enumerate(families.tolist()):
        state.is_open[family] = (state.is_open[family] | opened[place]) & ~closed[place] & ~settled[place]
        state.alerted_at[family, opened[place]] = minute
        state.closed_at[family, closed[place] | settled[place]] = minute
        state.calm_since[family, opened[place]] = st.LONG_AGO
        state.is_hard[family] = np.where(opened[place], named[place], state.is_hard[family])
        state.direction[family] = np.where(
            opened[place], np.sign(np.nan_to_num(scores[place])), state.direction[family]
        )
        state.clean[family, today, opened[place]] = False
        if family != st.F_SPEND:
            state.clean[family, state.row(state.today - 1), opened[place]] = False
        _accept(state, family, settled[place])


def _accept(state: DetectorState, family: int, settled: Bools) -> None:
    """What has lasted a week is the usual level: its days count, those before do not."""
    if settled.any():
        recent = np.array([state.row(state.today - back) for back in range(int(state.settings.new_level_days))])
        state.clean[family][:, settled] = False
        state.clean[family][np.ix_(recent, np.flatnonzero(settled))] = True
