"""The team's words by API and on their page: viewers read, who decides writes, forms carry their token."""

import pytest

from evaluation.chat import world
from fbads_pipeline.adapters.encryption import new_key
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.people import People
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

PUBLISHED = """
create schema if not exists intermediate;
create table intermediate.publications (version bigint primary key, published_at timestamptz);
insert into intermediate.publications values (1, now());
grant select on all tables in schema marts to fbads_analyst
"""
WORD = {"phrase": "zopra", "kind": "metric", "meaning": "Investimento"}
URL, PAGE = "/api/v1/chat", "/chat/vocabulary"


@pytest.fixture(scope="module")
def people(postgres, graded_template, tmp_path_factory):
    with fresh_database(postgres, template=graded_template) as url:
        database = Database(url, tmp_path_factory.mktemp("chat"))
        database.prepare()
        with database.owner.begin() as connection:
            connection.exec_driver_sql(PUBLISHED)
        yield People(create_app(load_settings(now=world.NOW, encryption_keys=new_key()), database), database)
        database.close()


def test_the_team_teaches_and_undoes_by_api_and_every_change_is_audited(people):
    writer, reader = people.logged_in("approver", accounts=world.MINE), people.logged_in("viewer", accounts=world.MINE)
    asked = {"question": "zopra da Loja Aurora ontem"}
    assert writer.post(URL, asked).json()["outcome"] != "answered"
    assert reader.post(f"{URL}/synonyms", WORD).status_code == 403
    made = writer.post(f"{URL}/synonyms", WORD)
    assert (made.status_code, made.json()["meaning"]) == (201, "spend")
    assert writer.post(URL, asked).json()["outcome"] == "answered"
    assert [one["phrase"] for one in reader.get(f"{URL}/synonyms").json()] == ["zopra"]
    taken = writer.post(f"{URL}/synonyms", {**WORD, "phrase": "gasto"})
    assert taken.status_code == 422 and "já significa algo" in taken.text
    version = made.json()["version"]
    assert reader.post(f"{URL}/synonyms/{version}/undo").status_code == 403
    assert writer.post(f"{URL}/synonyms/{version}/undo").json()["kind"] is None
    assert writer.post(f"{URL}/synonyms/99999/undo").status_code == 404
    assert writer.send("DELETE", f"{URL}/synonyms/zopra").status_code == 404
    assert reader.get(f"{URL}/synonyms").json() == []
    history = reader.get(f"{URL}/synonyms/history").json()
    assert [one["kind"] for one in history] == [None, "metric"] and len({one["set_by"] for one in history}) == 1
    with people.app.state.database.owner.connect() as connection:
        query = "select action from ops.audit_log where action like 'chat.%%' order by seq"
        assert connection.exec_driver_sql(query).scalars().all() == ["chat.synonym_set", "chat.synonym_removed"]


def test_verified_questions_are_replayed_and_misses_are_of_who_sees_every_account(people):
    writer, owner = people.logged_in("approver", accounts=world.MINE), people.logged_in("approver")
    owner.post(URL, {"question": "zimbrolho da Spring Sale ontem"})
    assert writer.get(f"{URL}/misses").status_code == 403
    (miss,) = [one for one in owner.get(f"{URL}/misses").json() if "zimbrolho" in one["words"]]
    assert "spring" not in miss["text"] and "C1" in miss["text"]
    assert people.logged_in("viewer").get(f"{URL}/misses").status_code == 403
    verified = writer.post(f"{URL}/verified", {"question": "gasto da Loja Aurora ontem"})
    assert verified.status_code == 201
    assert writer.post(f"{URL}/verified", {"question": "zimbrolho"}).status_code == 422
    (one,) = writer.get(f"{URL}/verified").json()
    assert (one["state"], one["changed"]) == ("same", [])
    stranger = people.logged_in("viewer", accounts=[world.FOREIGN])
    assert stranger.get(f"{URL}/verified").json() == []
    assert writer.send("DELETE", f"{URL}/verified/{one['version']}").status_code == 204
    assert owner.send("POST", f"{URL}/not-useful", json={"question": "gasto ontem"}).status_code == 204
    kept = owner.get(f"{URL}/misses").json()
    assert {one["reason"] for one in kept} >= {"not_useful"}
    with people.app.state.database.owner.begin() as connection:
        refuses = "insert into ops.consents (user_id, document, version, state, at, via)"
        connection.exec_driver_sql(
            f"{refuses} select user_id, 'chat_history', '1', 'refused', now(), 'x' from ops.users"
        )
    owner.post(URL, {"question": "outro zimbrolho da Spring Sale ontem"})
    assert owner.get(f"{URL}/misses").json() == kept, "of whoever refuses that questions are kept"
    with people.app.state.database.owner.begin() as connection:
        connection.exec_driver_sql("truncate ops.consents")


@pytest.mark.parametrize(
    ("language", "title", "says"),
    [("pt", "Palavras da equipe", "já significa algo"), ("en", "Words of the team", "means something already")],
)
def test_the_page_teaches_in_one_click_and_its_forms_carry_their_token(people, language, title, says):
    owner, viewer = people.logged_in("approver"), people.logged_in("viewer", accounts=world.MINE)
    for one in (owner, viewer):
        one.cookies.set("fbads_language", language)
    word = f"gozulho{language}"
    page = owner.send("POST", "/chat", data={"question": f"{word} ontem", "session": "a" * 16, "csrf": csrf(owner)})
    assert 'action="/chat/not-useful"' in page.text and f'href="{PAGE}"' in page.text
    shown = owner.get(PAGE).text
    assert title in shown and f'name="phrase" value="{word}"' in shown
    form = {"phrase": word, "kind": "metric", "metric": "spend"}
    forged = owner.send("POST", PAGE, data=form, headers={"x-csrf-token": "x"})
    assert forged.status_code == 403, "a form of another site"
    assert viewer.send("POST", PAGE, data={**form, "csrf": csrf(viewer)}).status_code == 403
    taught = owner.send("POST", PAGE, data={**form, "csrf": csrf(owner)})
    assert (taught.status_code, taught.headers["location"]) == (303, f"{PAGE}?done=yes")
    assert owner.post(URL, {"question": f"{word} ontem"}).json()["outcome"] == "answered"
    read = viewer.get(PAGE).text
    assert f"{word} = " in read and f'action="{PAGE}' not in read and "gozulho ontem" not in read
    wrong = owner.send("POST", PAGE, data={**form, "phrase": "<script>", "metric": "flux", "csrf": csrf(owner)})
    assert "<script>" not in owner.get(wrong.headers["location"]).text
    refused = owner.send("POST", PAGE, data={**form, "phrase": "ontem", "csrf": csrf(owner)})
    assert says in owner.get(refused.headers["location"]).text
    gone = owner.send("POST", f"{PAGE}/remove", data={"phrase": word, "csrf": csrf(owner)})
    assert gone.status_code == 303 and f"{word} = " not in viewer.get(PAGE).text.split("<h2>")[1]


def csrf(browser):
    return browser.headers["x-csrf-token"]
