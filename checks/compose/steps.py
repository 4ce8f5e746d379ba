"""What both checks of containers share: steps in order, each with its seconds and the machine's load, then the end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from checks.compose.engine import CheckFailed, Compose, temporary_folder

Containers = TypeVar("Containers", bound=Compose)


def run_steps(
    check: str, make: Callable[[Path], Containers], steps: Sequence[Callable[[Containers], str]], names: Sequence[str]
) -> int:
    """0 when every step held. names: of the steps to take, in order; all of them without."""
    unknown = set(names) - {step.__name__ for step in steps}
    if unknown:
        print(f"{check} has no step {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if subprocess.run(["docker", "version"], capture_output=True).returncode:
        print(f"{check} was left out: no Docker engine answers (set DOCKER_HOST)", file=sys.stderr)
        return 1
    with temporary_folder() as name:
        containers = make(Path(name))
        try:
            for step in [one for one in steps if not names or one.__name__ in names]:
                begun = time.monotonic()
                found = step(containers)
                print(
                    f"{step.__name__}: {found} ({time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.0f})",
                    flush=True,
                )
        except CheckFailed as wrong:
            print(f"{check} failed: {wrong}\n{containers.logs()}", file=sys.stderr)
            return 1
        finally:
            containers.run("down", "-v", "--remove-orphans", may_fail=True)
    return 0
