"""A stored history as the detectors would have met it: reading by reading, as it was known."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from fbads_pipeline.domain.anomalies.alert_budget import ACCOUNT, AlertBudget
from fbads_pipeline.domain.anomalies.detection import observe, ranked
from fbads_pipeline.domain.anomalies.findings import Finding, ThresholdShift
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import COUNTERS, Change, Floats, Reading, minutes

ACCOUNT_ROW = "account"
EVENTS = ("ads_edited", "budget_change", "created", "status_change")
ACTIVE = frozenset({"ACTIVE", "ENABLED", "ON", "TRUE", "1", "RUNNING"})


def replay(
    readings: pd.DataFrame,
    campaigns: pd.DataFrame,
    changes: pd.DataFrame,
    settings: DetectionSettings | None = None,
    *,
    as_sent: bool = False,
    shifts: Mapping[str, ThresholdShift] | None = None,
) -> Iterator[tuple[str, Finding]]:
    """Campaign id and finding, oldest first; `as_sent` also applies the alert budget and groups what is account-wide.

    readings: `ts, campaign_id, date, daily_budget, impressions, clicks, spend, conversions` in any order; campaigns:
    `campaign_id, created`; changes: `ts, campaign_id, event, old, new`. ts and created: naive account-local times.
    shifts: kind of anomaly → how far people's marks have moved its threshold.
    """
    replaying = Replay(_ids(readings, campaigns), campaigns, settings, as_sent=as_sent, shifts=shifts)
    return replaying.run(readings, changes)


class Replay:
    """A replay that goes on: what comes next is judged by all that ran before.

    ids, in this order, are the campaigns that readings may be of; the others as of `replay`.
    """

    def __init__(
        self,
        ids: list[str],
        campaigns: pd.DataFrame,
        settings: DetectionSettings | None = None,
        *,
        as_sent: bool = False,
        shifts: Mapping[str, ThresholdShift] | None = None,
    ) -> None:
        self.ids, self._shifts = ids, shifts
        self._place = {name: number for number, name in enumerate(ids)}
        self._state = DetectorState(len(ids), settings or DetectionSettings())
        self._budget = AlertBudget(len(ids), self._state.settings) if as_sent else None
        _created(self._state, campaigns, self._place)

    def run(self, readings: pd.DataFrame, changes: pd.DataFrame) -> Iterator[tuple[str, Finding]]:
        """What is found in readings that are later than all before, and in the changes up to them."""
        for reading in readings_of(readings, self.ids, _changes(changes, self._place)):
            found = observe(self._state, reading, self._shifts)
            if self._budget is not None:
                found = self._budget.select(ranked(self._state, found))
            for one in found:
                yield self.ids[one.campaign] if one.campaign != ACCOUNT else ACCOUNT_ROW, one


def _ids(readings: pd.DataFrame, campaigns: pd.DataFrame) -> list[str]:
    """Campaigns in their own order, then those that only have readings, in the order of their first one."""
    known = dict.fromkeys(campaigns["campaign_id"].astype(str))
    return list(known | dict.fromkeys(readings.sort_values("ts", kind="stable")["campaign_id"].astype(str)))


def _created(state: DetectorState, campaigns: pd.DataFrame, place: dict[str, int]) -> None:
    if "created" not in campaigns:
        return
    for name, created in zip(campaigns["campaign_id"].astype(str), campaigns["created"], strict=True):
        if not pd.isna(created):
            state.campaigns.created[place[name]] = minutes(created)


def _changes(changes: pd.DataFrame, place: dict[str, int]) -> list[Change]:
    """The activity log, oldest first; lines about unknown campaigns or of unknown events are left out."""
    known: list[Change] = []
    ordered = changes.sort_values("ts", kind="stable")
    columns = (ordered[name].tolist() for name in ("ts", "campaign_id", "event", "old", "new"))
    for at, name, event, old, new in zip(*columns, strict=True):
        if str(name) in place and event in EVENTS:
            active = str(new).strip().upper() in ACTIVE
            known.append(Change(at.to_pydatetime(), place[str(name)], event, _number(old), _number(new), active))
    return known


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def readings_of(frame: pd.DataFrame, ids: list[str], changes: list[Change]) -> Iterator[Reading]:
    """One reading per instant; of two rows of one campaign, day and instant the one with more impressions counts."""
    frame = frame.sort_values(["ts", "campaign_id", "date", "impressions"], kind="stable")
    frame = frame.drop_duplicates(["ts", "campaign_id", "date"], keep="last")
    campaign = pd.Categorical(frame["campaign_id"].astype(str), categories=ids).codes.astype(np.int64)
    stamps = frame["ts"].to_numpy(dtype="datetime64[s]")
    day = frame["date"].to_numpy(dtype="datetime64[D]").astype(np.int64) + datetime(1970, 1, 1).toordinal()
    counters: Floats = frame[list(COUNTERS)].to_numpy(dtype=np.float64).T
    budget = np.nan_to_num(frame["daily_budget"].to_numpy(dtype=np.float64), posinf=0.0)
    edges = np.flatnonzero(np.diff(stamps)) + 1
    done = 0
    for begin, end in zip([0, *edges.tolist()], [*edges.tolist(), len(stamps)], strict=True):
        if begin == end:
            continue
        at = stamps[begin].item()
        due = done
        while due < len(changes) and changes[due].at <= at:
            due += 1
        yield Reading(
            at, campaign[begin:end], day[begin:end], counters[:, begin:end], budget[begin:end], tuple(changes[done:due])
        )
        done = due
