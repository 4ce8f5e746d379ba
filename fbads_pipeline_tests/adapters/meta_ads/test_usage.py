"""The usage headers: every entry of every header counts."""

import json

import pytest

from fbads_pipeline.adapters.meta_ads.usage import Pacer, Usage, read_usage


def test_the_fullest_quota_counts_wherever_it_stands():
    business = {
        "1": [
            {"type": "ads_insights", "call_count": 3, "total_time": 2},
            {"type": "ads_management", "total_cputime": 88},
        ],
        "2": [{"call_count": 10, "estimated_time_to_regain_access": 2}],
    }
    headers = {"x-app-usage": json.dumps({"call_count": 12}), "x-business-use-case-usage": json.dumps(business)}
    assert read_usage(headers) == Usage(88.0, 120.0)


def test_a_reset_time_counts_only_when_the_quota_is_full():
    assert read_usage({"x-ad-account-usage": '{"acc_id_util_pct": 40, "reset_time_duration": 900}'}).wait_seconds == 0
    assert (
        read_usage({"x-ad-account-usage": '{"acc_id_util_pct": 99.5, "reset_time_duration": 900}'}).wait_seconds == 900
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"1": 5}', '{"call_count": "x"}'])
def test_a_header_that_makes_no_sense_is_passed_over(text):
    assert read_usage({"x-app-usage": text, "x-business-use-case-usage": text}) == Usage(0.0, 0.0)


def test_calls_slow_down_before_the_limit_and_stop_at_it():
    pacer = Pacer()
    assert pacer.delay("1") == 0
    pacer.note("1", Usage(85.0))
    assert pacer.delay("1") == pytest.approx(1.0)
    pacer.note("1", Usage(97.0, 60.0))
    assert pacer.delay("2") == 0
    assert pacer.delay("1") == 60.0
    assert pacer.delay("1") == 0, "a told wait is waited once"
