"""What pages say of days that were not read and of figures that Meta left out: never zero, never an all-clear."""

import re

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.collection.collect_requests import PostgresCollectRequests
from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.api.pages.test_pages import MARTS, Page
from fbads_pipeline_tests.support.people import People

ASKED = {"account": "42", "since": "2026-11-05", "until": "2026-11-06", "back": "/?account=42", "csrf": ""}


@pytest.fixture
def world(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(MARTS), {"name": HOSTILE})
    return People(app, database)


@pytest.fixture
def visitor(app, world):
    return Client(app)


@pytest.fixture
def run(database, world):
    def execute(statement):
        with database.owner.begin() as connection:
            connection.exec_driver_sql(statement)

    return execute


@pytest.fixture
def unread(run):
    """Two of the seven days were not read, nor collected."""
    run("delete from marts.day_coverage where account_id = '42' and day in ('2026-11-05', '2026-11-06')")
    run("delete from marts.campaign_daily where day in ('2026-11-05', '2026-11-06')")


def shown(answer):
    assert answer.status_code == 200, answer.text
    return Page(answer).text.replace("\xa0", " ")


class TestDaysThatWereNotRead:
    @pytest.mark.parametrize(("language", "says"), [("pt", "5 de 7 dias lidos"), ("en", "5 of 7 days read")])
    def test_today_says_so_first_with_the_command_and_compares_nothing(self, visitor, unread, language, says):
        visitor.cookies.set("fbads_language", language)
        text = shown(visitor.get("/", account="42"))
        assert says in text and "fbads backfill --from 2026-11-05 --to 2026-11-06" in text
        assert not re.search("[▲▼■]", text.replace("▲ anomal", "")), "no arrow"
        assert "comparado com" not in text and "compared with" not in text

    def test_whole_periods_are_compared_and_need_no_word(self, visitor):
        text = shown(visitor.get("/", account="42"))
        assert "comparado com os 7 dias anteriores" in text
        assert "de 7 dias lidos" not in text and "Ler os dias" not in text

    def test_a_gap_in_the_period_before_takes_the_comparison_away(self, visitor, run):
        run("delete from marts.day_coverage where account_id = '42' and day = '2026-11-01'")
        text = shown(visitor.get("/", account="42"))
        assert "Sem comparação" in text and "6 de 7 dias lidos" in text
        assert "fbads backfill --from 2026-11-01 --to 2026-11-01" in text

    def test_charts_show_the_days_as_not_read(self, visitor, unread):
        for path in ("/?account=42", "/campaigns/101"):
            charts = re.findall(r"<svg.*?</svg>", visitor.get(path).text, re.S)
            assert charts and all('fill="url(#not_read)"' in one and "não lido" in one for one in charts)
        whole = re.findall(r"<svg.*?</svg>", visitor.get("/?account=43").text, re.S)
        assert all("não lido" not in one for one in whole)

    def test_a_campaigns_table_has_the_day_without_figures(self, visitor, unread):
        answer = visitor.get("/campaigns/101")
        assert "26 de 28 dias lidos" in shown(answer)
        rows = re.findall(r'<tr class="unread">(.*?)</tr>', answer.text, re.S)
        assert len(rows) == 2 and all(one.count(">não lido<") == 7 and "0,00" not in one for one in rows)
        (read,) = (one for one in re.findall(r"<tr>(.*?)</tr>", answer.text, re.S) if "31/10/2026" in one)
        assert "R$\xa00,00" in read and "não lido" not in read, "read, and nothing was delivered"

    def test_a_period_that_was_not_read_at_all_has_no_figure(self, visitor, run):
        run("delete from marts.day_coverage where account_id = '43'")
        text = shown(visitor.get("/", account="43"))
        assert "Nenhum dia desse período foi lido" in text and "Não houve veiculação" not in text


class TestAskingForThem:
    def test_the_button_asks_once_and_the_page_says_so(self, visitor, unread, database):
        assert 'action="/readings"' in visitor.get("/", account="42").text
        answer = visitor.send("POST", "/readings", data=ASKED)
        assert (answer.status_code, answer.headers["location"]) == (303, "/?account=42")
        found = visitor.get("/", account="42")
        assert "foi pedida em" in shown(found) and 'action="/readings"' not in found.text
        visitor.send("POST", "/readings", data=ASKED)
        requests = PostgresCollectRequests(database.owner)
        taken = requests.take()
        assert (str(taken.days), taken.account_ids) == ("2026-11-05 to 2026-11-06", ("42",))
        assert requests.take() is None

    def test_it_is_for_those_who_decide(self, world, unread):
        viewer, approver = world.logged_in("viewer"), world.logged_in("approver")
        assert 'action="/readings"' not in viewer.get("/", account="42").text
        assert viewer.send("POST", "/readings", data=ASKED).status_code == 403
        assert approver.send("POST", "/readings", data=ASKED).status_code == 303
        approver.headers.pop("x-csrf-token")
        assert approver.send("POST", "/readings", data=ASKED).status_code == 403, "a form of another site"

    def test_of_ones_own_accounts_and_of_days_that_meta_has(self, world, unread):
        stranger = world.logged_in("approver", accounts=["43"])
        assert stranger.send("POST", "/readings", data=ASKED).status_code == 404
        approver = world.logged_in("approver")
        for wrong in (
            {"since": "2026-11-07"},
            {"until": "2026-11-11"},
            {"since": "2020-01-01"},
            {"since": "x"},
            {"account": ""},
        ):
            assert approver.send("POST", "/readings", data={**ASKED, **wrong}).status_code == 422, wrong
        assert approver.send("POST", "/readings", data={**ASKED, "account": "act_42"}).status_code == 303
        answer = approver.send("POST", "/readings", data={**ASKED, "back": "https://evil.example"})
        assert answer.headers["location"] == "/"


class TestWhatMetaDidNotReport:
    @pytest.fixture(autouse=True)
    def left_out(self, run):
        run("update marts.campaign_daily set conversions = null, cpa = null where day = '2026-11-08'")
        run("create table marts.adset_daily as select * from marts.campaign_daily where false")
        run("create table marts.ad_daily as select * from marts.campaign_daily")
        run("update marts.ad_daily set conversions = 3")

    def test_the_card_says_so_with_what_the_ads_have(self, visitor):
        answer = visitor.get("/", account="42")
        assert "não informado pela Meta neste nível: 21 nos anúncios" in shown(answer)
        assert '<b class="absent">' in answer.text

    def test_the_campaigns_day_says_so_and_is_no_zero(self, visitor):
        answer = visitor.get("/campaigns/101")
        assert "Conversões: não informado pela Meta neste nível: 27 nos anúncios" in shown(answer)
        (row,) = (one for one in re.findall(r"<tr.*?</tr>", answer.text, re.S) if "08/11/2026" in one)
        assert row.count("não informado") == 2 + 2, "conversions and CPA, each with its explanation"
        assert 'title="não informado pela Meta neste nível"' in row
        charts = re.findall(r"<svg.*?</svg>", answer.text, re.S)
        assert ["url(#not_reported)" in one for one in charts] == [False, True, True], "not of the spend"


class TestNoAllClear:
    @pytest.fixture(autouse=True)
    def quiet(self, run):
        run("delete from analysis.anomalies")

    def learned(self, run, days, half_hours):
        run(f"insert into analysis.day_watches values ('42', 'f', {days}, 14, now())")
        run(
            "insert into analysis.detector_states (account_id, version, state, read_until, days_known)"
            f" values ('42', 'v', '', now(), {half_hours})"
        )

    def test_while_nothing_is_watched_there_is_only_what_is_being_learned(self, visitor, run):
        self.learned(run, 3, 1)
        text = shown(visitor.get("/", account="42"))
        assert "Aprendendo: 3 de 14 dias lidos" in text
        assert "Nenhuma anomalia em aberto" not in text and "até agora" not in text

    def test_while_half_hours_are_being_learned_it_is_so_far(self, visitor, run):
        self.learned(run, 14, 2)
        text = shown(visitor.get("/", account="42"))
        assert "Nenhuma anomalia encontrada até agora." in text and "2 de 5 dias" in text
        assert "Nenhuma anomalia em aberto" not in text

    def test_with_days_that_were_not_read_neither(self, visitor, run, unread):
        self.learned(run, 14, 5)
        text = shown(visitor.get("/", account="42"))
        assert "Nenhuma anomalia em aberto" not in text and "nem todos os dias" in text

    def test_all_read_and_learned_is_an_all_clear(self, visitor, run):
        self.learned(run, 14, 5)
        assert "Nenhuma anomalia em aberto." in shown(visitor.get("/", account="42"))
