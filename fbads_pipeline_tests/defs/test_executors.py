"""Where steps are executed follows a setting, and whoever does not use Celery does not import it."""

import ast
import re

import dagster as dg
import pytest

from fbads_pipeline.bootstrap.core import process_settings
from fbads_pipeline.definitions import defs
from fbads_pipeline.defs.shared import executors
from fbads_pipeline.settings import SettingsError, load_settings
from fbads_pipeline_tests.support.paths import ROOT

CELERY = {"FBADS_EXECUTOR": "celery", "FBADS_CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}


@pytest.fixture
def use(monkeypatch):
    """Sets variables, and forgets the settings that this process has read."""

    def set_them(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        process_settings.cache_clear()

    yield set_them
    process_settings.cache_clear()


def test_collecting_follows_the_setting_and_the_rest_stays_in_its_process(use):
    use()
    assert defs.resolve_job_def("collect_and_model").executor_def is executors.run_executor
    assert defs.executor is executors.run_executor, "of a backfill and of what somebody materializes in the UI"
    assert defs.resolve_job_def("detect").executor_def is dg.in_process_executor
    assert executors.run_executor.get_requirements({}) == [] and executors.is_one_process()
    use(**CELERY)
    assert executors.run_executor.get_requirements({}) == dg.multiple_process_executor_requirements()
    assert not executors.is_one_process(), "a worker keeps no checker waiting that another worker will start for itself"


def test_shards_are_one_per_process_that_executes_steps_unless_they_are_set(use, monkeypatch):
    use()
    assert [executors.count_shards(asked) for asked in (None, 7)] == [1, 7]
    use(**CELERY)
    from fbads_pipeline.adapters.celery import executor

    monkeypatch.setattr(executor, "count_worker_processes", lambda settings: 3)
    assert [executors.count_shards(asked) for asked in (None, 7)] == [3, 7]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"FBADS_EXECUTOR": "celery"}, "FBADS_CELERY_BROKER_URL is not usable: it has to name a Redis"),
        ({**CELERY, "FBADS_CELERY_BROKER_URL": "amqp://guest@h"}, "redis://host:6379/0"),
        ({**CELERY, "FBADS_CELERY_RESULT_URL": "http://h"}, "FBADS_CELERY_RESULT_URL is not usable"),
        ({**CELERY, "FBADS_CELERY_BROKER_URL": "redis://queue:6379/0"}, "queue is another machine"),
        ({**CELERY, "FBADS_CELERY_RESULT_URL": "redis://queue:6379/0"}, "queue is another machine"),
        ({"FBADS_EXECUTOR": "dask"}, "FBADS_EXECUTOR"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(use, values, said):
    use(**values)
    with pytest.raises(SettingsError, match=re.escape(said)) as wrong:
        load_settings()
    assert "guest" not in str(wrong.value)


def test_only_the_folder_of_celery_imports_it_while_it_is_loaded():
    package, wrong = ROOT / "fbads_pipeline", []
    for path in package.rglob("*.py"):
        if "celery" in path.relative_to(package).parts:
            continue
        for node in ast.parse(path.read_text()).body:
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{path}: {name}" for name in names if re.search(r"celery|kombu", name)]
    assert wrong == []
