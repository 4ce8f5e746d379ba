"""Report runs: Meta prepares the rows first, then shows them page by page.

POST /act_<id>/insights → report_run_id; poll it until `Job Completed` and 100 %; GET /<report_run_id>/insights.
A run that failed or was skipped is submitted anew, once; one that does not end has a deadline of ours.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from fbads_pipeline.adapters.meta_ads.pages import read_pages
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.collection.meta_errors import (
    MetaError,
    PermanentMetaError,
    ReportPending,
    TooMuchData,
    error_from_envelope,
)

Read = TypeVar("Read")
SUBMISSIONS = 2
DEADLINE_SECONDS = 300.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_FIELDS = "async_status,async_percent_completion,error_code,error_subcode,error_message"
_OVER = frozenset({"Job Failed", "Job Skipped"})
# "Unsupported get request": the run was made a moment ago and is not everywhere yet.
_NOT_THERE_YET = (100, 33)


class ReportFailed(MetaError):
    """A report run that Meta gave up on, skipped, or never ended."""

    kind = "report_failed"


class ReportStuck(ReportFailed):
    """A report run that did not end in time: another one would stand as long."""


def read_report(
    transport: Transport,
    path: str,
    params: Mapping[str, str],
    account_id: str,
    *,
    read: Callable[[list[Any]], Read],
    page_rows: int,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Read]:
    """The pages of a report on that query; raises ReportFailed, or TooMuchData where the run itself asks for less."""
    for submission in range(1, SUBMISSIONS + 1):
        try:
            run_id = _submit(transport, path, params, account_id)
            _wait_for(transport, run_id, account_id, now() + DEADLINE_SECONDS, now)
        except ReportFailed as failed:
            if submission == SUBMISSIONS or isinstance(failed, ReportStuck):
                raise
            continue
        yield from read_pages(transport, f"{run_id}/insights", {"limit": str(page_rows)}, account_id, read)
        return


def _submit(transport: Transport, path: str, params: Mapping[str, str], account_id: str) -> str:
    body = transport.post(path, params, account_id=account_id)
    run_id = str(body.get("report_run_id") or "") if isinstance(body, dict) else ""
    if not run_id:
        raise ReportFailed(f"{path} accepted a report and named no report run")
    return run_id


def _wait_for(transport: Transport, run_id: str, account_id: str, deadline: float, now: Callable[[], float]) -> None:
    pause, is_known = _FIRST_PAUSE, False
    while True:
        state = _state(transport, run_id, account_id, is_known=is_known)
        is_known = is_known or bool(state)
        status = state.get("async_status")
        if status == "Job Completed" and state.get("async_percent_completion") == 100:
            return
        if status in _OVER:
            raise _reason(run_id, state)
        if now() + pause > deadline:
            raise ReportStuck(f"report run {run_id} stood at {state.get('async_percent_completion')} % for too long")
        transport.nap(account_id, pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _state(transport: Transport, run_id: str, account_id: str, *, is_known: bool) -> Json:
    """What the run says of itself; {} while it cannot be seen yet."""
    try:
        return transport.get(run_id, {"fields": _FIELDS}, account_id=account_id)
    except ReportPending:
        return {}
    except PermanentMetaError as error:
        if (error.code, error.subcode) == _NOT_THERE_YET and not is_known:
            return {}
        raise ReportFailed(f"report run {run_id} vanished: {error}") from None


def _reason(run_id: str, state: Json) -> MetaError:
    """From v25 on a failed run carries an error of its own; it may say that less must be asked for."""
    if state.get("error_code") is not None:
        said = {"code": state.get("error_code"), "error_subcode": state.get("error_subcode")}
        error = error_from_envelope({**said, "message": state.get("error_message")}, 200)
        if isinstance(error, TooMuchData):
            return error
    numbers = "/".join(str(state[key]) for key in ("error_code", "error_subcode") if state.get(key) is not None)
    return ReportFailed(f"report run {run_id}: {state.get('async_status')}{f' ({numbers})' if numbers else ''}")
