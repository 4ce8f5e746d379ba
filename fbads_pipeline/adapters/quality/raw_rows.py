"""Great Expectations at the raw border: what one run wrote, judged inside PostgreSQL.

The import costs seconds and 200 MB, so it happens in a process of its own that ends with the verdicts; rows never
leave the server, so a first load of hundreds of thousands costs no more memory than a tick.
"""

import json
import math
import os
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.quality.suites import EXPECTATIONS, BorderExpectation


@dataclass(frozen=True)
class BorderOutcome:
    """One expectation's verdict. failed: rows that break it; sample: up to five offending values, as text."""

    expectation: BorderExpectation
    passed: bool
    rows: int = 0
    failed: int = 0
    sample: list[str] = field(default_factory=list)
    error: str | None = None


def judge_border(database: sa.Engine, run_id: str) -> list[BorderOutcome]:
    """Every expectation on what the run read, in the order of EXPECTATIONS.

    An expectation that cannot be evaluated has not passed and says why.
    """
    if not run_id.replace("-", "").isalnum():
        raise ValueError(f"{run_id!r} is no run id")
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _judge(database, run_id)


def judge_border_apart(database: sa.Engine, run_id: str) -> list[BorderOutcome]:
    """The same verdicts, reached in another process; raises RuntimeError with its last line where it fails."""
    asked = {"url": database.url.render_as_string(hide_password=False), "run_id": run_id}
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=json.dumps(asked), capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["the judging process failed"])[-1])
    answered = json.loads(done.stdout.splitlines()[-1])
    return [BorderOutcome(one, **said) for one, said in zip(EXPECTATIONS, answered, strict=True)]


def _tell() -> None:
    """The other process: the question on stdin, the verdicts as the last line of stdout."""
    asked = json.loads(sys.stdin.read())
    outcomes = judge_border(sa.create_engine(asked["url"]), asked["run_id"])
    print(json.dumps([{key: value for key, value in vars(one).items() if key != "expectation"} for one in outcomes]))


def _judge(database: sa.Engine, run_id: str) -> list[BorderOutcome]:
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
    outcomes: dict[str, BorderOutcome] = {}
    for table in dict.fromkeys(one.table for one in EXPECTATIONS):
        wanted = [one for one in EXPECTATIONS if one.table == table]
        # Views, not queries: the columns of a query are looked up by reading all its rows.
        view = source.add_table_asset(table, table_name=f"border_{table}", schema_name="raw")
        batch = view.add_batch_definition_whole_table("run").get_batch()
        rules = [getattr(gxe, one.kind)(**one.settings, id=None, meta={"name": one.name}) for one in wanted]
        verdict = batch.validate(gx.ExpectationSuite(table, expectations=rules))
        for result in verdict.results:
            name = _name(result)
            outcomes[f"{table}.{name}"] = _outcome(next(one for one in wanted if one.name == name), result)
    source.get_execution_engine().close()
    return [outcomes[f"{one.table}.{one.name}"] for one in EXPECTATIONS]


def _outcome(expectation: BorderExpectation, result: Any) -> BorderOutcome:
    found = result.result or {}
    problem = next((str(info.get("exception_message")) for info in _exceptions(result)), None)
    return BorderOutcome(
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
    _tell()
