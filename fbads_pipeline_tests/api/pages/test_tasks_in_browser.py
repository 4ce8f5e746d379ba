"""A manager's tasks, counted in clicks, in a real browser without JavaScript, over a home that the sandbox filled."""

import re
import shutil
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.bootstrap.metrics import metric_expressions
from fbads_pipeline.services.recommendations.review_performance import review_performance
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import served
from fbads_pipeline_tests.api.pages.test_inbox_of_a_stored_home import READ_BEFORE
from fbads_pipeline_tests.support.fakes import FixedClock, PlainLimits
from fbads_pipeline_tests.support.stored_home import copy_of

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
IPE = "1015812345678901"


@pytest.fixture(scope="module")
def home(postgres, home_after, tmp_path_factory):
    """A copy of the home without its user, with suggestions of the day after."""
    patch = pytest.MonkeyPatch()
    patch.setenv("FBADS_NOW", NOW.isoformat())
    patch.setenv("FBADS_HOME", str(tmp_path_factory.mktemp("home")))
    with copy_of(postgres, home_after) as url:
        database = Database(url, load_settings().home_path, fixed_now=NOW.isoformat())
        with database.owner.begin() as connection:
            connection.execute(sa.text("delete from ops.users"))
            connection.execute(sa.text("delete from ops.suggestions where status = 'PENDING'"))
            connection.execute(sa.text(READ_BEFORE), {"now": NOW})
            today = READ_BEFORE.replace("'campaign'", "'account'").replace("2026-11-26", "2026-11-27")
            connection.execute(sa.text(today), {"now": NOW})
        ensure_role(database.owner, database.analyst_password_file)
        marts, reviews = PostgresMarts(database.owner, metric_expressions), PostgresReviews(database.owner)
        performance, limits = PostgresPerformance(database.owner), PlainLimits(cpa_limit=Decimal(30))
        review_performance(marts, reviews, performance, FixedClock(NOW), limits, [], days=7, most=3)
        yield database
        database.close()
    patch.undo()


@pytest.fixture(scope="module")
def site(home):
    """The address, and the secret that opens it."""
    app = create_app(load_settings(), home)
    with served(app) as url:
        yield url, app.state.local_secret


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


class Manager:
    """Somebody at the start page, whose clicks are counted; typing costs nothing."""

    def __init__(self, context):
        self.page, self.clicks = context.new_page(), 0
        self.page.goto("/")

    def click(self, selector, **choice):
        self.page.locator(selector, **choice).first.click()
        self.clicks += 1

    def text(self):
        return self.page.locator("main").inner_text().replace("\xa0", " ")


@pytest.fixture
def manager(browser, site):
    address, secret = site
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 1280, "height": 900})
    cookies = {"fbads_language": "pt", LOCAL_COOKIE: secret}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    yield Manager(context)
    context.close()


def rows(home, query):
    with home.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_the_five_questions_are_answered_without_scrolling(manager):
    for question in (
        "De quem o dinheiro acaba",
        "O que foi rejeitado",
        "Quem está fora do orçamento",
        "O que está errado",
    ):
        box = manager.page.locator(f"section[aria-label='{question}'] h2").bounding_box()
        assert box is not None and box["y"] + box["height"] < 900, question
    assert manager.page.locator(".steps li").count() == 3
    assert manager.page.locator(".steps").bounding_box()["y"] < 900


def test_spend_of_today_of_one_account_takes_no_click_once_it_is_chosen(manager):
    manager.click(".switch summary")
    manager.click(".switch a", has_text="Loja Ipê")
    assert f"account={IPE}" in manager.page.url and manager.clicks == 2
    assert "Gasto hoje (sem imposto)" in manager.text() and "R$" in manager.page.locator(".card b").first.inner_text()


def test_the_worst_campaign_is_paused_with_one_click_and_taken_back_with_another(manager, home):
    manager.click(".steps button[value=accept]")
    assert manager.clicks == 1 and "Sugestão aceita" in manager.text()
    ((accepted,),) = rows(home, "select suggestion_id from ops.suggestions where status = 'ACCEPTED'")
    manager.click("[role=status] button[value=undo]")
    assert "Decisão desfeita" in manager.text()
    assert rows(home, f"select status from ops.suggestions where suggestion_id = '{accepted}'") == [("PENDING",)]


def test_a_rejection_takes_a_ready_reason(manager, home):
    manager.click("nav.side a", has_text="Sugestões")
    manager.click(".reject summary")
    manager.page.locator("select[name=ready]").first.select_option(label="É cedo para decidir")
    manager.click("button[value=reject]")
    assert "Sugestão rejeitada" in manager.text() and manager.clicks == 3
    assert rows(
        home, "select decision_reason from ops.suggestions where status = 'REJECTED' and decided_at > '2026-11-27'"
    ) == [("É cedo para decidir",)]


def test_several_are_snoozed_at_once(manager, home):
    manager.click("nav.side a", has_text="Sugestões")
    for box in manager.page.locator("input[name=chosen]").all()[:2]:
        box.check()
        manager.clicks += 1
    manager.click(".several button[value=snooze_several]")
    assert "Sugestão adiada" in manager.text() and manager.clicks == 4
    assert rows(home, "select count(*) from ops.suggestions where snoozed_until > '2026-11-27'") == [(2,)]


def test_why_a_campaign_is_dear_is_one_click_from_the_start(manager):
    manager.click(".steps a")
    assert manager.clicks == 1 and re.search(r"CPA de \S+ [\d.,]+", manager.text())


def test_which_ad_was_rejected_is_one_click(manager, home):
    manager.click("section[aria-label='O que foi rejeitado'] h2 a")
    assert manager.clicks == 1 and "/delivery" in manager.page.url
    named = manager.page.locator("main").inner_text()
    ads = rows(home, "select name from marts.ads where effective_status = 'DISAPPROVED' limit 1")
    assert all(name in named for (name,) in ads), "the ad by its name"


def test_the_period_and_the_order_of_campaigns_stand_in_the_address(manager):
    manager.click("nav.side a", has_text="Campanhas")
    manager.click(".period summary")
    manager.click(".period a", has_text="Últimos 14 dias")
    manager.click("th a", has_text="CTR")
    assert "period=14d" in manager.page.url and "sort=-ctr" in manager.page.url and manager.clicks == 4
    assert manager.page.locator("th[aria-sort=descending]").inner_text().startswith("CTR")
    manager.click("nav.side a", has_text="Hoje")
    assert "period=14d" in manager.page.url, "the choice goes along"


def test_what_is_seen_is_downloaded_with_one_click(manager):
    manager.click("nav.side a", has_text="Campanhas")
    with manager.page.expect_download() as download:
        manager.click("a", has_text="Baixar CSV")
    assert download.value.suggested_filename == "campaigns.csv" and manager.clicks == 2


def test_a_campaign_is_found_by_a_part_of_its_name(manager, home):
    ((campaign_id, name),) = rows(
        home, "select campaign_id, name from marts.campaigns where name like 'Frete%' limit 1"
    )
    manager.page.fill(".search input", "frete gr")
    manager.page.keyboard.press("Enter")
    manager.click("main a", has_text=name)
    assert manager.page.url.endswith(f"/campaigns/{campaign_id}") and manager.clicks == 1


def test_last_weeks_report_is_made_and_listed(manager):
    manager.click("nav.side a", has_text="Relatórios")
    manager.page.select_option("#kind", "weekly")
    manager.page.select_option("#account", IPE)
    manager.page.select_option("#format", "csv_br")
    with manager.page.expect_download():
        manager.click("main button")
    assert manager.clicks == 2
    manager.page.goto("/reports")
    assert "Semanal" in manager.text() and "você" in manager.text()
    with manager.page.expect_download() as again:
        manager.click("td a", has_text="CSV")
    assert IPE in again.value.suggested_filename


def test_last_weeks_report_is_sent_to_a_client_as_a_link_that_needs_no_login(manager, browser):
    manager.click("nav.side a", has_text="Relatórios")
    manager.page.select_option("#kind", "weekly")
    manager.page.select_option("#account", IPE)
    manager.page.select_option("#format", "link")
    manager.click("main button")
    assert manager.clicks == 2, "three at most"
    address = manager.page.locator("#link").input_value()
    client = browser.new_context().new_page()
    answer = client.goto(address)
    assert answer.status == 200 and "Loja Ipê" in client.locator("body").inner_text()
    client.context.close()


def test_a_question_is_answered_with_two_clicks(manager):
    manager.click("nav.side a", has_text="Conversa")
    manager.page.fill("#question", "quanto a Loja Ipê gastou ontem?")
    manager.click("form:has(#question) button")
    assert manager.clicks == 2 and "R$" in manager.page.locator(".said").last.inner_text()


def test_alerts_of_an_account_are_muted_with_three_clicks(manager, home):
    manager.click("nav.side a", has_text="Avisos")
    manager.click("details.apart summary")
    manager.page.select_option("#mute-account", IPE)
    manager.click("details.apart button")
    made = "select account_id, lifted_at is null from ops.mutes where made_at >= '2026-11-27 15:00Z'"
    assert manager.clicks == 3 and rows(home, made) == [(IPE, True)]
    manager.click("form[action$='/end'] button")
    ended = "select count(*) from ops.mutes where lifted_at >= '2026-11-27 15:00Z'"
    assert rows(home, ended) == [(1,)], "and ended with one"


def test_a_new_client_with_budget_and_target_is_one_form(manager, home):
    manager.click("nav.side a", has_text="Clientes")
    for name, value in {"name": "Loja Ipê", "accounts": IPE, "budget": "90.000,00", "cpa": "45"}.items():
        manager.page.fill(f"#{name}", value)
    manager.click("main form button")
    assert manager.clicks == 2 and "Loja Ipê" in manager.text()
    assert rows(home, f"select cpa from ops.targets where account_id = '{IPE}' order by target_id desc limit 1") == [
        (45,)
    ]


def test_amounts_with_tax_are_a_choice(manager):
    manager.click("nav.side a", has_text="Configurações")
    manager.page.select_option("#money", "cost")
    manager.click("main button")
    manager.click("nav.side a", has_text="Hoje")
    assert "Gasto hoje (com imposto)" in manager.text() and manager.clicks == 3
