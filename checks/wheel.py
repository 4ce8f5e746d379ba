"""The wheel works anywhere: `python -m checks.wheel` (make wheel-check).

Builds the wheel, installs it with the locked versions in an empty environment in a temporary folder, and runs
`fbads demo --once` there, with a home of its own, on free ports. Prints each step and what the demo printed.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / f"py{sys.version_info.major}{sys.version_info.minor}.txt"
NEEDED = (
    *("fbads_pipeline/py.typed", "fbads_pipeline/dagster.yaml", "fbads_pipeline/dbt_project/dbt_project.yml"),
    *("fbads_pipeline/dbt_project/models/marts/campaign_daily.sql", "fbads_pipeline/dbt_project/metrics.yml"),
    *("fbads_pipeline/locale/pt_BR/LC_MESSAGES/metrics.po", "fbads_pipeline/locale/pt_BR/LC_MESSAGES/metrics.mo"),
    "fbads_pipeline/adapters/dbt/current_views.sql",
)
DEMO_SECONDS = 600


def main() -> int:
    """The exit code of the demo; 1 where the wheel cannot be built or lacks a file."""
    with tempfile.TemporaryDirectory(prefix="fbads-wheel-") as name:
        folder = Path(name)
        # The embedded database runs as another user where this one is root, and must reach its home.
        folder.chmod(0o755)
        wheel = build_wheel(folder)
        print(f"built {wheel.name}, {wheel.stat().st_size // 1024} KB")
        missing = missing_files(wheel)
        if missing:
            print(f"the wheel lacks {', '.join(missing)}", file=sys.stderr)
            return 1
        started = time.monotonic()
        python = install(wheel, folder / "environment")
        print(f"installed with its dependencies in {time.monotonic() - started:.0f} s")
        return run_demo(python.parent, folder)


def build_wheel(folder: Path) -> Path:
    """The wheel, built in that folder."""
    _run([sys.executable, "-m", "fbads_pipeline.adapters.translation.catalogues"])
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")])
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def missing_files(wheel: Path) -> list[str]:
    """Files that the program reads and the wheel does not hold."""
    with ZipFile(wheel) as content:
        names = set(content.namelist())
    return [name for name in NEEDED if name not in names]


def install(wheel: Path, environment: Path) -> Path:
    """The Python of a new environment with the wheel and the locked versions of what it needs.

    From uv's cache where that has everything, else by pip, from wherever this machine's pip installs.
    """
    locked = environment.with_name("locked.txt")
    locked.write_text("\n".join(re.findall(r"^[\w.\[\]-]+==[^\s\\;]+", LOCK.read_text(), re.MULTILINE)) + "\n")
    python = environment / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    cached = [str(uv), "pip", "install", "--quiet", "--offline", "--python", str(python)]
    wanted = ["--constraint", str(locked), str(wheel)]
    if uv.exists():
        _run(
            [str(uv), "venv", "--quiet", "--seed", "--offline", "--python", sys.executable, str(environment)],
            may_fail=True,
        )
        if python.exists() and _run([*cached, *wanted], may_fail=True):
            return python
    _run([sys.executable, "-m", "venv", "--clear", str(environment)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *wanted])
    return python


def run_demo(programs: Path, folder: Path) -> int:
    """Run the installed program, away from the checkout and without this process's settings."""
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_", "PYTHON"))}
    sandbox, dagster, api = free_ports(3)
    environment = {
        **kept,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "FBADS_HOME": str(home / "fbads"),
        "FBADS_SANDBOX_PORT": str(sandbox),
        "FBADS_DAGSTER_PORT": str(dagster),
        "FBADS_API_PORT": str(api),
    }
    done = subprocess.run(
        [str(programs / "fbads"), "demo", "--once"], cwd=home, env=environment, timeout=DEMO_SECONDS, check=False
    )
    print(f"fbads demo --once ended with {done.returncode}")
    return done.returncode


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _run(command: list[str], *, may_fail: bool = False) -> bool:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode and not may_fail:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
