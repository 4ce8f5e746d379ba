"""Every page and every problem of the API in a third language: no plain sentence stays behind."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.translation.catalogues import MissingText
from fbads_pipeline.adapters.translation.translator import localizer, translator
from fbads_pipeline.bootstrap.alerts import CHANNEL_SETTINGS
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.api.pages.test_pages import MARTS, PAGES
from fbads_pipeline_tests.support.people import PASSWORD, People
from fbads_pipeline_tests.support.pseudo_locale import plain_words, pseudo_locale
from fbads_pipeline_tests.test_pseudo_locale import Shown

PACKAGE = Path(__file__).parents[2] / "fbads_pipeline"
# Names, ids, states as Meta writes them, scopes, formats, languages by their own names, and what a fixture stored.
DATA = (
    "fbads Loja Outra Campanha BRL USD America/Sao_Paulo UTC OUTCOME_SALES pdf xlsx html csv English Português R US",
    "Stored en pt Esperanto marts:read me chat:use suggestions:read suggestions:decide reports:read users:export"
    " users:erase admin metrics:read example",
    # Names of settings, commands and channels are the same in every language.
    " ".join([*CHANNEL_SETTINGS, *CHANNEL_SETTINGS.values()]).replace(" and ", " "),
    "FBADS_ACCESS_TOKEN fbads sync from to demo principal",
    # What stands on the keys of a keyboard.
    "Ctrl K j k e a r s x u",
    # Of the example of a message: names of a client and its campaigns, and the language that is chosen.
    "Loja Ipê Coleção Verão | Broad Remarketing Lançamento Tênis Frete eo",
)
STORED = """update ops.suggestions set reason = '"Stored"', note = '"Stored"'"""
FIGURES = (
    "update ops.suggestions set effect_low = 10, effect_expected = 55, effect_high = 120, p_better = 0.93,"
    """ evidence = '{"first_day": "2026-11-01", "last_day": "2026-11-07", "spend": "10.5", "ctr": "0.004",
    "currency": "BRL"}'"""
)


@pytest.fixture
def language(tmp_path):
    with pseudo_locale(tmp_path / "locale") as code:
        yield code


@pytest.fixture
def world(language, app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(MARTS), {"name": "Loja"})
        connection.execute(sa.text("update analysis.anomalies set message = :stored"), {"stored": '"Stored"'})
        connection.execute(sa.text("update marts.campaigns set name = 'Campanha'"))
        connection.execute(sa.text(STORED))
        connection.exec_driver_sql(FIGURES)
    return People(app, database)


@pytest.fixture
def visitor(app, world, language):
    client = Client(app)
    client.cookies.set("fbads_language", language)
    return client


@pytest.mark.parametrize("path", [*PAGES, "/login", "/suggestions?status=ACCEPTED", "/?account=43", "/none"])
def test_a_page_has_no_plain_text(visitor, path):
    path, _, query = path.partition("?")
    params = dict(part.split("=") for part in query.split("&") if part)
    answer = visitor.send("GET", path, params=params or None, headers={"accept": "text/html"})
    assert 'lang="eo"' in answer.text
    # What is sent to a channel is shown as it is sent: JSON has keys.
    shown = re.sub(r"<pre class=\"wide\".*?</pre>", "", answer.text, flags=re.DOTALL)
    assert plain_words(Shown(shown).text, *DATA) == []


def test_what_a_form_answers_has_no_plain_text(visitor, world, app):
    for action in ("accept", "undo"):
        version = "1" if action == "accept" else "2"
        body = {"action": action, "version": version, "back": "/suggestions", "csrf": ""}
        answer = visitor.send("POST", "/suggestions/s101", data=body)
        assert f"done={action}" in answer.headers["location"]
        assert plain_words(Shown(visitor.get(answer.headers["location"]).text).text, *DATA) == []
    user = world.add("viewer")
    wrong = visitor.send("POST", "/login", data={"email": user.email, "password": f"{PASSWORD}x", "next": "/"})
    assert wrong.status_code == 401 and plain_words(Shown(wrong.text).text, *DATA) == []


@pytest.mark.parametrize(
    ("method", "path", "given", "data"),
    [
        ("GET", "/api/v1/nothing", {}, ""),
        ("PUT", "/api/v1/campaigns", {}, ""),
        ("POST", "/api/v1/campaigns", {}, ""),
        ("GET", "/api/v1/campaigns/17", {}, ""),
        ("GET", "/api/v1/campaigns/x", {}, "campaign_id"),
        ("GET", "/api/v1/campaigns", {"params": {"limit": "x"}}, "limit"),
        ("GET", "/api/v1/campaigns", {"params": {"cursor": "zzz"}}, ""),
        (
            "GET",
            "/api/v1/campaigns",
            {"params": {"sort": "up"}},
            "sort name spend daily_budget created_at campaign_id",
        ),
        ("GET", "/api/v1/campaigns", {"params": {"sort": "spend"}}, "sort spend"),
        ("GET", "/api/v1/campaigns/101/insights", {"params": {"from": "2026-12-01", "to": "2026-11-01"}}, "from to"),
        ("GET", "/api/v1/campaigns/101/insights", {"params": {"from": "yesterday"}}, "from"),
        ("GET", "/api/v1/analytics/trends", {"params": {"metric": "none"}}, "none"),
        ("GET", "/api/v1/suggestions/none", {}, "none"),
        ("POST", "/api/v1/suggestions/s101/snooze", {"json": {"version": 1, "until": "2026-11-12T00:00:00"}}, ""),
        ("POST", "/api/v1/suggestions/s101/accept", {"json": {}}, "version"),
        ("POST", "/api/v1/suggestions/s101/accept", {"json": {"version": 1, "more": 1}}, "more"),
        ("POST", "/api/v1/auth/login", {"json": {"email": "a@example", "password": "x"}}, ""),
        ("POST", "/api/v1/auth/token", {}, "POST api auth login"),
        ("GET", "/api/v1/me/export", {}, ""),
        ("POST", "/api/v1/reports", {"json": {"kind": "weekly", "formats": ["pdf"]}}, "weekly"),
        ("POST", "/api/v1/reports", {"json": {"kind": "weekly", "formats": [], "account_id": "42"}}, "formats"),
        (
            "POST",
            "/api/v1/reports",
            {"json": {"kind": "weekly", "formats": ["pdf"], "account_id": "42", "language": "fr"}},
            "language eo",
        ),
        ("GET", "/api/v1/reports/" + "0" * 32, {}, ""),
    ],
)
def test_a_problem_has_no_plain_text(app, world, language, method, path, given, data):
    answer = Client(app).send(method, path, headers={"accept-language": f"fr, {language};q=0.9, en;q=0.5"}, **given)
    problem = answer.json()["error"]
    assert answer.status_code >= 400 and answer.headers["content-language"] == language
    metrics = " ".join(translator_keys())
    assert plain_words(f"{problem['message']} {problem['hint'] or ''}", *DATA, data, metrics) == []


def translator_keys():
    return METRICS


def test_a_caller_without_a_login_is_told_in_each_language(app, world):
    world.add("viewer")
    said = {
        language: Client(app).send("GET", "/api/v1/campaigns", headers={"accept-language": language}).json()["error"]
        for language in ("pt-BR", "en", "")
    }
    assert [one["message"] for one in said.values()] == [
        "É preciso entrar.",
        "Authentication required.",
        "Authentication required.",
    ]


KEY = re.compile(r"""["']((?:api|pages|reports|metrics)\.[a-z0-9_.]*[a-z0-9_])["']""")
PROBLEM = re.compile(r'ApiError\(\s*\d+,\s*"\w+",\s*"([\w.]+)"')
HINT = re.compile(r'\bhint="(\w+)"')


@pytest.mark.parametrize("code", translator().languages)
def test_every_key_that_the_code_names_has_a_text(code):
    missing = []
    # The command line names modules as others name keys.
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.j2")]:
        if path == PACKAGE / "cli" / "main.py":
            continue
        source = path.read_text(encoding="utf-8")
        named = {one for one in KEY.findall(source) if not one.endswith((".yml", ".j2", ".sql", ".po"))}
        keys = {*named, *(f"api.{one}" for one in PROBLEM.findall(source))}
        keys |= {f"api.hint.{one}" for one in HINT.findall(source)} if "api" in path.parts else set()
        missing += [f"{path.name}: {key}" for key in keys if not has(code, key)]
    assert missing == []


def has(code, key):
    try:
        return localizer(code)(key, count=2, **dict.fromkeys(PLACEHOLDERS, "x")) != ""
    except MissingText:
        pass
    try:
        return localizer(code)(key, **dict.fromkeys(PLACEHOLDERS, "x")) != ""
    except MissingText:
        return False


PLACEHOLDERS = sorted(
    {
        name
        for path in (PACKAGE / "locale" / "en" / "LC_MESSAGES").glob("*.po")
        for name in re.findall(r"\{(\w+)\}", path.read_text(encoding="utf-8"))
    }
    - {"count"}
)
