"""Which of several findings comes first: one pooled IsolationForest over the scores of all metrics.

It ranks, it does not detect: as a detector it found a quarter of what the tests find. It weighs what no single test
sees, that several metrics moved together.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats

SEED = 7
_LEAST_ROWS = 200
# The sizes of Liu, Ting and Zhou (2008).
_TREES, _ROWS_PER_TREE = 100, 256


def rarity(usual: Floats, now: Floats) -> Floats:
    """Return how unusual each row of scores is.

    Parameters
    ----------
    usual
        Scores of past readings (samples, metrics).
    now
        Scores to rank (rows, metrics); NaN counts as 0.

    Returns
    -------
    ndarray of shape (rows,)
        Higher is rarer: the forest's anomaly score, or the largest |score| where there are fewer than 200 samples.

    References
    ----------
    Liu, F. T., Ting, K. M. and Zhou, Z.-H. (2008). Isolation forest. ICDM, 413–422.

    Examples
    --------
    >>> rarity(np.empty((0, 4)), np.array([[0.0, -4.5, np.nan, 1.0]]))
    array([4.5])
    """
    rows = np.nan_to_num(now)
    if len(usual) < _LEAST_ROWS:
        largest: Floats = np.abs(rows).max(axis=1)
        return largest
    # sklearn takes longer to load than a reading takes.
    from sklearn.ensemble import IsolationForest  # type: ignore[import-untyped, unused-ignore]

    forest = IsolationForest(n_estimators=_TREES, max_samples=_ROWS_PER_TREE, random_state=SEED, n_jobs=1)
    forest.fit(np.nan_to_num(usual))
    rare: Floats = -forest.score_samples(rows)
    return rare
