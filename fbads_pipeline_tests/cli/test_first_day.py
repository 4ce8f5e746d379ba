"""The first day of an empty home: what keeps it from reading is announced, through every channel, within one tick."""

import json

import pytest

from fbads_pipeline_tests.cli.conftest import Program
from fbads_pipeline_tests.support.mail_server import certificates, mail_server
from fbads_pipeline_tests.support.stub_server import reply, stub_server

EXPIRED = {"error": {"message": "Session has expired", "type": "OAuthException", "code": 190, "error_subcode": 463}}


@pytest.fixture
def refusing():
    """A Marketing API that refuses every token."""
    with stub_server(EXPIRED) as server:
        server.answers += [reply(400, EXPIRED)] * 100
        yield server


@pytest.fixture
def channels(tmp_path):
    """Slack and a mail server on this machine, with the settings that lead to them."""
    folder = certificates(tmp_path)
    with stub_server() as slack, mail_server(folder) as mail:
        recipients = tmp_path / "recipients.yaml"
        recipients.write_text(
            "recipients:\n"
            "- {channel: slack, address: C1}\n- {channel: email, address: dona@example.com}\n"
            "- {channel: dry_run, address: stderr}\n"
        )
        settings = {
            "SLACK_TOKEN": "xoxb-canary",
            "SLACK_CHANNEL": "C1",
            "SLACK_API_URL": slack.url,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mail.port),
            "SMTP_FROM": "fbads@example.com",
            "SMTP_CA": str(folder / "ca.pem"),
            "RECIPIENTS": str(recipients),
        }
        yield slack, mail, settings


def _announce(program: Program) -> list[str]:
    """Titles in the dry run's outbox after incidents were looked at and messages sent."""
    found = program.run("run", "troubles")
    assert found.returncode == 0, found.stderr
    sent = program.run("run", "dispatch")
    assert sent.returncode == 0, sent.stderr
    lines = (program.home / "outbox" / "dry_run.jsonl").read_text().splitlines()
    return [json.loads(line)["title"] for line in lines]


def test_a_refused_token_on_an_empty_home_reaches_every_channel_within_one_tick(open_home, refusing, channels):
    slack, mail, settings = channels
    url = refusing.url.removesuffix("/api/")
    program = Program(open_home, GRAPH_URL=url, ACCESS_TOKEN="canary-token", **settings)
    tick = program.run("run", "tick")
    assert tick.returncode == 3 and "Session has expired" in tick.stderr
    titles = _announce(program)
    assert len(titles) == 1 and "environment" in titles[0]
    assert [body["channel"] for path, _, body in slack.requests if path.endswith("chat.postMessage")] == ["C1"]
    assert [one.rcpt_tos for one in mail.mails] == [["dona@example.com"]]
    assert "canary-token" not in json.dumps([titles, *(body for _, _, body in slack.requests)])


def test_a_missing_token_is_announced_and_its_end_too(open_home, channels, calm):
    slack, mail, settings = channels
    program = Program(open_home, GRAPH_URL=calm.url, **settings)
    assert program.run("run", "tick").returncode == 2
    titles = _announce(program)
    assert len(titles) == 1 and len(mail.mails) == 1
    body = json.loads((program.home / "outbox" / "dry_run.jsonl").read_text())["body"]
    assert "FBADS_ACCESS_TOKEN" in body
    with_token = Program(
        open_home, GRAPH_URL=calm.url, ACCESS_TOKEN=calm.token, NOW="2026-11-10T15:00:00+00:00", **settings
    )
    assert with_token.run("run", "tick").returncode == 0
    # The first tick also finds ads that Meta rejected.
    of_runs = [title for title in _announce(with_token) if "collect_and_model" in title]
    assert len(of_runs) == 2


def test_sql_on_an_empty_home_says_what_makes_its_tables(open_home):
    program = Program(open_home)
    for role in ("analyst", "owner"):
        asked = program.run("sql", "select count(*) from marts.accounts", "--role", role)
        assert (asked.returncode, asked.stdout, len(asked.stderr.splitlines())) == (2, "", 1), asked.stderr
        assert "`fbads sync --from DAY --to DAY`" in asked.stderr


@pytest.mark.parametrize(
    ("question", "said"), [("quanto gastei ontem?", "nada foi lido"), ("spend yesterday", "nothing was read")]
)
def test_a_question_on_an_empty_home_is_answered_with_what_to_do_first(open_home, question, said):
    asked = Program(open_home).run("ask", question)
    assert (asked.returncode, len(asked.stdout.splitlines()), asked.stderr) == (1, 1, ""), asked.stderr
    assert said in asked.stdout and "`fbads sync --from" in asked.stdout
