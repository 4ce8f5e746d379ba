"""Child processes that start in order, are waited for until they answer, and leave nothing behind."""

import contextlib
import ctypes
import math
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from fbads_pipeline.domain.core.errors import OutsideFailed, WrongUse

_PR_SET_PDEATHSIG = 1
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class ChildFailed(OutsideFailed):
    """A child ended, or did not answer in time; one sentence with the place of its log."""


class PortTaken(WrongUse):
    """Something else listens there; the sentence names the setting to change."""


def require_free_port(port: int, setting: str) -> None:
    """Raises PortTaken when the loopback port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(
                f"port {port} is in use: stop what listens there, or set {setting} to a free port"
            ) from None


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Children:
    """A group of child processes; leaving the context stops them all, the youngest first."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, _Command] = {}
        self._restarts: dict[str, _Restarts] = {}
        log_dir.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> None:
        """Start one; its output goes to `<name>.log`, its signals are at their defaults, and it dies with us."""
        started = self._commands[name] = _Command(tuple(command), {**os.environ, **env}, cwd)
        with open(self.log_file(name), "ab") as log:
            self._running[name] = subprocess.Popen(
                started.arguments,
                env=started.env,
                cwd=started.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_as_child,
            )

    def log_file(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"

    def wait_for_http(self, name: str, url: str, *, seconds: float) -> None:
        """Until the address answers below 500; raises ChildFailed when the child ends or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check(name)
            if _answers(url):
                return
            time.sleep(0.1)
        raise ChildFailed(f"{name} did not answer at {url} within {seconds:.0f} s: see {self.log_file(name)}")

    def wait_for_port(self, name: str, port: int, *, seconds: float) -> None:
        """Until somebody listens on the loopback port; raises ChildFailed as `wait_for_http` does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check(name)
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.1)
        raise ChildFailed(f"{name} does not listen after {seconds:.0f} s: see {self.log_file(name)}")

    def check(self, name: str | None = None) -> None:
        """Raises ChildFailed when a child (this one, or any) has ended."""
        for other, process in self._running.items():
            if name in (None, other) and process.poll() is not None:
                raise ChildFailed(f"{other} ended with code {process.returncode}: see {self.log_file(other)}")

    def restart_ended(self, names: Collection[str]) -> list[str]:
        """Start those of the named children again that have ended; a sentence for each that was started.

        One that ends again soon is started after a longer pause, a minute at most. Another child that has ended raises
        ChildFailed.
        """
        for other in self._running.keys() - set(names):
            self.check(other)
        now, sentences = time.monotonic(), []
        for name in self._running.keys() & set(names):
            code, restarts = self._running[name].poll(), self._restarts.setdefault(name, _Restarts())
            if code is None or not restarts.is_due(now):
                continue
            command = self._commands[name]
            self._end_group(self._running[name])
            self.start(name, command.arguments, command.env, command.cwd)
            restarts.note(now)
            sentences.append(f"{name} ended with code {code} and was started again: see {self.log_file(name)}")
        return sentences

    def stop(self, seconds: float = 15.0) -> None:
        """SIGTERM to each, the youngest first, then SIGKILL to whatever its group still holds."""
        processes = list(reversed(self._running.values()))
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + seconds
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            self._end_group(process)
        self._running.clear()

    @staticmethod
    def _end_group(process: "subprocess.Popen[bytes]") -> None:
        """What its group still holds is gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(frozen=True)
class _Command:
    """How a child was started."""

    arguments: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None


@dataclass
class _Restarts:
    """When a child was started again, and how long it is waited before the next time."""

    last: float = -math.inf
    pause: float = 0.0

    def is_due(self, now: float) -> bool:
        return now >= self.last + self.pause

    def note(self, now: float) -> None:
        """A child that lived for a while begins with the shortest pause."""
        lived = now - self.last > 10 * max(self.pause, _SHORTEST_PAUSE)
        self.pause = _SHORTEST_PAUSE if lived else min(2 * self.pause, _LONGEST_PAUSE)
        self.last = now


def _as_child() -> None:
    """In the child: default signals (a shell's `&` leaves them ignored), and an end with the parent's end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent()


def end_with_parent() -> None:
    """This process gets SIGTERM when the one that started it ends, however that one ends. Linux alone has it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
