"""What counts different goals is never added: sums over the campaigns of one account that share a goal."""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats, Ints

_OF_THE_ACCOUNT = 0


def goal_numbers(campaigns: Sequence[str], goals: Mapping[str, str]) -> Ints:
    """A number per campaign (n,), the same for the same goal at every run; 0 for those without one of their own."""
    numbers = [crc32(goals[one].encode()) if one in goals else _OF_THE_ACCOUNT for one in campaigns]
    return np.array(numbers, dtype=np.int64)


def summed_by_goal(values: Floats, goal: Ints) -> Floats:
    """Return, at each campaign, the sum over those with its goal.

    Parameters
    ----------
    values
        Arrays that end in campaigns (…, n).
    goal
        Numbers of goals (n,).

    Examples
    --------
    >>> summed_by_goal(np.array([[1.0, 2.0, 5.0]]), np.array([0, 0, 7]))
    array([[3., 3., 5.]])
    """
    summed: Floats
    if goal.size == 0 or (goal == goal[0]).all():
        summed = np.broadcast_to(values.sum(axis=-1, keepdims=True), values.shape)
        return summed
    _, group = np.unique(goal, return_inverse=True)
    members = (group[:, None] == np.arange(group.max() + 1)).astype(float)
    summed = (values @ members)[..., group]
    return summed
