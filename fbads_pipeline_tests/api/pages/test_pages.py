"""The pages: for people, whole without JavaScript, with nobody else's figures."""

import re
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from fbads_pipeline.api.assets import asset
from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES
from fbads_pipeline_tests.support.people import NOW, PASSWORD, People

PAGES = (
    "/budgets",
    "/clients",
    "/targets",
    "/",
    "/?account=42",
    "/campaigns",
    "/anomalies",
    "/alerts",
    "/alerts/preview",
    "/suggestions",
    "/suggestions/s101",
    "/chat",
    "/reports",
    "/privacy",
    "/settings",
    "/rules",
    "/users",
    "/start",
    "/menu",
    "/search?q=101",
    "/campaigns/101",
    "/campaigns/101/hours",
)
OWN_SCRIPT = {"src": asset("fbads.js"), "defer": None}
MARTS = """
alter table marts.campaigns add column stop_at timestamptz;
create table marts.account_daily (account_id text, day date, currency text, spend numeric, cost numeric,
    conversions numeric, purchase_value numeric);
insert into marts.account_daily select '42', day::date, 'BRL', 100, 113.83, 4, 420
    from generate_series(date '2026-09-01', date '2026-11-09', '1 day') day;
update marts.accounts set name = :name;
insert into marts.accounts values ('43', 'Outra', 'USD', 'UTC', 'ACTIVE', 'purchase');
create table marts.campaign_history (account_id text, campaign_id text, name text, status text, effective_status text,
    daily_budget numeric, valid_from timestamptz);
insert into marts.campaign_history values ('42', '101', :name, 'ACTIVE', 'ACTIVE', 10, '2026-11-01T12:00:00Z'),
    ('42', '101', :name, 'PAUSED', 'PAUSED', 12.5, '2026-11-05T12:00:00Z');
update marts.campaigns set name = :name where campaign_id = '101';
create table marts.adsets (adset_id text, account_id text, campaign_id text, name text, effective_status text,
    currency text, daily_budget numeric, lifetime_budget numeric);
insert into marts.adsets values ('201', '42', '101', :name, 'ACTIVE', 'BRL', 10, null);
create table marts.ads (ad_id text, account_id text, campaign_id text, adset_id text, name text, effective_status text,
    currency text);
insert into marts.ads values ('301', '42', '101', '201', :name, 'DISAPPROVED', 'BRL');
create table marts.campaign_breakdown_daily as select daily.*, 'age,gender' as breakdown, '25-34' as age,
    'female' as gender, null as country, null as publisher_platform, null as platform_position
    from marts.campaign_daily as daily;
create table marts.campaign_intraday (account_id text, campaign_id text, day date, from_at timestamptz,
    until_at timestamptz, minutes int, spend numeric);
insert into marts.campaign_intraday select '42', '101', date(began - interval '3 hours'), began,
    began + interval '30 minutes', 30, case when extract(hour from began) = 12 then 7.5 else 0 end
    from generate_series(timestamptz '2026-10-20 03:00Z', timestamptz '2026-11-09 02:30Z', '30 minutes') as days (began)
    where extract(hour from began) <> 7;
insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok)
    values ('42', 'campaign', '2026-11-09', '2026-11-10T12:00:00Z', 'r', true);
insert into analysis.anomalies (anomaly_id, account_id, campaign_id, kind, metric, severity, status, since, detected_at,
    observed, expected, low, high, money_at_stake_per_day, currency, causes, message, data_used,
    detector_version, is_alert, updated_at) values ('a1', '42', '101', 'delivery_stop', 'spend', 'critical', 'OPEN',
    '2026-11-08T12:00:00Z', '2026-11-08T15:00:00Z', 0, 20, 10, 40, 480, 'BRL', '[]',
    jsonb_build_object('kind', 'legacy', 'texts',
        jsonb_build_object('pt', 'A veiculação parou.', 'en', 'Delivery has stopped.')), '{}', '1', true, now());
update ops.suggestions set expires_at = '2026-11-20T00:00:00Z', campaign_id = '101' where suggestion_id = 's101';
"""


@pytest.fixture
def world(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(MARTS), {"name": HOSTILE})
    return People(app, database)


@pytest.fixture
def visitor(app, world):
    return Client(app)


class Page(HTMLParser):
    def __init__(self, answer):
        super().__init__()
        self.status, self.tags, self.handlers, self.forms, self.text = answer.status_code, [], [], [], ""
        self.scripts = []
        self.feed(answer.text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag == "script":
            self.scripts.append(named)
        if tag == "form":
            self.forms.append(named)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["pt", "en"])
def test_a_page_is_whole_without_a_script_and_hostile_names_are_text(visitor, path, language):
    visitor.cookies.set("fbads_language", language)
    answer = visitor.get(path)
    page = Page(answer)
    assert page.status == 200
    assert page.handlers == [] and page.scripts == [OWN_SCRIPT], "one, of our own"
    assert "></script>" in answer.text, "nothing is inline"
    assert page.tags.count("h1") == 1 and page.tags.count("main") == 1
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert f'lang="{"pt-BR" if language == "pt" else "en"}"' in answer.text


def test_today_shows_the_figures_of_the_marts_and_what_is_open(visitor):
    page = Page(visitor.get("/", account="42"))
    assert "R$\xa086.419.752.308.638,70" in page.text, "seven days of 12345678901234.10"
    assert "A veiculação parou." in page.text and "R$\xa0480,00" in page.text
    assert "lida até 10/11/2026 09:00 (America/Sao_Paulo)" in page.text


def test_an_account_without_figures_says_so(visitor):
    assert "Não houve veiculação no período nos dias lidos" in Page(visitor.get("/", account="43")).text
    for path in ("/", "/suggestions"):
        assert visitor.get(path, account="99").status_code == 404
        assert visitor.get(path, account="act_42").status_code == 200
        assert visitor.get(path, account="").status_code == 400


def test_a_campaigns_days_carry_what_happened_on_them(visitor):
    page = Page(visitor.get("/campaigns/101"))
    assert "A veiculação parou." in page.text and "pausada · R$\xa012,50" in page.text
    assert page.tags.count("svg") == 3
    assert visitor.get("/campaigns/999").status_code == 404


class TestTargets:
    def set(self, client, **given):
        return client.send("POST", "/targets", data={"account": "42", "csrf": "", **given})

    def test_a_form_sets_a_target_as_brazilians_type_it_and_the_list_shows_it(self, visitor):
        assert "Nenhuma meta foi definida" in Page(visitor.get("/targets")).text
        answer = self.set(visitor, cpa="1.030,50", pattern="[VENDAS]*", since="2026-11-01")
        assert (answer.status_code, answer.headers["location"]) == (303, "/targets?done=set")
        text = Page(visitor.get(answer.headers["location"])).text.replace("\xa0", " ")
        assert "A meta foi definida." in text
        assert "CPA de no máximo R$ 1.030,50" in text and "nomes como [VENDAS]*" in text and "01/11/2026" in text

    def test_what_is_wrong_is_said_and_nothing_is_set(self, visitor):
        for given, reason in (({"cpa": "1.234"}, "não é um número"), ({"cpa": "3", "roas": "2"}, "CPA ou ROAS")):
            page = Page(visitor.get(self.set(visitor, **given).headers["location"]))
            assert reason in page.text and "Nenhuma meta foi definida" in page.text
        assert self.set(visitor, account="99", cpa="3").status_code == 404

    def test_who_may_not_decide_sees_no_form(self, app, world):
        assert "Definir meta" not in world.logged_in("viewer").get("/targets").text
        assert "Definir meta" in world.logged_in("approver").get("/targets").text


class TestDeciding:
    def decide(self, client, action, **given):
        body = {"action": action, "version": "1", "back": "/suggestions?status=PENDING", "csrf": "", **given}
        return client.send("POST", "/suggestions/s101", data=body)

    def test_a_form_decides_and_leads_back_with_a_word(self, visitor):
        assert visitor.get("/suggestions").text.count('value="accept"') == 5
        answer = self.decide(visitor, "accept")
        assert (answer.status_code, answer.headers["location"]) == (303, "/suggestions?status=PENDING&done=accept")
        assert "Sugestão aceita" in Page(visitor.get(answer.headers["location"])).text
        assert "Desfazer" in Page(visitor.get("/suggestions", status="ACCEPTED")).text

    def test_what_is_in_the_way_is_said(self, visitor):
        answer = self.decide(visitor, "reject")
        assert "diga+por+que" in answer.headers["location"]
        assert "Nada mudou" in Page(visitor.get(answer.headers["location"])).text

    def test_it_leads_nowhere_else(self, visitor):
        for back in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
            answer = self.decide(visitor, "snooze", back=back, version="9")
            assert answer.headers["location"].startswith("/?why=")

    def test_a_session_needs_its_forms_token(self, app, world):
        client = world.logged_in("approver")
        client.headers.pop("x-csrf-token")
        assert self.decide(client, "accept").status_code == 403
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/suggestions").text)[1]
        assert self.decide(client, "accept", csrf=token).status_code == 303


class TestLogin:
    def test_without_a_session_every_page_leads_to_the_login_and_back(self, app, world):
        user = world.add("viewer")
        client = Client(app)
        assert client.get("/privacy").status_code == 200, "whoever logs in may read before what is kept of them"
        for path in (one for one in PAGES if one != "/privacy"):
            assert client.get(path).headers["location"].startswith("/login?next=")
        body = {"email": user.email, "password": PASSWORD, "next": "/reports"}
        answer = client.send("POST", "/login", data=body)
        assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
        assert client.get("/reports").status_code == 200

    def test_a_wrong_password_is_said_and_opens_nothing(self, app, world):
        user = world.add("viewer")
        answer = Client(app).send("POST", "/login", data={"email": user.email, "password": "wrong-password"})
        assert (answer.status_code, "E-mail ou senha incorretos" in answer.text) == (401, True)

    def test_a_link_logs_in_once(self, app, world):
        secret = world.identity.make_link(world.add("viewer").user_id, now=NOW)
        client = Client(app)
        assert client.get("/login", link=secret).status_code == 303
        assert client.get("/privacy").status_code == 200
        assert Client(app).get("/login", link=secret).status_code == 200, "the form again"

    def test_logging_out_ends_the_session(self, world):
        client = world.logged_in("viewer")
        token = client.headers.pop("x-csrf-token")
        assert client.send("POST", "/logout", data={"csrf": token}).status_code == 303
        assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [("viewer", "/chat", 403), ("dpo", "/", 403), ("dpo", "/privacy", 200), ("analyst", "/chat", 200)],
)
def test_a_page_that_a_role_may_not_see_says_so(world, role, path, status):
    assert world.logged_in(role).get(path).status_code == status


def test_nobody_sees_another_ones_account(world):
    stranger = world.logged_in("approver", accounts=["43"])
    assert HOSTILE[:12] not in Page(stranger.get("/")).text
    assert stranger.get("/", account="42").status_code == 404
    assert stranger.get("/campaigns/101").status_code == 404
    for path in ("/campaigns", "/anomalies", "/alerts", "/search", "/delivery", "/budgets", "/creatives"):
        answer = stranger.get(path, **({"q": "101"} if path == "/search" else {}))
        assert answer.status_code == 200 and HOSTILE[:12] not in Page(answer).text, path
        assert "A veiculação parou" not in answer.text
        assert 'account=42"' not in answer.text, "the switcher names their own accounts alone"
    for path in ("/campaigns", "/anomalies", "/alerts", "/creatives"):
        assert stranger.get(path, account="42").status_code == 404, path
    assert HOSTILE[:12] not in Page(stranger.get("/chat", about="/campaigns/101")).text
    assert stranger.get("/campaigns/101/ads/301").status_code == 404
    assert stranger.get("/campaigns/export", account="42").status_code == 404
    assert "s101" not in stranger.get("/suggestions").text
    assert stranger.send("GET", "/suggestions/s101").status_code == 404
    body = {"kind": "daily", "account": "42", "format": "csv", "csrf": stranger.headers["x-csrf-token"]}
    assert stranger.send("POST", "/reports", data=body).status_code == 404


@pytest.mark.parametrize("question", HOSTILE_NAMES[:18])
def test_a_question_of_any_kind_gets_a_page(visitor, question):
    body = {"question": question, "session": "0" * 16}
    page = Page(visitor.send("POST", "/chat", data=body))
    assert page.status in (200, 422) and page.handlers == [] and page.scripts == [OWN_SCRIPT]


@pytest.mark.parametrize(
    "path",
    [
        "/reports/" + "0" * 32 + "/x.pdf",
        "/reports/" + "0" * 32 + "/..%2f..%2fetc%2fpasswd",
        "/reports/../../etc/passwd",
        "/campaigns/1;drop",
        "/language/fr",
    ],
)
def test_a_path_of_nonsense_is_not_there(visitor, path):
    assert visitor.get(path).status_code in (404, 400)


def test_the_language_is_kept_by_the_browser_and_leads_back_here_alone(visitor):
    answer = visitor.get("/language/en", back="/suggestions?status=PENDING")
    assert answer.headers["location"] == "/suggestions?status=PENDING"
    assert "Suggestions" in Page(visitor.get("/suggestions")).text
    assert visitor.get("/language/pt", back="//evil.example").headers["location"] == "/"


class TestWhatIsTheMatter:
    BROWSER = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}

    def test_a_wrong_address_is_a_page_for_people_and_json_for_programs(self, visitor):
        page = visitor.send("GET", "/none", headers=self.BROWSER)
        assert page.status_code == 404 and "There is nothing at this address" in page.text
        assert visitor.send("GET", "/api/v1/none", headers=self.BROWSER).json()["error"]["code"] == "not_found"
        assert visitor.send("GET", "/none").json()["error"]["code"] == "not_found"

    def test_a_wrong_form_is_a_page(self, visitor):
        answer = visitor.send(
            "POST", "/suggestions/s101", headers=self.BROWSER, data={"action": "gold", "version": "x"}
        )
        assert answer.status_code == 422 and "<h1>" in answer.text

    @pytest.mark.parametrize("path", ["/", "/campaigns/101", "/reports"])
    def test_on_an_empty_home_a_page_says_what_to_do(self, visitor, database, path):
        with database.owner.begin() as connection:
            connection.exec_driver_sql("drop schema marts cascade")
        answer = visitor.send("GET", path, headers=self.BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (303, "/start")
        shown = Page(visitor.send("GET", "/start", headers=self.BROWSER))
        text = shown.text
        assert shown.status == 200 and "/start/token" in [one["action"] for one in shown.forms]
        assert "fbads sync --from" in text and "FBADS_ACCESS_TOKEN" in text and "unavailable" not in text
        told = visitor.get("/api/v1/analytics/summary")
        assert (told.status_code, told.json()["error"]["code"]) == (503, "not_built")
        assert "fbads sync" in told.json()["error"]["hint"]
        assert visitor.get("/healthz").status_code == 200

    def test_a_database_that_is_away_is_a_page_and_the_next_visit_finds_it_back(self, visitor, database, postgres):
        assert visitor.send("GET", "/", headers=self.BROWSER).status_code == 200
        name = database.owner.url.database
        admin = sa.create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
        away = f"update pg_database set datallowconn = false where datname = '{name}'"
        gone = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
        with admin.connect() as connection:
            connection.exec_driver_sql(away)
            connection.exec_driver_sql(gone)
            for path in ("/", "/suggestions", "/campaigns/101", "/reports", "/login"):
                answer = visitor.send("GET", path, headers=self.BROWSER)
                if path != "/login":
                    assert answer.status_code == 503 and answer.headers["retry-after"] == "5", path
                    assert "The database is unavailable" in answer.text and "<h1>" in answer.text
            connection.exec_driver_sql(away.replace("false", "true"))
        admin.dispose()
        assert visitor.send("GET", "/", headers=self.BROWSER).status_code == 200


def test_the_interval_is_called_what_it_is(visitor, database):
    promised = "effect_low = 10, effect_expected = 55, effect_high = 120, p_better = 0.93, factor = 1.2"
    with database.owner.begin() as connection:
        evidence = 'evidence = evidence || \'{"currency": "BRL"}\''
        connection.execute(sa.text(f"update ops.suggestions set {promised}, {evidence} where suggestion_id = 's101'"))
    assert "(de R$ 10,00 a R$ 120,00, 8 em 10 casos)" in Page(visitor.get("/suggestions/s101")).text
    visitor.cookies.set("fbads_language", "en")
    assert "8 times in 10" in Page(visitor.get("/suggestions/s101")).text


def test_an_estimated_figure_of_the_evidence_is_shown_with_its_range(visitor, database):
    with database.owner.begin() as connection:
        estimated = '{"currency": "BRL", "cpa": [20.58, 25.66, 31.93], "conversions": 151.6}'
        connection.execute(
            sa.text("update ops.suggestions set evidence = cast(:evidence as jsonb) where suggestion_id = 's101'"),
            {"evidence": estimated},
        )
    shown = Page(visitor.get("/suggestions/s101")).text.replace("\xa0", " ")
    assert "R$ 25,66 (R$ 20,58 a R$ 31,93)" in shown and "151,6" in shown


class TestFrame:
    def test_the_choice_goes_along_and_freshness_is_said_in_words(self, visitor):
        page = visitor.get("/campaigns", account="42", period="14d", compare="no").text
        assert 'href="/?account=42&amp;period=14d&amp;compare=no"' in page
        assert "Lido há 3 h" in page and "fresh stale" not in page
        assert 'href="/clients"' in page, "pages without figures keep their own address"

    def test_a_late_reading_is_red_and_no_day_is_green(self, visitor, database):
        with database.owner.begin() as connection:
            connection.execute(sa.text("update raw.day_states set read_at = '2026-11-10T05:00:00Z'"))
        page = visitor.get("/", account="42").text
        assert 'class="fresh stale"' in page and "Lido há 10 h" in page
        assert 'class="verdict green"' not in page

    def test_a_client_stands_for_its_accounts(self, visitor, database):
        form = {"name": "Loja Lima", "accounts": "42", "csrf": ""}
        assert visitor.send("POST", "/clients", data=form).status_code == 303
        page = visitor.get("/", client="1").text
        assert "Loja Lima" in page and 'href="/campaigns?client=1"' in page
        assert visitor.get("/", client="2").status_code == 404

    @pytest.mark.parametrize(
        "given", [{"period": "x"}, {"from": "2026-11-09", "to": "2026-11-01"}, {"from": "x", "to": "y"}]
    )
    def test_a_period_that_cannot_be_is_the_usual_one(self, visitor, given):
        assert "Últimos 7 dias" in visitor.get("/", account="42", **given).text


def test_several_suggestions_are_decided_at_once_and_what_is_in_the_way_of_one_is_said(visitor, database):
    page = visitor.get("/suggestions").text
    assert 'name="chosen" value="s101:1"' in page
    data = {"action": "accept_several", "chosen": ["s101:1", "s102:7"], "back": "/suggestions", "csrf": ""}
    answer = visitor.send("POST", "/suggestions", data=data)
    assert "1+de+2+foram+decididas" in answer.headers["location"]
    with database.owner.connect() as connection:
        made = connection.execute(sa.text("select suggestion_id from ops.suggestions where status = 'ACCEPTED'"))
        assert made.scalars().all() == ["s101"]
    wrong = {**data, "chosen": ["s103:x"]}
    assert visitor.send("POST", "/suggestions", data=wrong).status_code == 422


def test_an_anomaly_that_is_over_says_so_on_the_page_of_its_campaign(visitor, database):
    assert "encerrada em" not in visitor.get("/campaigns/101").text
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "update analysis.anomalies set status = 'CLOSED', resolution = 'recovered',"
                " closed_at = '2026-11-09T13:00Z'"
            )
        )
    page = visitor.get("/campaigns/101").text
    assert "A veiculação parou." in page and "encerrada em 09/11 10:00" in page
    assert 'class="tag critical"' not in page, "what is over is no alarm"


def test_the_charts_of_a_campaign_mark_what_happened_on_which_day(visitor):
    answer = visitor.get("/campaigns/101")
    page = Page(answer)
    assert "▲ anomalia" in page.text and "A veiculação parou." in page.text
    assert "pausada · R$\xa012,50" in page.text and "PAUSED" not in page.text
    charts = re.findall(r"<svg.*?</svg>", answer.text, re.S)
    assert charts and all(one.count('fill="#a3261b"') == 1 for one in charts), "one day with an anomaly"
    assert all("l4 4l-4 4l-4 -4z" in one for one in charts), "and one with a change"
