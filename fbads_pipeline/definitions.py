"""What Dagster loads: whatever the folders of `defs` declare in assets, checks, jobs, schedules and sensors."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import dagster as dg

from fbads_pipeline import defs as declared
from fbads_pipeline.adapters.garbage_collection import collect_garbage_rarely
from fbads_pipeline.adapters.logs import set_up_logs
from fbads_pipeline.defs.resources import resources
from fbads_pipeline.defs.shared.code_server import adapt_code_server
from fbads_pipeline.defs.shared.executors import run_executor

set_up_logs()
collect_garbage_rarely()  # in runs that Dagster starts, too
adapt_code_server()

_FILES = ("assets", "checks", "jobs", "schedules", "sensors")
_ASSET_JOB = type(dg.define_asset_job("of_this_class"))
_NAMES = sorted(one.name for one in walk_packages(declared.__path__, f"{declared.__name__}."))
_MODULES = [import_module(name) for name in _NAMES if name.rpartition(".")[2] in _FILES]


def _found(kind: type[Any]) -> list[Any]:
    """The objects of that class that the modules name, each once."""
    found = (value for module in _MODULES for value in vars(module).values() if isinstance(value, kind))
    return list({id(one): one for one in found}.values())


# One process per run: a second one costs seconds, and the collector shares its connections among accounts.
defs = dg.Definitions(
    assets=dg.load_assets_from_modules(_MODULES),
    asset_checks=dg.load_asset_checks_from_modules(_MODULES),
    jobs=_found(_ASSET_JOB),
    schedules=_found(dg.ScheduleDefinition),
    sensors=_found(dg.SensorDefinition),
    resources=resources(),
    executor=run_executor,
)
