"""Canaries go through the whole program as tokens and app secret; nothing that it leaves behind shows them."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import new_key
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.sandbox.graph.errors import GraphError
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.cli.conftest import FBADS, NOW, Program

GOOD, EXPIRED, APP_SECRET = "EAAcanaryOfAcme7391", "EAAcanaryOfBefore2264", "canarySecretOfAcme5520"
PAST = "2026-11-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(campaigns=2, now=NOW, app_secret=APP_SECRET) as server:
        server.grant(GOOD)
        server.grant(EXPIRED, expires_at=PAST)
        yield server


@pytest.fixture
def program(open_home, sandbox) -> Program:
    """The program with an expired token in its environment; a good one is stored by the test."""
    settings = {"ACCESS_TOKEN": EXPIRED, "APP_SECRET": APP_SECRET, "ENCRYPTION_KEYS": new_key(), "LEVELS": "account"}
    return Program(open_home, GRAPH_URL=sandbox.url, NOW=NOW, LOG_FORMAT="json", **settings)


def tell(program, *arguments, said="", **settings) -> tuple[int, str]:
    """The command's exit code and all that it said, after something was said on its stdin."""
    done = subprocess.run(
        [FBADS, *arguments],
        env=program.environment(**settings),
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def forms(secret) -> tuple[bytes, ...]:
    """The ways in which a secret may lie about: as it is, in hexadecimal, in base64."""
    plain = secret.encode()
    return plain, plain.hex().encode(), base64.b64encode(plain).rstrip(b"=")


def leaks(texts) -> list[str]:
    """Names of those texts in which a secret shows, in any of its forms."""
    wanted = [form for secret in (GOOD, EXPIRED, APP_SECRET) for form in forms(secret)]
    return sorted(name for name, text in texts.items() if any(form in text for form in wanted))


def left_behind(home, url) -> dict[str, bytes]:
    """Every file of the home, and every row of the program's and of Dagster's database."""
    files = [path for path in Path(home).rglob("*") if path.is_file()]
    address = sa.engine.make_url(url)
    of_dagster = address.set(database=f"{address.database}_dagster")
    return {str(path): path.read_bytes() for path in files} | rows_of(address) | rows_of(of_dagster)


def rows_of(address) -> dict[str, bytes]:
    """schema.table → its rows as text; binary columns show in hexadecimal."""
    query = (
        "select table_schema, table_name from information_schema.tables"
        " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
    )
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        tables = connection.execute(sa.text(query)).all()
        assert len(tables) > 10
        rows = {
            f"{schema}.{table}": connection.execute(sa.text(f'select t::text from "{schema}"."{table}" t')).scalars()
            for schema, table in tables
        }
        found = {name: "\n".join(texts).encode() for name, texts in rows.items()}
    engine.dispose()
    return found


@pytest.fixture
def repeating(monkeypatch):
    """Meta repeats secrets in the text of every error, and in what it calls a trace."""
    plain = GraphError.body

    def with_secrets(error):
        said = plain(error)
        shown = f"token {GOOD}, access_token={EXPIRED}, proof with {APP_SECRET}, Bearer {GOOD}"
        said["error"] |= {"message": f"{said['error']['message']} ({shown})", "fbtrace_id": GOOD}
        return said

    monkeypatch.setattr(GraphError, "body", with_secrets)


def test_no_secret_shows_in_what_is_said_written_or_stored(program, sandbox, repeating):
    forbidden = sandbox.control("state")["accounts"][1]["account_id"]
    sandbox.set_scenario({"name": "forbidden-account", "account": forbidden})
    with EmbeddedPostgres(program.home) as server:
        sync = ("sync", "--from", "2026-11-09", "--to", "2026-11-09")
        said = {
            "add": tell(program, "tokens", "add", "acme", "--app-secret", said=f"{GOOD}\n{APP_SECRET}\n"),
            "sync": tell(program, *sync),
            "wrong key": tell(program, "tokens", "rotate", ENCRYPTION_KEYS=new_key()),
            "malformed key": tell(program, "tokens", "list", ENCRYPTION_KEYS=GOOD),
        }
        texts = {**{name: text.encode() for name, (_, text) in said.items()}, **left_behind(program.home, server.url())}
        codes = {name: code for name, (code, _) in said.items()}
        assert codes == {"add": 0, "sync": 1, "wrong key": 2, "malformed key": 2}, said
        assert "Session has expired" in said["sync"][1], "of the environment's token"
        assert f"account {forbidden}" in said["sync"][1]
        assert "does not open the stored token acme" in said["wrong key"][1]
        assert len(texts["ops.tokens"]) > 200, "the token is there, encrypted"
        assert len(texts["public.event_logs"]) > 1000, "Dagster's events are among what was searched"
        assert leaks(texts) == []

        with sa.create_engine(server.url()).begin() as connection:
            query = "insert into ops.api_warnings values ('v1.0', :said, now())"
            connection.execute(sa.text(query), {"said": f"access_token={GOOD}"})
        (program.home / "run.log").write_text(f"proof with {APP_SECRET}")
        found = leaks(left_behind(program.home, server.url()))
        assert {"ops.api_warnings", str(program.home / "run.log")} <= set(found), "what does show is found"
