"""Child processes: waited for, watched, and all gone in the end."""

import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from fbads_pipeline.adapters.processes import ChildFailed, Children, PortTaken, free_port, require_free_port

SERVER = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()"  # noqa: E501
WITH_GRANDCHILD = (
    "import subprocess, sys, time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True); time.sleep(600)"
)


def wait_until(truth, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if truth():
            return
        time.sleep(0.02)
    raise AssertionError("it did not become true in time")


def is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_is_waited_for_until_it_answers(tmp_path):
    port = free_port()
    with Children(tmp_path) as children:
        children.start("server", [sys.executable, "-c", SERVER, str(port)], {})
        children.wait_for_http("server", f"http://127.0.0.1:{port}/", seconds=20)
        children.check()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_child_that_ends_is_named_with_its_log(tmp_path):
    with Children(tmp_path) as children:
        children.start("broken", [sys.executable, "-c", "print('why'); raise SystemExit(7)"], {})
        with pytest.raises(ChildFailed, match=r"broken ended with code 7: see .*broken\.log"):
            children.wait_for_http("broken", f"http://127.0.0.1:{free_port()}/", seconds=20)
        assert (tmp_path / "broken.log").read_text() == "why\n"


def test_what_a_child_started_and_will_not_end_is_ended_too(tmp_path):
    with Children(tmp_path) as children:
        children.start("stubborn", [sys.executable, "-c", WITH_GRANDCHILD], {})
        log = tmp_path / "stubborn.log"
        wait_until(lambda: log.exists() and log.read_text().strip())
        grandchild = int(log.read_text())
        children.stop(seconds=0.5)
    wait_until(lambda: is_gone(grandchild))


def test_children_die_with_a_parent_that_was_killed(tmp_path):
    program = (
        "import sys, pathlib, time; from fbads_pipeline.adapters.processes import Children;"
        f"c = Children(pathlib.Path({str(tmp_path)!r}));"
        "c.start('child', [sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'],"
        "{});"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    log = tmp_path / "child.log"
    wait_until(lambda: log.exists() and log.read_text().strip())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_until(lambda: is_gone(int(log.read_text())))


def test_a_child_that_is_killed_is_started_again_and_takes_no_other_with_it(tmp_path):
    waiting = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
    log = tmp_path / "code.log"
    with Children(tmp_path) as children:
        children.start("code", waiting, {})
        children.start("sidecar", waiting, {})
        wait_until(lambda: log.exists() and log.read_text().strip())
        assert children.restart_ended(["code", "sidecar"]) == []
        os.kill(int(log.read_text()), signal.SIGKILL)
        said = []
        wait_until(lambda: said.extend(children.restart_ended(["code", "sidecar"])) or said)
        assert "code ended with code -9 and was started again: see" in said[0]
        wait_until(lambda: len(log.read_text().split()) == 2)
        os.kill(int(log.read_text().split()[1]), signal.SIGKILL)
        wait_until(lambda: is_gone(int(log.read_text().split()[1])))
        assert children.restart_ended(["code", "sidecar"]) == [], "a second one at once waits for its pause"
        with pytest.raises(ChildFailed, match="code ended"):
            children.restart_ended(["sidecar"])


def test_a_port_in_use_names_the_setting():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is in use: .* set FBADS_API_PORT"):
            require_free_port(port, "FBADS_API_PORT")
    require_free_port(free_port(), "FBADS_API_PORT")
