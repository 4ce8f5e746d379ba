"""The contract of the port Anomalies, for the fake of the tests and for PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectionResult, StoredDetectors
from fbads_pipeline_tests.support.fake_anomalies import FakeAnomalies, an_anomaly
from fbads_pipeline_tests.support.fakes import NOW

FIRST = StoredDetectors("1", b"first", NOW)
SECOND = StoredDetectors("1", b"second", NOW + timedelta(minutes=30))


@pytest.fixture(params=["fake", "postgres"])
def anomalies(request):
    return FakeAnomalies() if request.param == "fake" else PostgresAnomalies(request.getfixturevalue("migrated_engine"))


def save(anomalies, *events, before=None, detectors=FIRST):
    return anomalies.save("1", before, DetectionResult(detectors, events, 1), now=NOW)


def test_an_account_without_a_run_has_no_detectors_and_no_anomalies(anomalies):
    assert (anomalies.detectors("1"), anomalies.current()) == (None, [])
    assert anomalies.unannounced(now=NOW, digest_at=NOW.time()) == 0


def test_what_was_saved_is_read_again(anomalies):
    found = an_anomaly()
    assert save(anomalies, found) == 1
    assert anomalies.detectors("1") == FIRST
    assert anomalies.current() == [found]


def test_a_run_from_detectors_that_have_moved_on_writes_nothing(anomalies):
    save(anomalies)
    assert save(anomalies, before=FIRST, detectors=SECOND) == 0
    assert save(anomalies, an_anomaly(), before=FIRST, detectors=SECOND) == 0
    assert save(anomalies, an_anomaly()) == 0
    assert (anomalies.detectors("1"), anomalies.current()) == (SECOND, [])


def test_one_anomaly_is_open_per_campaign_and_metric(anomalies):
    save(anomalies, an_anomaly())
    again = replace(an_anomaly(), anomaly_id="another")
    assert save(anomalies, again, an_anomaly("8"), before=FIRST, detectors=SECOND) == 1
    assert [one.anomaly_id for one in anomalies.current()] == ["a-7", "a-8"]


def test_a_notice_is_over_at_once(anomalies):
    assert save(anomalies, an_anomaly(kind="fatigue", metric="ctr", resolution="notice")) == 1
    assert anomalies.current() == []


@pytest.mark.parametrize(("metric", "left"), [("spend", ["ctr"]), (None, [])])
def test_a_closure_ends_one_metric_or_all_of_a_campaign(anomalies, metric, left):
    save(anomalies, an_anomaly(), an_anomaly(anomaly_id="b", metric="ctr", kind="ctr_collapse"))
    closure = AnomalyClosure("7", metric, NOW, "recovered")
    assert save(anomalies, closure, before=FIRST, detectors=SECOND) == 2 - len(left)
    assert [one.metric for one in anomalies.current()] == left
