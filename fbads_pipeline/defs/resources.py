"""Dagster's resources: names for the objects that `bootstrap` makes. None is opened before a run or a tick needs it."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from fbads_pipeline.bootstrap import (
    alerts,
    anomalies,
    calendar,
    clients,
    collection,
    delivery,
    health,
    identity,
    metrics,
    recommendations,
    reports,
    scoring,
)
from fbads_pipeline.bootstrap.core import clock, process_database, process_settings
from fbads_pipeline.services.collection.sync_ads import Progress


def resources() -> dict[str, dg.ResourceDefinition]:
    """Resource key → resource."""
    settings, database = process_settings, process_database
    return {
        "settings": _resource(settings, "The settings of the environment."),
        "clock": _resource(lambda: clock(settings()), "Now, or the fixed instant of FBADS_NOW."),
        "database": _resource(database, "The PostgreSQL of this home."),
        "progress": _resource(_no_progress, "Called after each finished step; does nothing unless a command shows it."),
        "ads": _resource(lambda: collection.ads_api(settings(), database()), "The Marketing API, read."),
        "tokens": _resource(lambda: collection.token_store(settings(), database()), "The tokens and their checks."),
        "raw": _resource(lambda: collection.raw_store(database()), "The schema raw."),
        "collect_requests": _resource(
            lambda: collection.collect_requests(database()), "Collecting runs that somebody has requested."
        ),
        "dbt": _resource(lambda: metrics.dbt(settings(), database()), "dbt against that PostgreSQL."),
        "marts": _resource(lambda: metrics.marts(database()), "The schema marts, read through the metric catalogue."),
        "anomalies": _resource(lambda: anomalies.anomaly_store(database()), "What the detectors read and write."),
        "performance": _resource(
            lambda: scoring.performance_store(database()), "What scores and proposals are computed from, and results."
        ),
        "targets": _resource(
            lambda: clients.campaign_targets(settings(), database()), "What each campaign is assessed by."
        ),
        "taxes": _resource(lambda: clients.tax_store(settings(), database()), "The tax of each account and day."),
        "target_store": _resource(lambda: clients.target_store(database()), "The targets that people set."),
        "budget_alerts": _resource(
            lambda: clients.budget_alerts(settings(), database()), "Budgets that the month will burst or miss."
        ),
        "decisions": _resource(lambda: recommendations.review_store(database()), "What the review reads and writes."),
        "approved_changes": _resource(
            lambda: recommendations.approved_changes(database()), "Accepted suggestions on their way to Meta."
        ),
        "writer": _resource(
            lambda: recommendations.ads_writer(settings(), database()),
            "The Marketing API, written. Nothing uses it unless FBADS_APPLY_DECISIONS says so.",
        ),
        "rules": _resource(lambda: alerts.rule_store(database()), "Users' own rules over the marts."),
        "outbox": _resource(lambda: alerts.outbox(database()), "Messages that wait to be sent."),
        "channels": _resource(lambda: alerts.channels(settings()), "Name → channel that is set up."),
        "recipients": _resource(
            lambda: alerts.recipients(settings(), database()), "Who receives alerts and reports, and on which channel."
        ),
        "incidents": _resource(lambda: health.incident_store(database()), "What needs a person."),
        "retention": _resource(
            lambda: identity.retention(database()), "What is kept of persons, until its time is over."
        ),
        "records": _resource(lambda: health.records(database()), "What is kept of runs and readings."),
        "run_folders": _resource(lambda: health.run_folders(settings()), "What Dagster's runs leave on the disk."),
        "delivery": _resource(lambda: delivery.delivery_problems(database()), "What keeps ads from delivering."),
        "creatives": _resource(lambda: delivery.creative_store(database()), "Creatives and their pictures."),
        "landing_pages": _resource(delivery.landing_pages, "Landing pages of the public internet."),
        "links": _resource(lambda: delivery.link_store(database()), "Links of active ads, and how they were found."),
        "pictures": _resource(lambda: delivery.picture_fetcher(settings()), "Pictures from Meta's addresses."),
        "calendar_events": _resource(lambda: calendar.calendar_events(settings(), database()), "The stored events."),
        "report_service": _resource(lambda: reports.report_service(settings(), database()), "Makes reports."),
    }


def _resource(make: Callable[[], Any], description: str) -> dg.ResourceDefinition:
    return dg.ResourceDefinition(lambda _: make(), description=description)


def _no_progress() -> Progress:
    return lambda name, done, total: None
