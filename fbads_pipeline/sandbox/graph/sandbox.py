"""The state of one sandbox, and the types of a call and its answer."""

from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from fbads_pipeline.sandbox.figures.by_period import WorldFigures
from fbads_pipeline.sandbox.figures.pixel_events import owner_of
from fbads_pipeline.sandbox.graph.insights import InsightsPages
from fbads_pipeline.sandbox.graph.insights_request import Params
from fbads_pipeline.sandbox.graph.report_runs import ReportRuns
from fbads_pipeline.sandbox.graph.writes import AcceptedWrite
from fbads_pipeline.sandbox.scenarios import SHOWN_STATUS, Scenario, Scenarios
from fbads_pipeline.sandbox.world.build import build_world
from fbads_pipeline.sandbox.world.change_log import move_to
from fbads_pipeline.sandbox.world.clock import SandboxClock
from fbads_pipeline.sandbox.world.world import AdObject, SandboxAccount

KEPT_CALLS = 5000


@dataclass(frozen=True)
class GraphCall:
    """A request without its transport; `path` without version and outer slashes, `base` the address before it."""

    method: str
    path: str
    params: Params
    base: str
    token: str = ""

    @property
    def parts(self) -> list[str]:
        return [part for part in self.path.split("/") if part]


@dataclass(frozen=True)
class Grant:
    """What a token may see. accounts: ids, None for all; expires_at: None for never."""

    accounts: frozenset[str] | None = None
    expires_at: datetime | None = None

    def sees(self, account: SandboxAccount) -> bool:
        return self.accounts is None or account.id in self.accounts


@dataclass
class GraphAnswer:
    """`way`: how the body is delivered; `rows`: how many rows it holds, for the log."""

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


@dataclass
class CallCount:
    """Of one method, path template and account; `bytes` before compression."""

    calls: int = 0
    refused: int = 0
    rows: int = 0
    bytes: int = 0


class Sandbox:
    """One world with its clock, the scenarios in force, and a log of calls and writes.

    anchor: the day before which the 60 days of anomalies and changes lie, by default the day of `now`.
    app_secret: if given, every call must carry the token's proof. has_plain_names: as `build_world` has it.
    """

    def __init__(
        self,
        *,
        seed: int,
        now: datetime,
        is_frozen: bool,
        campaigns: int,
        token: str,
        anchor: date | None = None,
        app_secret: str | None = None,
        has_plain_names: bool = False,
    ) -> None:
        self.token = token
        self.grants: dict[str, Grant] = {token: Grant()}
        self.app_secret = app_secret
        self.clock = SandboxClock(now, is_frozen=is_frozen)
        self.world = build_world(seed, anchor or now.date(), now, campaigns, has_plain_names=has_plain_names)
        self.figures = WorldFigures(self.world, self.clock)
        self.pages = InsightsPages(self.figures)
        self.reports = ReportRuns()
        self.scenarios = Scenarios(seed, [])
        self.calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self.calls_total = 0
        self._counts: dict[tuple[str, str, str | None], CallCount] = {}
        self.writes: list[AcceptedWrite] = []

    def use_scenarios(self, scenarios: list[Scenario]) -> None:
        """Objects that a scenario rejects, reviews or finds issues with show it at once."""
        self.scenarios.replace(scenarios)
        wanted = {one.object: SHOWN_STATUS[one.name] for one in scenarios if one.name in SHOWN_STATUS}
        for account in self.world.accounts:
            account.caps = {
                str(one.object): str(round((one.left or 0) * account.minor_factor))
                for one in scenarios
                if one.name == "campaign-cap"
            }
            account.schedules = {str(one.object): one.day_parts() for one in scenarios if one.name == "ad-schedule"}
            account.shown_statuses = {str(key): status for key, status in wanted.items()}

    def follow_clock(self) -> None:
        """Gives every object the status that it has by now; before each call."""
        now = self.clock.now()
        for account in self.world.accounts:
            move_to(account, now)

    def object_of(self, object_id: str) -> tuple[SandboxAccount, AdObject] | None:
        """A campaign, ad set or ad that exists by now, archived and deleted ones included."""
        found = self.world.by_id.get(object_id)
        return found if found and found[0].has(found[1]) else None

    def account_of(self, path: str) -> SandboxAccount | None:
        """The account a path is about, whichever kind of object it names."""
        first = path.split("/", 1)[0]
        if first in self.world.by_id:
            return self.world.by_id[first][0]
        run = self.reports.runs.get(first)
        return self.world.account(run.account_id if run else first) or owner_of(self.world, first)

    def record(self, call: GraphCall, answer: GraphAnswer) -> None:
        shown = {name: value for name, value in call.params.items() if name not in ("access_token", "input_token")}
        account = self.account_of(call.path)
        template = self._template(call)
        count = self._counts.setdefault((call.method, template, account.id if account else None), CallCount())
        count.calls, count.refused = count.calls + 1, count.refused + (answer.status >= 400)
        count.rows, count.bytes = count.rows + answer.rows, count.bytes + len(answer.body)
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

    def call_counts(self) -> list[dict[str, Any]]:
        """All calls since the start by method, path template and account."""
        return [
            {"method": method, "path": path, "account_id": account, **asdict(count)}
            for (method, path, account), count in self._counts.items()
        ]

    def _template(self, call: GraphCall) -> str:
        """The path with what it names instead of the ids: `act_<id>/insights`, `<campaign>/ads`, `<run>`."""
        first, *rest = call.parts or ["<batch>" if "batch" in call.params else "<ids>"]
        if first in self.world.by_id:
            first = f"<{self.world.by_id[first][1].kind}>"
        elif first in self.reports.runs:
            first = "<run>"
        elif first.startswith("act_"):
            first = "act_<id>"
        elif first.isdigit():
            first = "<unknown>"
        return "/".join([first, *rest])
