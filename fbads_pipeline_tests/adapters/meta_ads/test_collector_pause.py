"""The garbage collector pauses while answers are parsed, and works again afterwards."""

import gc

import pytest

from fbads_pipeline.adapters.meta_ads.collector_pause import CollectorPause


def test_the_collector_works_again_when_the_last_one_has_left():
    pause = CollectorPause()
    with pause:
        with pause:
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_ends_the_pause():
    pause = CollectorPause()
    with pytest.raises(ValueError, match="unreadable"), pause:
        raise ValueError("unreadable")
    assert gc.isenabled()


def test_a_collector_that_was_switched_off_stays_off():
    gc.disable()
    try:
        with CollectorPause():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
