"""Dagster's webserver behind the gate, in one process: no second port leads past it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dagster_webserver import cli as dagster_cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection

from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.api.dagster_ui.access import UiAccess
from fbads_pipeline.api.dagster_ui.gate import MAY_CHANGE, DagsterGate
from fbads_pipeline.api.http_server import run_server
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.identity import identity_store
from fbads_pipeline.domain.core.errors import OutsideFailed
from fbads_pipeline.settings import Settings

# The function that dagster-webserver's command serves its application with: ours takes its place.
_HOSTING = "host_dagster_ui_with_workspace_process_context"


class WebserverChanged(OutsideFailed):
    """The installed dagster-webserver cannot be put behind the gate."""


class GatedWebserver(DagsterWebserver[Any, Any]):
    """Dagster's webserver with the gate as its outermost part; read-only for whoever may not change something."""

    def __init__(self, context: Any, gate: Middleware, live_data_poll_rate: int | None) -> None:
        super().__init__(context, "", live_data_poll_rate)
        self._gate = gate

    def build_middleware(self) -> list[Middleware]:
        return [self._gate, *super().build_middleware()]

    def _make_request_context(self, conn: HTTPConnection) -> Any:
        context = super()._make_request_context(conn)
        if not conn.scope.get(MAY_CHANGE, False):
            context._read_only = True
            if not context.read_only:
                raise WebserverChanged("dagster-webserver has no read-only requests any more")
        return context


def serve_dagster(settings: Settings, workspace: Path, host: str) -> None:
    """Serve Dagster's UI until SIGTERM or SIGINT. workspace: the file that names the code location.

    Raises WebserverChanged rather than serve it without the gate.
    """
    command = dagster_cli.dagster_webserver
    code = getattr(command.callback, "__code__", None)
    if code is None or _HOSTING not in code.co_names:
        raise WebserverChanged(f"dagster-webserver does not call {_HOSTING} any more: its UI cannot be protected")
    with open_database(settings) as database:
        access = UiAccess(identity_store(database), clock(settings), local_secret(settings.home_path))
        gate = Middleware(
            DagsterGate,
            access=access,
            names=names_of(settings),
            login_port=settings.api_port,
            login_url=settings.public_url,
        )

        def host_behind_gate(context: Any, host: str, port: int, _prefix: str, _level: str, poll: int | None) -> None:
            app = GatedWebserver(context, gate, poll).create_asgi_app()
            run_server(app, host=host, port=port, trusted_proxies=settings.trusted_proxies)

        setattr(dagster_cli, _HOSTING, host_behind_gate)
        options = ["--workspace", str(workspace), "--host", host, "--port", str(settings.dagster_port)]
        command.main(options, standalone_mode=False)


def names_of(settings: Settings) -> frozenset[str]:
    """Host names under which the UI is reached: this machine's own, and that of FBADS_DAGSTER_URL."""
    configured = urlsplit(settings.dagster_url or "").hostname
    return frozenset({"localhost", "127.0.0.1", "::1"}) | ({configured} if configured else frozenset())
