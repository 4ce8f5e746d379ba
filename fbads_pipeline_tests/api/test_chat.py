"""The chat over HTTP."""

import asyncio
import json
import re

import httpx
import pytest
import schemathesis
import sqlalchemy as sa

from evaluation.chat import world
from fbads_pipeline.adapters.encryption import new_key
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api import authentication
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.cli.data.ask import run_ask
from fbads_pipeline.domain.identity.users import SCOPES_OF, Principal
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.test_specification import hold_to_its_word
from fbads_pipeline_tests.support.postgres_fixture import fresh_database


@pytest.fixture(scope="module")
def app(postgres, graded_template, tmp_path_factory):
    with fresh_database(postgres, template=graded_template) as url:
        database = Database(url, tmp_path_factory.mktemp("chat"))
        database.prepare()
        with database.owner.begin() as connection:
            connection.execute(sa.text("create schema if not exists intermediate"))
            connection.execute(
                sa.text("create table intermediate.publications (version bigint primary key, published_at timestamptz)")
            )
            connection.execute(sa.text("insert into intermediate.publications values (1, now())"))
            connection.execute(sa.text("grant select on all tables in schema marts to fbads_analyst"))
        yield create_app(load_settings(now=world.NOW, encryption_keys=new_key()), database)
        database.close()


def send(app, method, path, body=None, **options):
    async def request():
        transport = httpx.ASGITransport(app=app)
        opened = {LOCAL_COOKIE: app.state.local_secret}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=opened) as client:
            return await client.request(method, path, json=body, **options)

    return asyncio.run(request())


def test_every_operation_of_the_chat_keeps_its_word(app, monkeypatch):
    monkeypatch.setattr(app.state.limits, "take", lambda key, most, *, seconds=60: None)
    described, count = schemathesis.openapi.from_asgi("/openapi.json", app), 0
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.path.startswith("/api/v1/chat"):
            count += 1
            hold_to_its_word(operation, {"Cookie": f"{LOCAL_COOKIE}={app.state.local_secret}"}, examples=6)
    assert count == 13


def test_a_question_gets_its_answer_with_rows_and_citations(app):
    response = send(app, "POST", "/api/v1/chat", {"question": "quanto gastei ontem na Loja Aurora?", "session_id": "a"})
    assert response.status_code == 200
    made = response.json()
    (citation,) = made["citations"]
    assert made["outcome"] == "answered"
    assert made["tables"][0]["query_id"] == citation["query_id"]
    assert isinstance(made["tables"][0]["rows"][0]["spend"], str)
    again = send(app, "GET", f"/api/v1/chat/queries/{citation['query_id']}")
    assert again.json()["rows"] == made["tables"][0]["rows"]
    same = send(app, "POST", "/api/v1/chat", {"message": "quanto gastei ontem na Loja Aurora?"})
    assert same.json()["text"] == made["text"]


def test_programs_get_the_coverage_of_the_days_beside_the_answer(app):
    question = {"question": "quanto gastei ontem na Loja Aurora?"}
    whole = {"asked": 1, "read": 1, "missing": [], "today_read_at": None, "compared": None}
    assert send(app, "POST", "/api/v1/chat", question).json()["coverage"] == whole
    unread = "update marts.day_coverage set is_read = {} where day = '2026-11-22'"
    with app.state.database.owner.begin() as connection:
        connection.exec_driver_sql(unread.format("false"))
    try:
        made = send(app, "POST", "/api/v1/chat", question).json()
        stream = send(app, "POST", "/api/v1/chat/stream", question).text
    finally:
        with app.state.database.owner.begin() as connection:
            connection.exec_driver_sql(unread.format("true"))
    missing = [{"account_id": "100001", "days": [{"since": "2026-11-22", "until": "2026-11-22"}]}]
    assert (made["outcome"], made["kind"]) == ("refused", "not_read")
    assert made["coverage"] == whole | {"read": 0, "missing": missing}
    assert json.loads(stream.rsplit("data: ", 1)[1])["coverage"] == made["coverage"]
    assert send(app, "POST", "/api/v1/chat", {"question": "oi"}).json()["coverage"] is None


def test_a_query_of_nobody_is_not_found(app):
    assert send(app, "GET", "/api/v1/chat/queries/q_0123456789abcdef").status_code == 404
    assert send(app, "GET", "/api/v1/chat/queries/drop").status_code == 400


def test_the_stream_says_the_same(app):
    response = send(app, "POST", "/api/v1/chat/stream", {"question": "top 3 campanhas por ROAS este mês"})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n", 1) for block in response.text.strip().split("\n\n")]
    names = [name.removeprefix("event: ") for name, _ in events]
    assert names[0] == "text" and names[-1] == "done" and {"table", "citation"} <= set(names)
    plain = send(app, "POST", "/api/v1/chat", {"question": "top 3 campanhas por ROAS este mês"}).json()
    lines = [json.loads(data.removeprefix("data: "))["line"] for name, data in events if name == "event: text"]
    assert "\n".join(lines) == plain["text"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * 2001},
        {"question": "gasto", "session_id": "../../etc"},
        {"question": "gasto", "language": "fr"},
        {"question": "gasto", "user": "root"},
        [],
    ],
)
def test_an_unusable_question_is_422(app, body):
    assert send(app, "POST", "/api/v1/chat", body).status_code == 422


def test_the_user_decides_what_is_seen(app, monkeypatch):
    joao = Principal("joao", "joao@agencia.example", "analyst", SCOPES_OF["analyst"], frozenset({"100003"}), "session")
    monkeypatch.setattr(authentication, "identify", lambda *_: joao)
    made = send(app, "POST", "/api/v1/chat", {"question": "gasto ontem"}).json()
    assert [row["currency"] for row in made["tables"][0]["rows"]] == ["USD"]
    foreign = send(app, "POST", "/api/v1/chat", {"question": "gasto da conta Loja Aurora ontem"}).json()
    assert foreign["outcome"] == "refused" and foreign["tables"] == []


def test_the_command_line_says_the_same(app, capsys):
    database = app.state.database
    settings = load_settings(home=database.home, database_url=database.url, now=world.NOW)
    plain = send(app, "POST", "/api/v1/chat", {"question": "quanto gastei ontem na Loja Aurora?"}).json()
    question = "quanto gastei ontem na Loja Aurora?"
    capsys.readouterr()  # the request's log line
    assert run_ask(settings, question, session=None, language=None, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["text"] == plain["text"]
    assert run_ask(settings, "qual o lucro?", session=None, language="en", as_json=False) == 1
    assert capsys.readouterr().out.startswith("I do not have the metric")


BALANCES = """
insert into raw.accounts (account_id, name, currency, timezone_name, collected_at)
    select account_id, name, currency, timezone_name, now() from marts.accounts on conflict do nothing;
insert into raw.account_money_readings (account_id, read_at, currency, is_prepaid, money_left, funding_shape)
    select account_id, cast(:now as timestamptz), currency, true, case when name = 'Loja Aurora' then 250 end, '999 xx'
    from marts.accounts;
"""


def test_what_is_left_is_answered_from_readings_and_never_with_what_was_spent(app):
    def asked(question, language):
        return send(app, "POST", "/api/v1/chat", {"question": question, "language": language}).json()

    assert (asked("quanto saldo tem?", "pt")["outcome"], asked("quanto saldo tem?", "pt")["kind"]) == (
        "refused",
        "balance",
    ), "nothing of it was read"
    with app.state.database.owner.begin() as connection:
        connection.execute(sa.text(BALANCES), {"now": world.NOW})
    answer = asked("quando acaba o saldo da Loja Aurora?", "pt")
    assert (answer["outcome"], answer["kind"]) == ("answered", "balances")
    assert "Loja Aurora, saldo pré-pago: restam " in answer["text"] and "250,00" in answer["text"]
    assert answer["text"].count("saldo pré-pago") == 1, "the account that was named, alone"
    assert answer["citations"][0]["source"] == "raw.account_money_readings"
    everything = asked("what's my prepaid balance?", "en")["text"]
    assert "what is left is not known; Meta writes it in a form that is not known (999 xx)" in everything


SESSION = "0123456789abcdef"
QUESTIONS = ("quanto gastei por dia nos últimos 5 dias na Loja Aurora?", "por campanha")


def page(app, question=None, session=SESSION):
    """The page of the conversation, or of its answer to a question."""
    if question is None:
        return send(app, "GET", f"/chat?session={session}").text.replace("\xa0", " ")
    secret = {"cookie": f"{LOCAL_COOKIE}={app.state.local_secret}; fbads_language=pt"}

    async def request():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=secret) as client:
            return await client.post("/chat", data={"question": question, "session": session, "csrf": ""})

    return asyncio.run(request()).text.replace("\xa0", " ")


@pytest.fixture(scope="module")
def shown(app):
    return [page(app, one) for one in QUESTIONS]


class TestConversation:
    """The page: the whole thread, made again from what is stored, and nobody else's."""

    def test_a_thread_is_whole_and_the_same_after_it_was_stored(self, app, shown):
        said = re.compile(r'<div class="said"><p>(.*?)</p>', re.DOTALL)
        first, second = said.findall(shown[1])
        assert said.findall(shown[0]) == [first] and first != second
        again = page(app)
        assert said.findall(again) == [first, second]
        assert all(one in again for one in QUESTIONS), "questions are kept, encrypted"

    def test_a_series_by_day_is_drawn_and_names_lead_to_their_pages(self, shown):
        assert shown[0].count("<figure>") == 1 and shown[0].count('class="point"') == 5
        assert re.search(r'<td><a href="/campaigns/[0-9]+">', shown[1])

    def test_what_to_ask_next_is_a_button_of_the_newest_answer_alone(self, shown):
        assert 'name="question" value="por campanha"' in shown[0]
        assert shown[1].count('name="question" value="por dia"') <= 1
        assert 'name="question" value="por campanha"' not in shown[1]

    def test_the_rows_are_a_file_of_whoever_asked(self, app, shown):
        path = re.search(r'href="(/chat/rows/q_[0-9a-f]{16}\.csv)"', shown[0])[1]
        answer = send(app, "GET", path)
        assert answer.status_code == 200 and answer.text.count("\n") == 6, answer.text
        assert send(app, "GET", "/chat/rows/q_0123456789abcdef.csv").status_code == 404

    def test_conversations_of_before_are_listed_by_their_first_question(self, app, shown):
        listed = page(app, session="")
        assert f'href="/chat?session={SESSION}"' in listed and QUESTIONS[0] in listed
        assert '<div class="said">' not in listed, "a new one begins empty"

    def test_a_conversation_of_somebody_else_is_empty(self, app, shown):
        conversations = app.state.chat.conversations
        assert len(conversations.exchanges("owner", SESSION, now=world.NOW)) == 2
        assert conversations.exchanges("joana", SESSION, now=world.NOW) == []
        assert conversations.sessions("joana", now=world.NOW, most=9) == []
