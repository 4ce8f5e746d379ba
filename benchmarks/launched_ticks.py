"""What a tick that Dagster launches takes, from launch to end, as `fbads up` runs it."""

import json
import time
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.defs.collect.assets import collect_config
from fbads_pipeline.defs.collect.jobs import range_tags
from fbads_pipeline.domain.core.days import DayRange

_LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
_STATE = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status startTime endTime } } }"
_UNDER_WAY = "{ runsOrError(filter: {statuses: [QUEUED, STARTING, STARTED]}) { ... on Runs { results { runId } } } }"
_LONGEST_SECONDS = 180.0
# Sensors look each half minute, so that what follows a tick may begin a while after it.
_QUIET_SECONDS = 40.0


def launched_ticks(home: Path, port: int, runs: int, since: date, until: date) -> list[tuple[float, float]]:
    """Seconds from launch to end, and those of the run itself, of ticks of all accounts' days.

    Each is launched when no other run is under way, through the server on that port; the runs that follow a tick begin
    with its end and do not count. Raises SystemExit when one does not succeed.
    """
    dagster = Dagster(home, port)
    return [_launched(dagster, since, until) for _ in range(runs)]


class Dagster:
    """The server of a home, asked as a person of this machine."""

    def __init__(self, home: Path, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/graphql"
        self._headers = {"Content-Type": "application/json", "Cookie": f"{LOCAL_COOKIE}={local_secret(home)}"}

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer's data; raises urllib's errors."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self._address, body, self._headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.loads(answer.read())["data"]


def _launched(dagster: Dagster, since: date, until: date) -> tuple[float, float]:
    _wait_for_others(dagster)
    days = DayRange(since, until)
    config = collect_config([], only_due=False, days=days)
    tags = [{"key": name, "value": value} for name, value in range_tags(days).items()]
    selector = {
        "repositoryLocationName": "fbads_pipeline",
        "repositoryName": "__repository__",
        "jobName": "collect_and_model",
    }
    begun = time.perf_counter()
    params = {"selector": selector, "runConfigData": config, "mode": "default", "executionMetadata": {"tags": tags}}
    answer = dagster.ask(_LAUNCH, params=params)
    launched = answer["launchRun"]
    if "run" not in launched:
        raise SystemExit(f"Dagster did not launch the tick: {launched}")
    while True:
        state = dagster.ask(_STATE, id=launched["run"]["runId"])["runOrError"]
        if state["endTime"]:
            break
        if time.perf_counter() - begun > _LONGEST_SECONDS:
            raise SystemExit("a launched tick did not end; the benchmark ends")
        time.sleep(0.05)
    seconds = time.perf_counter() - begun
    if state["status"] != "SUCCESS":
        raise SystemExit(f"a launched tick ended as {state['status']}")
    return seconds, state["endTime"] - state["startTime"]


def _wait_for_others(dagster: Dagster) -> None:
    """Until no run has been under way for a while."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < _QUIET_SECONDS:
        if dagster.ask(_UNDER_WAY)["runsOrError"]["results"]:
            quiet_since = time.monotonic()
        time.sleep(0.5)
