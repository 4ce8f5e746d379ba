"""How Celery carries steps over Redis: one configuration for whoever hands steps out and whoever works on them."""

from typing import Any

from fbads_pipeline.settings import Settings, SettingsError

QUEUE = "dagster"
# A step belongs to its worker for that long, and the worker renews it while it lives: a step may take hours, and one
# whose worker was killed is handed to another within two minutes (docs/decisions/operations/0913).
LEASE_SECONDS = 120
RENEWED_SECONDS = 20
SWEPT_SECONDS = 10
_A_DAY = 24 * 3600


def broker_url(settings: Settings) -> str:
    """Redis that steps wait in; raises SettingsError where none is named."""
    if settings.celery_broker_url is None:
        raise SettingsError("FBADS_EXECUTOR is celery: set FBADS_CELERY_BROKER_URL, as redis://redis:6379/0")
    return settings.celery_broker_url.get_secret_value()


def result_url(settings: Settings) -> str:
    """Redis that keeps what came out of steps; the broker's where no other is named."""
    named = settings.celery_result_url
    return broker_url(settings) if named is None else named.get_secret_value()


def celery_configuration() -> dict[str, Any]:
    """Celery's settings (its lower-case names) under which no step is lost.

    A step is acknowledged when it has ended, not when it begins; a worker takes one step per process and none ahead; a
    step whose process or worker was killed is handed out again. So a step may run twice, which all of ours bear: what
    they write is decided by the rows that are there. A Redis that is away is waited for, five minutes at most.
    """
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        # A step that goes on while Redis is away counts once it is back; handed out meanwhile, it is not done again.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_deduplicate_successful_tasks": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": LEASE_SECONDS,
            "unacked_restore_interval": SWEPT_SECONDS,
            "unacked_restore_throttle": 1,
            "socket_keepalive": True,
        },
        # Whoever hands out a step or waits for one outlives a Redis that restarts.
        "task_publish_retry_policy": {"max_retries": 150, "interval_start": 0, "interval_step": 0.5, "interval_max": 2},
        "result_backend_always_retry": True,
        "result_backend_max_retries": 150,
        "result_backend_max_sleep_between_retries_ms": 2000,
        "redis_socket_keepalive": True,
        "result_expires": _A_DAY,
        "task_default_queue": QUEUE,
        "task_default_priority": 5,
        "task_send_sent_event": True,
        "worker_send_task_events": True,
        "worker_hijack_root_logger": False,
        # A process of many steps gives its memory back; a new one has everything imported already.
        "worker_max_tasks_per_child": 100,
    }
