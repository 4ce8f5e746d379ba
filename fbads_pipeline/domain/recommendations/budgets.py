"""Which daily budget a campaign had on which day: from what was read of it, and before that from Meta's change log."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.model.campaign_history import Floats

_ALWAYS = date(1990, 1, 1)


class BudgetState(NamedTuple):
    """What a campaign, or one of its ad sets, had from that account-local day on; daily_budget None: it has none."""

    object_id: str
    campaign_id: str
    day: date
    daily_budget: float | None
    is_active: bool


class BudgetEdit(NamedTuple):
    """An entry of the change log: until that account-local day the object's daily budget was old_budget."""

    object_id: str
    day: date
    old_budget: float


def daily_budgets(
    rows: pd.DataFrame, states: Sequence[BudgetState], edits: Sequence[BudgetEdit], *, has_log: bool
) -> Floats:
    """One daily budget per row of `rows` (columns campaign_id, date), in the unit of the states; NaN where unknown.

    A campaign has its own budget and those of its active ad sets. states and edits: oldest first. What was read first
    of an object holds for the days before it, less the edits of the log, where there is one (has_log); without a log
    nothing is known of the days before the account was first read.
    """
    if rows.empty or not states:
        return np.full(len(rows), np.nan)
    levels = _levels(_changes(states, edits, has_log=has_log))
    asked = pd.DataFrame({"campaign_id": rows["campaign_id"].to_numpy(), "day": _days(rows["date"])})
    asked = asked.assign(place=np.arange(len(asked))).sort_values("day")
    known = pd.merge_asof(asked, levels, on="day", by="campaign_id")
    found = np.full(len(rows), np.nan)
    found[known["place"].to_numpy()] = known["budget"].to_numpy(dtype=float)
    return np.where(found > 0, found, np.nan)


def _levels(changes: list[tuple[str, date, float]]) -> pd.DataFrame:
    """campaign_id, day, budget: what each campaign has from that day on, sorted by day."""
    frame = pd.DataFrame(changes, columns=["campaign_id", "day", "change"])
    frame = frame.assign(day=_days(frame["day"])).sort_values("day", kind="stable")
    budget = frame.groupby("campaign_id", sort=False)["change"].cumsum()
    frame = frame.assign(budget=budget).drop_duplicates(["campaign_id", "day"], keep="last")
    return frame[["campaign_id", "day", "budget"]]


def _changes(
    states: Sequence[BudgetState], edits: Sequence[BudgetEdit], *, has_log: bool
) -> list[tuple[str, date, float]]:
    """By how much each object changed its campaign's budget, and when; each object's in the order of time."""
    began = min(one.day for one in states)
    walked: dict[str, list[BudgetEdit]] = {}
    for edit in edits:
        walked.setdefault(edit.object_id, []).append(edit)
    changes: list[tuple[str, date, float]] = []
    amounts: dict[str, float] = {}
    for state in states:
        amount = _amount(state)
        if state.object_id not in amounts and has_log and state.day == began:
            # What was there from the start: back through the old values of its edits.
            since, before = _ALWAYS, 0.0
            for edit in (one for one in walked.get(state.object_id, ()) if one.day <= state.day):
                changes.append((state.campaign_id, since, edit.old_budget - before))
                since, before = edit.day, edit.old_budget
            changes.append((state.campaign_id, since, amount - before))
        else:
            changes.append((state.campaign_id, state.day, amount - amounts.get(state.object_id, 0.0)))
        amounts[state.object_id] = amount
    return changes


def _amount(state: BudgetState) -> float:
    """A campaign's own budget counts whatever its status, that of an ad set only while it is active."""
    counts = state.object_id == state.campaign_id or state.is_active
    return float(state.daily_budget) if counts and state.daily_budget else 0.0


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).astype("datetime64[ns]")
