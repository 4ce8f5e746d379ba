"""`fbads up`: Dagster (code location, webserver, daemon) and the sidecar, as children of one process."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

import typer

from fbads_pipeline.adapters.identity.secret_files import LOCAL_PATH, local_secret
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.processes import Children, free_port, require_free_port
from fbads_pipeline.bootstrap.alerts import configured_recipients, user_rules
from fbads_pipeline.bootstrap.identity import identity_store
from fbads_pipeline.cli.home import PROJECT, only_one, ready_home
from fbads_pipeline.cli.output import note
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False)

START_SECONDS = 90.0
# What Dagster or an accident may end is started again; the others (the demo's sandbox) end everything.
RESTARTED = frozenset({"code-location", "sidecar", "webserver", "daemon"})


class Stopped(Exception):
    """SIGTERM or SIGINT has arrived."""


@app.command()
def up() -> None:
    """Start Dagster (UI, daemon, schedules, sensors) and the sidecar, and stay until Ctrl-C."""
    settings = load_settings()
    require_ports(settings)
    require_messages(settings)
    with only_one(settings.home_path, "fbads up"), ready_home(settings) as database:
        stay_up(settings, database, Children(settings.home_path / "logs"))


def require_ports(settings: Settings) -> None:
    """Raises PortTaken before anything has been started."""
    require_free_port(settings.dagster_port, "FBADS_DAGSTER_PORT")
    require_free_port(settings.api_port, "FBADS_API_PORT")


def require_messages(settings: Settings) -> str:
    """How many recipients, channels and rules there are; raises SettingsError for a file that is wrong."""
    recipients = configured_recipients(settings)
    rules, _ = user_rules(settings)
    channels = sorted({one.channel for one in recipients})
    return f"{len(recipients)} recipients by {', '.join(channels)}; {len(rules)} rules of your own"


def stay_up(settings: Settings, database: Database, children: Children) -> None:
    """Start all, say where, and watch until a signal; one of ours that ends is started again."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        with children:
            start_services(settings, database, children)
            print(addresses(settings, database), file=sys.stderr)
            while True:
                for sentence in children.restart_ended(RESTARTED):
                    note(sentence)
                time.sleep(0.5)
    except Stopped:
        print("stopping …", file=sys.stderr)


def start_services(settings: Settings, database: Database, children: Children) -> None:
    """Start the four children and wait until each answers."""
    environment = database.environment()
    code_port = free_port()
    workspace = _workspace(settings.home_path, code_port)
    code = ("api", "grpc", "-m", "fbads_pipeline.definitions", "--location-name", "fbads_pipeline")
    loopback = ("-h", "127.0.0.1", "-p")
    children.start("code-location", _program("dagster", *code, *loopback, str(code_port)), environment, PROJECT)
    children.start("sidecar", _program("fbads", "api"), environment, PROJECT)
    children.start("webserver", _program("fbads", "dagster-ui", "--workspace", str(workspace)), environment, PROJECT)
    children.start("daemon", _program("dagster-daemon", "run", "-w", str(workspace)), environment, PROJECT)
    children.wait_for_port("code-location", code_port, seconds=START_SECONDS)
    children.wait_for_http("sidecar", f"http://127.0.0.1:{settings.api_port}/healthz", seconds=START_SECONDS)
    children.wait_for_http("webserver", f"http://127.0.0.1:{settings.dagster_port}/server_info", seconds=START_SECONDS)
    children.check()


def addresses(settings: Settings, database: Database) -> str:
    """Where to look, one line each; without users with the secret that opens them."""
    has_users = identity_store(database).any_user()
    opening = "" if has_users else f"{LOCAL_PATH}?secret={local_secret(settings.home_path)}"
    return (
        f"\nDagster  http://127.0.0.1:{settings.dagster_port}{opening}\n"
        f"Sidecar  http://127.0.0.1:{settings.api_port}{opening}\n"
        "Ctrl-C stops everything."
    )


def _program(name: str, *arguments: str) -> list[str]:
    """A program of this virtual environment, whatever PATH says."""
    return [str(Path(sys.executable).parent / name), *arguments]


def _workspace(home: Path, port: int) -> Path:
    """One code server for webserver and daemon: the definitions are read once."""
    path = home / "dagster" / "workspace.yaml"
    path.write_text(
        "load_from:\n  - grpc_server:\n      host: 127.0.0.1\n"
        f"      port: {port}\n      location_name: fbads_pipeline\n"
    )
    return path


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Stopped
