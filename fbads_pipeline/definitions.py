"""The one door through which Dagster enters."""

import dagster as dg

from fbads_pipeline.adapters.logs import set_up_logs
from fbads_pipeline.defs.analyse import anomalies as analyse_anomalies
from fbads_pipeline.defs.analyse import assets as analyse
from fbads_pipeline.defs.analyse import checks as analyse_checks
from fbads_pipeline.defs.analyse import learning as analyse_learning
from fbads_pipeline.defs.analyse import scores as analyse_scores
from fbads_pipeline.defs.analyse import sensor as analyse_sensor
from fbads_pipeline.defs.calendar import assets as calendar
from fbads_pipeline.defs.calendar import schedule as calendar_schedule
from fbads_pipeline.defs.collect import assets as collect
from fbads_pipeline.defs.collect import checks as collect_checks
from fbads_pipeline.defs.collect import requested as collect_requested
from fbads_pipeline.defs.collect import schedule as collect_schedule
from fbads_pipeline.defs.collect import tokens as collect_tokens
from fbads_pipeline.defs.notify import applying as applying
from fbads_pipeline.defs.notify import checks as tell_checks
from fbads_pipeline.defs.notify import incidents as announce_incidents
from fbads_pipeline.defs.notify import ops as tell
from fbads_pipeline.defs.notify import rules as tell_rules
from fbads_pipeline.defs.notify import sensor as tell_sensor
from fbads_pipeline.defs.report import assets as report
from fbads_pipeline.defs.report import schedule as report_schedule
from fbads_pipeline.defs.resources import resources
from fbads_pipeline.defs.transform import assets as model

set_up_logs()

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(
        [
            calendar,
            collect,
            collect_tokens,
            model,
            analyse,
            analyse_anomalies,
            analyse_scores,
            analyse_learning,
            tell,
            applying,
            tell_rules,
            announce_incidents,
            report,
        ]
    ),
    asset_checks=dg.load_asset_checks_from_modules(
        [
            collect_checks,
            collect_tokens,
            analyse_checks,
            analyse_anomalies,
            analyse_scores,
            analyse_learning,
            tell_checks,
            tell_rules,
        ]
    ),
    jobs=[
        collect_schedule.collect_and_model,
        analyse_sensor.review,
        analyse_anomalies.detect_job,
        analyse_learning.learn_job,
        tell_sensor.dispatch_job,
        collect_tokens.token_job,
        announce_incidents.incidents_job,
        calendar_schedule.calendar_job,
        report_schedule.reports_job,
        applying.apply_job,
    ],
    schedules=[
        collect_schedule.every_half_hour,
        collect_tokens.every_day,
        calendar_schedule.calendars_daily,
        analyse_learning.every_night,
        report_schedule.every_hour,
    ],
    sensors=[
        analyse_sensor.marts_refreshed,
        analyse_anomalies.readings_unjudged,
        collect_requested.collect_requested,
        tell_sensor.messages_due,
        applying.decisions_waiting,
        announce_incidents.incidents_due,
        announce_incidents.runs_failed,
        announce_incidents.runs_recovered,
        calendar_schedule.calendars_unread,
    ],
    resources=resources(),
    executor=dg.in_process_executor,
)
