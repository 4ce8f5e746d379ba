"""Which of several findings first: one pooled IsolationForest over the scores of all families.

It ranks, it does not detect: as a detector it found a quarter of what the tests find. It weighs what no single test
sees, that several metrics moved together.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats

SEED = 7
_LEAST = 200


def rarity(usual: Floats, now: Floats) -> Floats:
    """How unusual each row of scores is (rows,), higher is rarer; NaN counts as zero, nothing seen.

    usual: (samples, families) of past readings, at least 200, else every row gets its largest |score|.
    """
    rows = np.nan_to_num(now)
    if len(usual) < _LEAST:
        largest: Floats = np.abs(rows).max(axis=1)
        return largest
    from sklearn.ensemble import IsolationForest  # type: ignore[import-untyped, unused-ignore]

    forest = IsolationForest(n_estimators=100, max_samples=256, random_state=SEED, n_jobs=1)
    forest.fit(np.nan_to_num(usual))
    rare: Floats = -forest.score_samples(rows)
    return rare
