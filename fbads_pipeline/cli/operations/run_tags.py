"""Run tags of the jobs that a sensor launches, so that `fbads run` records what the sensor would have recorded."""

from collections.abc import Callable

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.alerts import channels, outbox
from fbads_pipeline.bootstrap.anomalies import anomaly_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.delivery import delivery_problems
from fbads_pipeline.bootstrap.health import incident_store
from fbads_pipeline.bootstrap.metrics import marts
from fbads_pipeline.bootstrap.recommendations import approved_changes, review_store
from fbads_pipeline.defs.analyse.jobs import detect_tags, review_tags
from fbads_pipeline.defs.apply.jobs import apply_tags
from fbads_pipeline.defs.maintenance.jobs import incident_tags
from fbads_pipeline.defs.maintenance.policy import watch_policy
from fbads_pipeline.defs.notify.jobs import due_messages
from fbads_pipeline.services.delivery.watch_delivery import pending_delivery
from fbads_pipeline.services.health.watch_incidents import pending_changes
from fbads_pipeline.settings import Settings


def run_tags(job: str, settings: Settings, database: Database) -> dict[str, str]:
    """Tags of a run of that job of Dagster, from what is stored now; none for a job that a schedule launches."""
    make = _TAGS.get(job)
    return make(settings, database) if make else {}


def _review(settings: Settings, database: Database) -> dict[str, str]:
    return review_tags(marts(database).version())


def _detect(settings: Settings, database: Database) -> dict[str, str]:
    return detect_tags(anomaly_store(database).accounts_behind(now=clock(settings).now()))


def _dispatch(settings: Settings, database: Database) -> dict[str, str]:
    return due_messages(
        review_store(database),
        anomaly_store(database),
        outbox(database),
        clock(settings),
        channels=channels(settings),
        digest_at=settings.digest_at,
    ).as_tags()


def _incidents(settings: Settings, database: Database) -> dict[str, str]:
    waiting = pending_changes(incident_store(database), clock(settings), watch_policy(settings))
    return incident_tags(waiting + pending_delivery(delivery_problems(database), clock(settings)))


def _apply(settings: Settings, database: Database) -> dict[str, str]:
    return apply_tags(len(approved_changes(database).waiting(now=clock(settings).now())))


_TAGS: dict[str, Callable[[Settings, Database], dict[str, str]]] = {
    "review": _review,
    "detect": _detect,
    "dispatch": _dispatch,
    "announce_incidents": _incidents,
    "apply": _apply,
}
