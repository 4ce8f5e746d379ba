"""Each gate between what was not said and what is decided from it, opened: the assertion that guards it turns red."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from fbads_pipeline.domain.alerts import rules
from fbads_pipeline.domain.anomalies.daily import day_grid
from fbads_pipeline.domain.metrics import states
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.recommendations.model import assessability
from fbads_pipeline.domain.scoring import scores
from fbads_pipeline.services.reports import build_report
from fbads_pipeline_tests.domain.alerts import test_rules
from fbads_pipeline_tests.domain.anomalies.daily import test_day_detection
from fbads_pipeline_tests.domain.metrics import test_states
from fbads_pipeline_tests.domain.recommendations import test_withheld
from fbads_pipeline_tests.domain.scoring import test_scores
from fbads_pipeline_tests.services.reports import test_unreported
from fbads_pipeline_tests.support.daily_figures import calm_days


@dataclass(frozen=True)
class Gate:
    """of, name: what is replaced by `opened`; guard: the test that fails then."""

    of: object
    name: str
    opened: object
    guard: Callable[[], None]


def every_campaign(history):
    return np.ones(history.size, dtype=bool)


def unread_days_as_zero(account, place, is_read):
    return np.nan_to_num(_figures(account, place, is_read))


def every_day_as_a_whole_one(day, read_at, zone):
    return 24.0 if read_at is None else _hours(day, read_at, zone)


def always_compared(self, account, period, coverage, earlier, template=None):
    return self.facts.figures(
        account.account_id, period.before, self._metrics(template or build_report.DEFAULT_TEMPLATE)
    )


_figures, _hours = day_grid._figures, day_grid._hours
_NO_GAPS = test_unreported.TestDaysThatWereNotRead()
GATES = {
    "no score over days that were not read": Gate(
        scores, "is_assessable", lambda today, unread: True,
        partial(test_scores.test_an_account_with_days_that_were_not_read_has_no_scores_and_says_so, (2,), "not read"),
    ),
    "no score of a sum that was not reported": Gate(
        scores, "is_reported", every_campaign,
        test_scores.test_a_campaign_whose_conversions_were_not_reported_on_a_day_has_no_score_and_says_so,
    ),
    "no suggestion from a sum that was not reported": Gate(
        assessability, "is_reported", every_campaign,
        partial(
            test_withheld.test_one_day_of_the_window_whose_conversions_were_not_reported_withholds_the_campaign_alone,
            1, "not reported",
        ),
    ),
    "no alert of a rule over days that were not read": Gate(
        rules, "obstacle", lambda rule, reading: None,
        partial(
            test_rules.test_a_threshold_is_crossed_only_where_the_figure_is_defined_meant_and_guarded,
            {}, {"unread_days": 1}, False,
        ),
    ),
    "no anomaly on a day that was not read": Gate(
        day_grid, "_hours", every_day_as_a_whole_one,
        lambda: test_day_detection.test_a_day_that_was_not_read_is_neither_a_stop_nor_a_break(calm_days(), 0),
    ),
    "no anomaly from conversions that were not reported": Gate(
        day_grid, "_figures", unread_days_as_zero,
        lambda: test_day_detection.test_conversions_that_were_not_reported_are_no_break(calm_days()),
    ),
    "no comparison of a report with gaps": Gate(
        build_report.ReportBuilder, "_before", always_compared,
        _NO_GAPS.test_a_period_with_gaps_says_which_days_and_compares_with_nothing,
    ),
    "no comparison with a period with gaps": Gate(
        build_report.ReportBuilder, "_before", always_compared,
        _NO_GAPS.test_a_gap_of_the_period_before_takes_the_comparison_alone,
    ),
    "no all-clear over days that were not read": Gate(
        Coverage, "is_complete", property(lambda coverage: True), _NO_GAPS.test_no_anomaly_is_no_all_clear,
    ),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES)
def test_with_the_gate_open_its_guard_turns_red(monkeypatch, gate):
    GATES[gate].guard()
    monkeypatch.setattr(GATES[gate].of, GATES[gate].name, GATES[gate].opened)
    with pytest.raises(AssertionError):
        GATES[gate].guard()


@pytest.mark.parametrize(("figure", "is_read"), [("spend", False), ("purchases", True)])
def test_a_figure_without_a_value_taken_for_zero_is_noticed(monkeypatch, figure, is_read):
    row = dict.fromkeys(test_states.METRICS) if is_read else None

    def guard():
        assert states.known_figure(test_states.METRICS[figure], row, is_read=is_read)[0] is None

    guard()
    monkeypatch.setattr(states, "known_figure", lambda metric, row, is_read: (0, "measured"))
    with pytest.raises(AssertionError):
        guard()
