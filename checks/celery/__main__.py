"""`make celery-check`: real workers on a real Redis; each is killed in mid-step, and the tick still ends complete.

Prints each step with its seconds; ends with 1 at the first thing that is not so.
"""

import argparse
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import psutil

from checks.celery.farm import CheckFailed, Farm, ManyAccounts, Sandbox, days, temporary_folder, wait_for
from fbads_pipeline.adapters.celery.configuration import LEASE_SECONDS
from fbads_pipeline.sandbox.testing import SandboxServer

WORKER_NAMES = ("one", "two", "three", "four")
# What is lost is handed out again within the lease, and the tick has a minute to end.
PATIENCE = LEASE_SECONDS + 60.0
_SLOW = {"name": "latency", "seconds": 3.0, "path": "insights"}


def main() -> int:
    """0 when everything held."""
    parser = argparse.ArgumentParser(prog="make celery-check", description=__doc__)
    parser.add_argument("--campaigns", type=int, default=4, help="campaigns per account of the sandbox")
    parser.add_argument("--accounts", type=int, help="so many instead of the sandbox's four, of plain names")
    parser.add_argument("--workers", type=int, choices=range(2, 5), default=2, help="of one process each")
    parser.add_argument("--only", help="one of the steps")
    arguments = parser.parse_args()
    steps = (undisturbed, killed_worker, killed_process, killed_redis, killed_run)
    with temporary_folder() as name:
        try:
            with Farm(Path(name), _sandbox(Path(name), arguments.accounts, arguments.campaigns)) as farm:
                for worker in WORKER_NAMES[: arguments.workers]:
                    farm.start_worker(worker)
                for step, day in zip(steps, days(len(steps)), strict=True):
                    if arguments.only in (None, step.__name__):
                        begun = time.monotonic()
                        found = step(farm, day)
                        print(f"{step.__name__}: {found} ({time.monotonic() - begun:.0f} s)", flush=True)
        except CheckFailed as wrong:
            logs = "\n".join(f"--- {one.name}\n{one.read_text()[-3000:]}" for one in sorted(Path(name).glob("*.log")))
            print(f"celery-check failed: {wrong}\n{logs}", file=sys.stderr)
            return 1
    return 0


def _sandbox(folder: Path, accounts: int | None, campaigns: int) -> Sandbox:
    if accounts is not None:
        return ManyAccounts(folder / "sandbox", accounts, campaigns)
    return SandboxServer(campaigns=campaigns, now=datetime.now(UTC).isoformat())


def undisturbed(farm: Farm, day: date) -> str:
    """A run spread over both workers."""
    run_id = farm.launch(day)
    took = _ends_complete(farm, run_id, day, 240)
    shards = farm.dagster(
        f"select distinct step_key from event_logs where run_id = '{run_id}'"
        " and dagster_event_type = 'STEP_SUCCESS' and step_key like '%collect_shard%'"
    )
    if len(shards) != len(farm.workers):
        raise CheckFailed(f"{len(farm.workers)} workers were given {len(shards)} shards")
    used = [name for name in farm.workers if "succeeded" in farm.log(name)]
    if len(used) != len(farm.workers):
        raise CheckFailed(f"only {used} executed a step")
    return f"{len(farm.reports(run_id))} accounts in {len(shards)} shards, ended after {took:.0f} s"


def killed_worker(farm: Farm, day: date) -> str:
    """kill -9 of a worker with all of its processes, in mid-step; nobody starts it again meanwhile."""
    run_id = _in_mid_step(farm, day)
    killed = farm.workers[0]
    farm.kill(killed)
    took = _ends_complete(farm, run_id, day, PATIENCE)
    farm.start_worker(killed)
    return f"complete {took:.0f} s after the kill"


def killed_process(farm: Farm, day: date) -> str:
    """kill -9 of the process that executes a worker's step."""
    run_id = _in_mid_step(farm, day)
    farm.kill_step_of(farm.workers[1])
    took = _ends_complete(farm, run_id, day, PATIENCE)
    return f"complete {took:.0f} s after the kill"


def killed_redis(farm: Farm, day: date) -> str:
    """kill -9 of Redis in mid-step; it comes back with its file five seconds later."""
    run_id = _in_mid_step(farm, day)
    farm.kill("redis")
    time.sleep(5)
    farm.start_redis()
    took = _ends_complete(farm, run_id, day, PATIENCE)
    return f"complete {took:.0f} s after Redis came back"


def killed_run(farm: Farm, day: date) -> str:
    """kill -9 of the process that hands out the steps: the run is ended and started anew."""
    run_id = _in_mid_step(farm, day)
    psutil.Process(farm.process_of(run_id)).kill()
    begun = time.monotonic()
    wait_for("the lost run was ended", lambda: farm.status(run_id) == "FAILURE", PATIENCE)
    wait_for("another run takes its place", lambda: farm.retried_as(run_id) is not None, 60)
    follower = str(farm.retried_as(run_id))
    # What the workers ended after the kill counts: the run that takes its place does not read it again.
    _ends_complete(farm, follower, day, PATIENCE, lost=run_id)
    return f"complete {time.monotonic() - begun:.0f} s after the kill, by the run that took its place"


def _in_mid_step(farm: Farm, day: date) -> str:
    """A run whose shards wait for Meta on every worker; many accounts take their time as it is."""
    farm.sandbox.set_scenario(None if isinstance(farm.sandbox, ManyAccounts) else _SLOW)
    run_id = farm.launch(day)
    wait_for("every worker reads accounts", lambda: _reading(farm, run_id) == len(farm.workers), 180)
    time.sleep(1)
    return run_id


def _reading(farm: Farm, run_id: str) -> int:
    rows = farm.dagster(
        "select count(distinct step_key) from event_logs where dagster_event_type = 'STEP_START'"
        f" and run_id = '{run_id}' and step_key like '%collect_shard%'"
    )
    return int(rows[0][0])


def _ends_complete(farm: Farm, run_id: str, day: date, seconds: float, *, lost: str | None = None) -> float:
    """Seconds until the run has succeeded; raises CheckFailed unless each account was read whole. lost: the run whose
    place it took."""
    farm_over = {"SUCCESS", "FAILURE", "CANCELED"}
    took = wait_for("the run has ended", lambda: farm.status(run_id) in farm_over, seconds)
    farm.sandbox.set_scenario(None)
    reports = (farm.reports(lost) if lost is not None else {}) | farm.reports(run_id)
    accounts = {str(row[0]) for row in farm.sql("select account_id from raw.accounts")}
    if farm.status(run_id) != "SUCCESS" or set(reports) != accounts or set(reports.values()) != {"done"}:
        raise CheckFailed(f"run {run_id} ended as {farm.status(run_id)} with {reports}")
    if not farm.is_complete(day):
        raise CheckFailed(f"{day} was not read at each level by each account")
    return took


if __name__ == "__main__":
    sys.exit(main())
