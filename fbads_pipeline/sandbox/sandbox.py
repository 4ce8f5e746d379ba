"""Everything one sandbox holds, and the vocabulary of a call and its answer."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fbads_pipeline.sandbox.build import build_world
from fbads_pipeline.sandbox.clock import Clock
from fbads_pipeline.sandbox.insights import InsightsPages
from fbads_pipeline.sandbox.ledger import Ledger
from fbads_pipeline.sandbox.query import Params
from fbads_pipeline.sandbox.reports import Reports
from fbads_pipeline.sandbox.scenarios import Scenario, Scenarios
from fbads_pipeline.sandbox.world import Account
from fbads_pipeline.sandbox.writes import Write

KEPT_CALLS = 5000


@dataclass(frozen=True)
class Call:
    """A request without its transport; `path` without version and outer slashes, `base` the address before it."""

    method: str
    path: str
    params: Params
    base: str

    @property
    def parts(self) -> list[str]:
        return [part for part in self.path.split("/") if part]


@dataclass
class Answer:
    """`way`: how the body leaves; `rows`: how many rows it holds, for the log."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    media: str = "application/json; charset=UTF-8"
    rows: int = 0
    way: Literal["whole", "truncated", "dropped", "slow"] = "whole"
    seconds: float = 0.0
    scenario: str | None = None
    # Minutes until a limit is over; 0 while none is reached.
    wait_minutes: int = 0


class Sandbox:
    def __init__(self, *, seed: int, now: datetime, is_frozen: bool, campaigns: int, token: str) -> None:
        self.token = token
        self.clock = Clock(now, is_frozen=is_frozen)
        self.world = build_world(seed, now, campaigns)
        self.ledger = Ledger(self.world, self.clock)
        self.pages = InsightsPages(self.ledger)
        self.reports = Reports()
        self.scenarios = Scenarios(seed, [])
        self.calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self.calls_total = 0
        self.writes: list[Write] = []

    def play(self, scenarios: list[Scenario]) -> None:
        self.scenarios.replace(scenarios)

    def account_of(self, path: str) -> Account | None:
        """The account a path is about, whichever kind of object it names."""
        first = path.split("/", 1)[0]
        if first in self.world.by_id:
            return self.world.by_id[first][0]
        run = self.reports.runs.get(first)
        return self.world.account(run.account_id if run else first)

    def record(self, call: Call, answer: Answer) -> None:
        shown = {name: value for name, value in call.params.items() if name not in ("access_token", "input_token")}
        account = self.account_of(call.path)
        self.calls_total += 1
        self.calls.append(
            {
                "at": self.clock.now().isoformat(),
                "method": call.method,
                "path": call.path,
                "params": shown,
                "account_id": account.id if account else None,
                "status": answer.status,
                "rows": answer.rows,
                "scenario": answer.scenario,
            }
        )
