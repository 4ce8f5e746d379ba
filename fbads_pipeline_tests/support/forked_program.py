"""`fbads` in a process of its own, forked from one that has imported the libraries which it would import.

The entry point, arguments, environment, streams and exit code are those of a call from a shell; the seconds that every
start spends on importing Dagster and dbt are spent once per worker of the tests. Modules of the project are imported
by the call itself, since some of them read the environment when they are imported.
"""

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fbads_pipeline.defs.shared.code_server import RUN_LIBRARIES

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload([*RUN_LIBRARIES, "dagster_celery", "fastapi"])


def run_forked(
    program: str, arguments: Sequence[str], environment: Mapping[str, str], *, timeout: float
) -> "subprocess.CompletedProcess[str]":
    """What `subprocess.run` gives for that command of the program, its output as text.

    Raises subprocess.TimeoutExpired after `timeout` seconds, the process being killed.
    """
    command = [program, *arguments]
    with tempfile.TemporaryDirectory(prefix="fbads-streams-") as folder:
        streams = Path(folder) / "stdout", Path(folder) / "stderr"
        process = _FORKED.Process(target=_call, args=(command, dict(environment), os.getcwd(), *map(str, streams)))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(command, timeout, *(path.read_bytes() for path in streams))
        code, output, errors = process.exitcode, *(path.read_text() for path in streams)
        process.close()
    return subprocess.CompletedProcess(command, code, output, errors)


def _call(command: list[str], environment: dict[str, str], folder: str, stdout: str, stderr: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, stdout), (2, stderr)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = command
    from fbads_pipeline.cli.main import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # a process of multiprocessing leaves them out
