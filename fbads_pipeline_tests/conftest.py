"""Fixtures of every folder; no test sees the settings of the machine it runs on."""

import gc
import os
from collections.abc import Iterator

import hypothesis
import pytest

# Collecting and each parse of dbt make millions of objects: looking through them was a tenth of the processor's time.
gc.set_threshold(1_000_000, 10, 50)

# How fast an example is made or tried depends on what else the machine does, and says nothing of the code.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

pytest_plugins = [
    "fbads_pipeline_tests.support.postgres_fixture",
    "fbads_pipeline_tests.support.graded_world",
    "fbads_pipeline_tests.support.declared_reads",
    "fbads_pipeline_tests.support.redis_server",
    "fbads_pipeline_tests.support.stored_home",
]


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take every FBADS_ and DAGSTER_HOME variable away."""
    for name in os.environ:
        if name.startswith("FBADS_") or name == "DAGSTER_HOME":
            monkeypatch.delenv(name)
    yield
