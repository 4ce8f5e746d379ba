"""How far people's marks move an account's thresholds: by half a standard score at most, either way."""

from collections.abc import Collection, Mapping

from fbads_pipeline.domain.anomalies.findings import ThresholdShift

# Standard scores. A test of analysis: .4 to .6 of them change the false alerts by a factor of three to four, so that no
# run of marks can silence a detector or make it cry at everything.
MOST_SHIFT = 0.5
# Fewer marks move nothing; then the share of useful ones is held against the precision that the detectors promise.
LEAST_MARKS = 10
PROMISED_PRECISION = 0.9
_PRIOR_MARKS = 5.0
_SCORES_PER_SHARE = 1.5


def threshold_shift(marks: Collection[bool]) -> float:
    """What is added to the thresholds of one kind of anomaly in one account, within ± MOST_SHIFT.

    marks: of each marked anomaly whether it was useful. Above 0: fewer alerts, since too many were of no use. The share
    of useful ones is shrunk to the promised precision by five marks.

    >>> threshold_shift([True] * 9), threshold_shift([False] * 30), round(threshold_shift([True] * 30), 2)
    (0.0, 0.5, -0.13)
    """
    if len(marks) < LEAST_MARKS:
        return 0.0
    share = (sum(marks) + PROMISED_PRECISION * _PRIOR_MARKS) / (len(marks) + _PRIOR_MARKS)
    return min(max((PROMISED_PRECISION - share) * _SCORES_PER_SHARE, -MOST_SHIFT), MOST_SHIFT)


def shifts_of(marks: Mapping[str, Collection[bool]]) -> dict[str, ThresholdShift]:
    """Kind of anomaly → how far its threshold moves, to a tenth; kinds that it does not move are left out.

    >>> shifts_of({"ctr_collapse": [False] * 12, "cpa_jump": [True] * 9})
    {'ctr_collapse': ThresholdShift(shift=0.5, marks=12)}
    """
    shifts = {kind: ThresholdShift(round(threshold_shift(some), 1), len(some)) for kind, some in sorted(marks.items())}
    return {kind: one for kind, one in shifts.items() if one.shift}
