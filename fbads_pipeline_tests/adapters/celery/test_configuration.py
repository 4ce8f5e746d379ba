"""What keeps steps from being lost stands in one configuration, for those who hand them out and who execute them."""

from types import SimpleNamespace

import pytest
from celery import Celery
from celery.worker import state

from fbads_pipeline.adapters.celery import configuration, executor, worker
from fbads_pipeline.settings import load_settings

BROKER = "redis://:secret@127.0.0.1:1/4"


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.setenv("FBADS_EXECUTOR", "celery")
    monkeypatch.setenv("FBADS_CELERY_BROKER_URL", BROKER)
    return load_settings()


def test_no_step_is_lost_by_what_celery_is_told():
    made = configuration.celery_configuration()
    assert made["task_acks_late"] and made["task_reject_on_worker_lost"]
    assert made["worker_prefetch_multiplier"] == 1
    transport = made["broker_transport_options"]
    assert transport["visibility_timeout"] == configuration.LEASE_SECONDS
    assert transport["unacked_restore_interval"] * transport["unacked_restore_throttle"] <= 10
    assert made["result_backend_always_retry"] and made["worker_deduplicate_successful_tasks"]
    assert made["result_backend_max_retries"] * made["result_backend_max_sleep_between_retries_ms"] >= 300_000
    assert not made["worker_cancel_long_running_tasks_on_connection_loss"]
    # A worker whose machine is busy may miss some renewals before its steps are given to another.
    assert configuration.RENEWED_SECONDS * 4 <= configuration.LEASE_SECONDS


def test_workers_and_executor_have_the_same_configuration(settings):
    handed_out = executor.celery_executor(settings).app_args()
    executed = executor.celery_app(settings)
    for name, value in configuration.celery_configuration().items():
        assert handed_out["config_source"].__dict__[name] == value, name
        assert getattr(executed.conf, name) == value, name
    assert handed_out["broker"] == executed.conf.broker_url == BROKER
    assert handed_out["backend"] == executed.conf.result_backend == BROKER
    assert "execute_plan" in executed.tasks


def test_results_may_lie_elsewhere(settings, monkeypatch):
    monkeypatch.setenv("FBADS_CELERY_RESULT_URL", "redis://127.0.0.1:1/5")
    assert configuration.result_url(load_settings()) == "redis://127.0.0.1:1/5"
    assert configuration.broker_url(load_settings()) == BROKER


class Redis:
    """Stands for a channel of kombu and its connection: the scores by which others see that a step is still held."""

    def __init__(self, held):
        self.unacked_index_key, self.scores, self.pings = "unacked_index", dict.fromkeys(held, 1.0), 0

    def conn_or_acquire(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def ping(self):
        self.pings += 1

    def zadd(self, key, scores, xx):
        assert key == self.unacked_index_key and xx
        self.scores |= {tag: score for tag, score in scores.items() if tag in self.scores}


class Request:
    def __init__(self, tag):
        self.message = SimpleNamespace(delivery_tag=tag)


def test_a_worker_holds_what_it_has_and_takes_nothing_back(monkeypatch, tmp_path):
    mine, lost = Request("mine"), Request("given to another")
    monkeypatch.setattr(state, "reserved_requests", {mine, lost})
    redis = Redis(["mine", "another's"])
    consumer = SimpleNamespace(task_consumer=SimpleNamespace(channel=redis))
    alive = tmp_path / "alive"
    assert worker.renew_leases(consumer, alive) == 2
    assert (
        redis.scores["mine"] > 1e9 and redis.scores["another's"] == 1.0 and set(redis.scores) == {"mine", "another's"}
    )
    assert alive.exists() and redis.pings == 0
    monkeypatch.setattr(state, "reserved_requests", set())
    worker.renew_leases(consumer, None)
    assert redis.pings == 1, "a worker without steps shows that it reaches Redis"


def test_a_worker_renews_from_its_start_to_its_stop(monkeypatch):
    renewed, timers = [], []

    class Timer:
        def call_repeatedly(self, seconds, function, arguments):
            timers.append((seconds, function, arguments))
            return SimpleNamespace(cancel=timers.clear)

    monkeypatch.setattr(worker, "renew_leases", lambda *arguments: renewed.append(arguments))
    consumer = SimpleNamespace(timer=Timer())
    step = worker.LeaseRenewal(consumer)
    step.start(consumer)
    assert len(renewed) == 1 and timers[0][0] == configuration.RENEWED_SECONDS
    step.stop(consumer)
    assert timers == []


def test_the_worker_that_is_served_renews(monkeypatch):
    app, served = Celery("of the test"), []
    monkeypatch.setattr(
        app, "Worker", lambda **options: SimpleNamespace(start=lambda: served.append(options), exitcode=None)
    )
    assert worker.serve_steps(app, processes=3, name="one@here") == 0
    assert worker.LeaseRenewal in app.steps["consumer"]
    assert served[0]["concurrency"] == 3 and served[0]["queues"] == ["dagster"] and served[0]["pool"] == "prefork"
