"""Starting the sandbox as a program of its own."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import current_thread, main_thread
from typing import NoReturn

import uvicorn

from fbads_pipeline.sandbox.app import SandboxApp
from fbads_pipeline.sandbox.graph.sandbox import Sandbox
from fbads_pipeline.sandbox.scenarios import BadScenario, Scenario, read_scenarios
from fbads_pipeline.sandbox.world.clock import parse_instant


def serve(
    *,
    host: str,
    port: int,
    seed: int = 7,
    now: str | None = None,
    scenario: str | None = None,
    token: str,
    campaigns: int = 60,
    anchor: str | None = None,
    app_secret: str | None = None,
    plain_names: bool = False,
) -> None:
    """Serves until SIGTERM or SIGINT. A `now` that is given stands still until it is moved; without one, time runs.

    scenario: a name, `name:count=2,probability=0.5`, or JSON. anchor: the ISO day that the anomalies precede, by
    default that of `now`. app_secret: calls must then carry an appsecret_proof. plain_names: none of the names that
    strangers try on a dashboard. What cannot be done is said in one
    sentence on stderr, with SystemExit(2).
    """
    moment, day, scenarios = _moment(now), _anchor(anchor), _scenarios(scenario)
    _check_size(seed, campaigns)
    listening = _bound(host, port)
    sandbox = Sandbox(
        seed=seed,
        now=moment,
        is_frozen=now is not None,
        campaigns=campaigns,
        token=token,
        anchor=day,
        app_secret=app_secret,
        has_plain_names=plain_names,
    )
    sandbox.use_scenarios(scenarios)
    with listening:
        server(sandbox).run(sockets=[listening])


class SandboxServing(uvicorn.Server):
    """A server that a signal ends as if it had been asked to: uvicorn's own raises the signal anew afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if current_thread() is not main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def server(sandbox: Sandbox) -> SandboxServing:
    config = uvicorn.Config(
        SandboxApp(sandbox),
        lifespan="off",
        access_log=False,
        log_level="error",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return SandboxServing(config)


def _check_size(seed: int, campaigns: int) -> None:
    if campaigns < 1:
        _give_up(f"A world needs at least one campaign, not {campaigns}.")
    if seed < 0:
        _give_up(f"A seed is a whole number from 0 on, not {seed}.")


def _moment(now: str | None) -> datetime:
    try:
        return datetime.now(UTC) if now is None else parse_instant(now)
    except ValueError as error:
        _give_up(f"`now` must be an ISO instant with its zone: {error}.")


def _anchor(day: str | None) -> date | None:
    try:
        return None if day is None else parse_instant(f"{date.fromisoformat(day)}T00:00:00+00:00").date()
    except ValueError as error:
        _give_up(f"`anchor` must be an ISO day: {error}.")


def _scenarios(text: str | None) -> list[Scenario]:
    try:
        return read_scenarios(text)
    except BadScenario as error:
        _give_up(f"{error}.")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        _give_up(f"The sandbox cannot listen on {host}:{port}: {str(error).rstrip('.')}.")
    return listening


def _give_up(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)
