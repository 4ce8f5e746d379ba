"""Dagster over the storage that dagster.yaml names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from fbads_pipeline.bootstrap.dagster_storage import HomeDagsterStorage


@contextmanager
def stored_instance(**options: Any) -> Iterator[dg.DagsterInstance]:
    """In the database that the environment names for Dagster. options: as `dg.instance_for_test` takes them."""
    storage = {"module": HomeDagsterStorage.__module__, "class": HomeDagsterStorage.__name__}
    with dg.instance_for_test(overrides={"storage": {"custom": storage}}, **options) as made:
        yield made
