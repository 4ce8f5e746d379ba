"""A state that was stored goes on as if it had never been, also when the account has grown."""

import numpy as np

from fbads_pipeline.domain.anomalies.detection import observe
from fbads_pipeline.domain.anomalies.replay import readings_of
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.arrays import as_arrays, from_arrays
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline_tests.support.detection_figures import calm_readings


def test_a_stored_state_goes_on_where_it_was():
    readings = list(readings_of(calm_readings(days=7), ["c0", "c1", "c2"], []))
    state = DetectorState(3, DetectionSettings())
    for reading in readings[:-20]:
        observe(state, reading)
    stored = {name: array.copy() for name, array in as_arrays(state).items()}
    again, grown = (from_arrays(stored, DetectionSettings(), n) for n in (3, 5))
    for reading in readings[-20:]:
        for one in (state, again, grown):
            observe(one, reading)
    expected = as_arrays(state)
    assert len(expected) > 40
    for name, array in as_arrays(again).items():
        assert np.array_equal(array, expected[name]), name
    assert np.allclose(grown.spend.level[:3], state.spend.level)
    assert grown.spend.baseline_days[3:].tolist() == [0.0, 0.0]
    assert state.spend.baseline_days.min() > 2
