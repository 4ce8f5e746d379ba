"""Asynchronous insights: a run that is asked for, polled, and read page by page."""

from dataclasses import dataclass
from typing import Any, Literal

from fbads_pipeline.sandbox.graph.errors import GraphError, unknown_object
from fbads_pipeline.sandbox.graph.insights_request import Params

ReportOutcome = Literal["completes", "fails", "sticks", "skips"]
FIRST_ID = 6_100_000_000_000_001
# What each poll finds, the last one ever after.
STEPS: dict[ReportOutcome, tuple[tuple[str, int], ...]] = {
    "completes": (("Job Not Started", 0), ("Job Running", 60), ("Job Completed", 100)),
    "fails": (("Job Started", 10), ("Job Failed", 40)),
    "sticks": (("Job Running", 70), ("Job Running", 99)),
    "skips": (("Job Not Started", 0), ("Job Skipped", 0)),
}


@dataclass
class ReportRun:
    id: str
    account_id: str
    path: str
    params: Params
    created: int
    outcome: ReportOutcome
    polls: int = 0

    def step(self) -> tuple[str, int]:
        steps = STEPS[self.outcome]
        return steps[min(self.polls, len(steps)) - 1] if self.polls else ("Job Not Started", 0)

    def poll(self) -> dict[str, Any]:
        """What a GET on the run shows; each look moves the run on by one step."""
        self.polls += 1
        status, percent = self.step()
        shown: dict[str, Any] = {
            "id": self.id,
            "account_id": self.account_id,
            "time_ref": self.created,
            "async_status": status,
            "async_percent_completion": percent,
            "is_running": status in ("Job Started", "Job Running"),
        }
        if status == "Job Failed":
            shown |= {"error_code": -2, "error_subcode": 2490547, "error_message": "The report failed."}
        return shown


class ReportRuns:
    def __init__(self) -> None:
        self.runs: dict[str, ReportRun] = {}

    def start(self, account_id: str, path: str, params: Params, created: int, outcome: ReportOutcome) -> ReportRun:
        run = ReportRun(str(FIRST_ID + len(self.runs)), account_id, path, params, created, outcome)
        self.runs[run.id] = run
        return run

    def finished(self, run_id: str) -> ReportRun:
        """The run, when its pages can be read; else the refusal."""
        run = self.runs.get(run_id)
        if run is None:
            raise unknown_object(run_id)
        if run.step() != ("Job Completed", 100):
            text = "(#2601) Loading async ads insights report run is not complete. Please try again later."
            raise GraphError(2601, text, subcode=1815107)
        return run
