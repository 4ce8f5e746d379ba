"""The program's own PostgreSQL: one server per home, whoever starts it, however anybody dies."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from fbads_pipeline.adapters.postgres.server import embedded
from fbads_pipeline.adapters.postgres.server import installation as embedded_place
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres, EmbeddedPostgresError

AS_ROOT = os.geteuid() == 0
CLIENT = (
    "import sys; from pathlib import Path;"
    "from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres;"
    "server = EmbeddedPostgres(Path(sys.argv[1]), durable=False); server.__enter__(); print(server.url(), flush=True);"
    "sys.stdin.read(); server.__exit__(None, None, None)"
)


@pytest.fixture
def home(open_home):
    return open_home


def server(home):
    return EmbeddedPostgres(home, durable=False)


def ask(url, query):
    connection = psycopg2.connect(url.replace("+psycopg2", "", 1))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def client(home):
    process = subprocess.Popen([sys.executable, "-c", CLIENT, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, process.stdout.readline().decode().strip()


def test_a_home_keeps_its_address_and_its_rows_over_a_restart(home):
    with server(home) as first:
        url = first.url()
        connection = psycopg2.connect(url.replace("+psycopg2", "", 1))
        with connection, connection.cursor() as cursor:
            cursor.execute("create table kept (x int); insert into kept values (7)")
        connection.close()
    assert not server(home).is_running(), "the last client out stops it"
    with server(home) as second:
        assert second.url() == url
        assert ask(url, "select x from kept") == 7
        assert ask(url, "show timezone") == "UTC"
        assert ask(url, "show server_encoding") == "UTF8"


def test_broken_files_of_the_home_are_mended_or_named_in_one_sentence(home):
    folder = home / "postgres"
    with server(home) as first:
        ask(first.url(), "create table kept as select 7 as n; select 1")
        for content in (b"", b"\xff\xfe", b"x"):
            (folder / "port").write_bytes(content)
            with server(home) as second:
                assert ask(second.url(), "select n from kept") == 7, content
    for name in ("port", "location"):
        (folder / name).write_bytes(b"")
    with server(home) as again:
        assert ask(again.url(), "select n from kept") == 7
        assert int((folder / "port").read_text()) and Path((folder / "location").read_text().strip()).is_absolute()
    right = (folder / "password").read_bytes()
    for wrong in (b"", b"another"):
        (folder / "password").write_bytes(wrong)
        with pytest.raises(EmbeddedPostgresError, match="/password does not hold the password of this home's database"):
            server(home).start()
        assert not server(home)._postmaster()
    (folder / "password").write_bytes(right)
    with server(home) as last:
        assert ask(last.url(), "select n from kept") == 7


def test_who_waits_in_vain_for_another_start_says_so(home, monkeypatch):
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.1)
    (home / "postgres").mkdir(parents=True)
    with open(home / "postgres" / "server.lock", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedPostgresError, match="another process has been starting or stopping"):
            server(home).start()


def test_the_password_is_asked_for_and_kept_private(home):
    with server(home) as running:
        url = running.url()
        file = home / "postgres" / "password"
        assert file.stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            ask(url.replace(file.read_text().strip(), "wrong"), "select 1")
        assert ask(url, "show listen_addresses") == "127.0.0.1"
        assert ask(url, "show fsync") == "off"


def test_two_that_start_at_once_share_one_server(home):
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: client(home), range(4)))
    assert len({url for _, url in started}) == 1
    for process, url in started:
        assert ask(url, "select 1") == 1
        process.communicate(b"", timeout=30)
    assert not server(home).is_running()


def test_a_client_that_was_killed_does_not_pin_the_server(home):
    process, url = client(home)
    with server(home):
        process.kill()
        process.communicate()
        assert ask(url, "select 1") == 1
    assert not server(home).is_running()


def test_a_client_that_leaves_does_not_stop_what_another_one_uses(home):
    process, url = client(home)
    with server(home):
        pass
    assert ask(url, "select 1") == 1
    process.communicate(b"", timeout=30)


def test_the_server_stays_where_it_was_told_to(home):
    with server(home) as running:
        running.leave_running()
    assert server(home).is_running()
    assert server(home).stop() is True
    assert server(home).stop() is False


def test_a_server_that_was_killed_is_started_anew(home):
    with server(home) as running:
        url, pid = running.url(), running._postmaster()
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while running.is_running() and time.monotonic() < deadline:
            time.sleep(0.05)
        running.start()
        assert ask(url, "select 1") == 1


def test_a_pid_that_is_now_another_programs_is_not_taken_for_the_server(home):
    with server(home) as running:
        data = running._data
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with server(home) as running:
        assert ask(running.url(), "select 1") == 1


def test_a_port_that_another_program_took_is_left_to_it(home, caplog):
    with server(home) as running:
        port = running._port()
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", port))
        thief.listen()
        with server(home) as running:
            assert running._port() != port
            assert ask(running.url(), "select 1") == 1
    assert f"port {port} is taken" in caplog.text


def test_a_home_with_a_long_path_works(home):
    with server(home / ("long" * 30)) as running:
        assert ask(running.url(), "select 1") == 1


@pytest.mark.skipif(not AS_ROOT, reason="only root has privileges to drop")
def test_root_runs_it_as_somebody_else_even_below_a_private_folder(home, monkeypatch):
    monkeypatch.setattr(embedded_place, "SHARED", home / "shared")
    private = home / "private"
    private.mkdir(mode=0o700)
    with server(private / "home") as running:
        pid = running._postmaster()
        assert Path(f"/proc/{pid}").stat().st_uid != 0
        assert running._data.is_relative_to(embedded_place.SHARED)
        assert ask(running.url(), "select 1") == 1
    assert private.stat().st_mode & 0o777 == 0o700, "nobody's folder is opened"
    with server(private / "home") as running:
        assert ask(running.url(), "select 1") == 1
    shutil.rmtree(private / "home")
    with server(private / "home") as running:
        assert ask(running.url(), "select 1") == 1, "a home that was removed can be made anew under its name"
        assert list(running._place.data_root.glob("removed-*/PG_VERSION")), "the earlier data is kept aside"


@pytest.mark.skipif(not AS_ROOT, reason="only root has privileges to drop")
def test_programs_that_the_servers_user_cannot_reach_are_copied_once(home, monkeypatch):
    hidden = home / "hidden"
    hidden.mkdir(mode=0o700)
    package = embedded_place._find_programs().parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, hidden / folder.name, symlinks=True)
    programs = hidden / embedded_place._find_programs().relative_to(package.parent)
    monkeypatch.setattr(embedded_place, "_find_programs", lambda: programs)
    monkeypatch.setattr(embedded_place, "SHARED", home / "shared")
    copied = embedded_place.place_of(home).programs
    assert copied.is_relative_to(home / "shared")
    shutil.rmtree(hidden / f"{package.name}.libs")
    assert embedded_place.place_of(home).programs == copied
    with server(home / "private") as running:
        assert ask(running.url(), "select 1") == 1


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedPostgresError, match="FBADS_HOME .* cannot be written .* choose another folder"):
        server(tmp_path / "file" / "home").__enter__()


def test_no_programs_is_one_sentence(monkeypatch):
    monkeypatch.setattr(embedded_place, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded_place, "OLDEST", 99)
    with pytest.raises(EmbeddedPostgresError, match="no PostgreSQL 99 or newer is installed"):
        embedded_place._find_programs()


def test_a_start_that_fails_says_why_and_where(home, monkeypatch):
    monkeypatch.setitem(embedded._SETTINGS, "shared_buffers", "lots")
    with pytest.raises(EmbeddedPostgresError, match="does not start: .*; see .*server.log") as failure:
        server(home).__enter__()
    assert (home / "postgres" / "password").read_text().strip() not in str(failure.value)


@pytest.mark.skipif(not AS_ROOT, reason="anybody else runs every other test of this file this way")
def test_somebody_who_is_not_root_runs_it_as_themselves(home):
    os.chown(home, 65534, 65534)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            with server(home) as running:
                same = Path(f"/proc/{running._postmaster()}").stat().st_uid == os.getuid()
                code = 0 if same and ask(running.url(), "select 1") == 1 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
