"""The one door through which Dagster enters."""

import dagster as dg

from fbads_pipeline.defs.collect import assets as collect
from fbads_pipeline.defs.collect import checks as collect_checks
from fbads_pipeline.defs.collect import schedule as collect_schedule
from fbads_pipeline.defs.model import assets as model
from fbads_pipeline.defs.resources import resources

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([collect, model]),
    asset_checks=dg.load_asset_checks_from_modules([collect_checks]),
    jobs=[collect_schedule.collect_and_model],
    schedules=[collect_schedule.every_half_hour],
    resources=resources(),
    executor=dg.in_process_executor,
)
