"""Great Expectations on the raw rows that one run read, evaluated inside PostgreSQL.

Importing Great Expectations costs seconds and 200 MB, so it is imported in a subprocess that ends with the results;
who knows that there will be something to check prepares it, and it imports while the run collects. Ticks do without:
see `raw_rows_sql`.
Rows never leave the server, so a first load of hundreds of thousands costs no more memory than a tick.
"""

import atexit
import json
import math
import os
import subprocess
import sys
import threading
import warnings
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.quality.expectations import (
    EXPECTATIONS,
    ExpectationResult,
    RawRowExpectation,
    expectations_by_table,
    require_run_id,
)

_LONGEST_SECONDS = 900
# At most one, started and not asked yet.
_PREPARED: "list[subprocess.Popen[str]]" = []
_LOCK = threading.Lock()


def check_raw_rows(database: sa.Engine, run_id: str) -> list[ExpectationResult]:
    """One result per expectation on the rows that the run read, in the order of EXPECTATIONS.

    An expectation that cannot be evaluated has not passed; `error` is the reason. Raises ValueError for a text that
    is not a run id.
    """
    require_run_id(run_id)
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _evaluate(database, run_id)


def prepare_subprocess() -> None:
    """Start what the next `check_raw_rows_in_subprocess` will ask. Not asked, it ends with this process."""
    with _LOCK:
        if not _PREPARED:
            _PREPARED.append(_started())


def check_raw_rows_in_subprocess(database: sa.Engine, run_id: str) -> list[ExpectationResult]:
    """The results of `check_raw_rows`; raises RuntimeError with the last line of the subprocess where that fails."""
    request = json.dumps({"url": database.url.render_as_string(hide_password=False), "run_id": run_id})
    with _LOCK:
        process = _PREPARED.pop() if _PREPARED else _started()
    try:
        printed, said = process.communicate(request, timeout=_LONGEST_SECONDS)
    finally:
        _end(process)
    if process.returncode:
        raise RuntimeError((said.strip().splitlines() or ["the subprocess failed"])[-1])
    results = json.loads(printed.splitlines()[-1])
    return [ExpectationResult(one, **result) for one, result in zip(EXPECTATIONS, results, strict=True)]


def _started() -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", __name__], stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _end(process: "subprocess.Popen[str]") -> None:
    """Nothing of it is left, whatever it does."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@atexit.register
def _end_unused() -> None:
    for process in _PREPARED:
        _end(process)


def _run_as_subprocess() -> None:
    """Reads the request from stdin, none where nobody asks any more; prints the results as the last line of stdout."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _import_when_used("scipy.stats")
        # Great Expectations (seconds) is heavy: imported while the run collects.
        import_module("great_expectations")
    asked = sys.stdin.read()
    if not asked:
        return
    request = json.loads(asked)
    results = check_raw_rows(sa.create_engine(request["url"]), request["run_id"])
    print(json.dumps([{key: value for key, value in vars(one).items() if key != "expectation"} for one in results]))


def _import_when_used(name: str) -> None:
    """Great Expectations imports it (a quarter of its time) for expectations that nobody here has."""
    spec = find_spec(name)
    if spec is None or spec.loader is None or name in sys.modules:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    package, _, own_name = name.rpartition(".")
    setattr(sys.modules[package], own_name, module)


def _evaluate(database: sa.Engine, run_id: str) -> list[ExpectationResult]:
    # Great Expectations (seconds) is heavy: imported where it is needed.
    import great_expectations as gx
    from great_expectations import expectations as gxe
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # Without a docs site: it would leave a temporary folder behind at every run.
    in_memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = DataContextConfig(store_backend_defaults=in_memory, progress_bars=ProgressBarsConfig(globally=False))
    context = gx.get_context(mode="ephemeral", project_config=config)
    address = database.url.update_query_dict({"options": f"-c fbads.run_id={run_id}"})
    url = address.render_as_string(hide_password=False)
    source = context.data_sources.add_sql("raw", connection_string=url, create_temp_table=False)
    results: dict[str, ExpectationResult] = {}
    for table, wanted in expectations_by_table().items():
        # Views, not queries: the columns of a query are looked up by reading all its rows.
        view = source.add_table_asset(table, table_name=f"{table}_of_run", schema_name="raw")
        batch = view.add_batch_definition_whole_table("run").get_batch()
        rules = [getattr(gxe, one.kind)(**one.settings, id=None, meta={"name": one.name}) for one in wanted]
        validation = batch.validate(gx.ExpectationSuite(table, expectations=rules))
        for result in validation.results:
            one = next(one for one in wanted if one.name == _name(result))
            results[one.key] = _result_of(one, result)
    source.get_execution_engine().close()
    return [results[one.key] for one in EXPECTATIONS]


def _result_of(expectation: RawRowExpectation, result: Any) -> ExpectationResult:
    found = result.result or {}
    problem = next((str(info.get("exception_message")) for info in _exceptions(result)), None)
    return ExpectationResult(
        expectation,
        passed=bool(result.success) and problem is None,
        rows=_count(found.get("element_count")),
        failed=_count(found.get("unexpected_count")),
        sample=[str(value)[:80] for value in (found.get("partial_unexpected_list") or [])[:5]],
        error=problem,
    )


def _name(result: Any) -> str:
    return str(result.expectation_config.meta["name"])


def _exceptions(result: Any) -> list[dict[str, Any]]:
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else [one for one in info.values() if isinstance(one, dict)]
    return [one for one in entries if one.get("raised_exception")]


def _count(value: Any) -> int:
    return 0 if value is None or (isinstance(value, float) and math.isnan(value)) else int(value)


if __name__ == "__main__":
    _run_as_subprocess()
