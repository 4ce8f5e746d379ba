"""The pages in a real browser: each page, both languages, two widths, light and dark; keyboard alone; no script."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE
from fbads_pipeline_tests.api.pages.test_pages import MARTS
from fbads_pipeline_tests.support.people import PASSWORD, People

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
PAGES = (
    "/",
    "/?account=42&period=14d",
    "/campaigns",
    "/anomalies",
    "/alerts",
    "/alerts/preview",
    "/search?q=101",
    "/settings",
    "/rules",
    "/users",
    "/start",
    "/menu",
    "/suggestions",
    "/suggestions?status=ACCEPTED",
    "/suggestions/s101",
    "/chat",
    "/reports",
    "/campaigns/101",
    "/campaigns/101/hours",
    "/budgets",
    "/delivery",
    "/creatives?account=42",
    "/sales?account=42",
    "/links?account=42",
    "/links/rule?account=42",
    "/benchmark",
    "/clients",
    "/targets",
    "/account",
    "/privacy",
    "/none",
)
EMPTY = ("/?account=43", "/suggestions?account=43", "/suggestions?status=REJECTED")
LOOKS = (
    ("pt", 1280, "light"),
    ("pt", 390, "dark"),
    ("en", 1280, "dark"),
    ("en", 390, "light"),
)
# What reaches beyond the window and lies in no region that scrolls by itself.
TOO_WIDE = """
[...document.body.querySelectorAll('*')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.wide'))
  .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)
"""
GAPS = (
    "delete from marts.day_coverage where account_id = '42' and day in ('2026-11-05', '2026-11-06')",
    "delete from marts.campaign_daily where day in ('2026-11-05', '2026-11-06')",
    "update marts.campaign_daily set conversions = null, cpa = null where day = '2026-11-08'",
    "create table marts.adset_daily as select * from marts.campaign_daily where false",
    "create table marts.ad_daily as select * from marts.campaign_daily",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture
def world(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(MARTS), {"name": HOSTILE})
    return People(app, database)


class Watched:
    """A page that notes every error of its console, and every request to anybody else."""

    def __init__(self, browser: Browser, address: str, *, language="pt", width=1280, scheme="light", has_script=True):
        options = {
            "viewport": {"width": width, "height": 900},
            "color_scheme": scheme,
            "java_script_enabled": has_script,
        }
        self.context = browser.new_context(base_url=address, **options)
        cookies = {"fbads_language": language, LOCAL_COOKIE: local_secret(load_settings().home_path)}
        self.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.strangers: list[str] = []
        host = urlsplit(address).netloc
        self.page.on("console", lambda one: self.errors.append(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda one: self.errors.append(str(one)))
        self.page.on(
            "request",
            lambda one: None if urlsplit(one.url).netloc in ("", host) else self.strangers.append(one.url),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_every_page_is_accessible_fits_and_asks_nobody_else(browser, world, address, language, width, scheme):
    with Watched(browser, address, language=language, width=width, scheme=scheme) as watched:
        for path in PAGES:
            watched.errors.clear()
            answer = watched.page.goto(path)
            assert answer is not None and answer.status == (404 if path == "/none" else 200), path
            found = Axe().run(watched.page, options=RULES)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
            assert watched.page.evaluate(TOO_WIDE) == [], f"{path} is wider than its window"
            expected = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
            assert watched.errors == (expected if path == "/none" else []), path
        assert watched.strangers == []


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS[1:3])
def test_pages_with_nothing_to_show_are_accessible_and_fit(browser, world, address, language, width, scheme):
    with Watched(browser, address, language=language, width=width, scheme=scheme) as watched:
        for path in EMPTY:
            answer = watched.page.goto(path)
            assert answer is not None and answer.status == 200, path
            assert watched.page.locator(".notice").count() == 1, f"{path} says that there is nothing"
            found = Axe().run(watched.page, options=RULES)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
            assert watched.page.evaluate(TOO_WIDE) == [], f"{path} is wider than its window"
        assert watched.errors == [] and watched.strangers == []


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS[1:3])
def test_pages_over_unread_days_and_figures_that_lack_are_accessible_and_fit(
    browser, world, address, database, language, width, scheme
):
    with database.owner.begin() as connection:
        for statement in GAPS:
            connection.exec_driver_sql(statement)
    with Watched(browser, address, language=language, width=width, scheme=scheme) as watched:
        for path in ("/?account=42", "/campaigns/101"):
            answer = watched.page.goto(path)
            assert answer is not None and answer.status == 200, path
            assert watched.page.locator("section.notice").count() == 1, f"{path} says which days lack"
            found = Axe().run(watched.page, options=RULES)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
            assert watched.page.evaluate(TOO_WIDE) == [], f"{path} is wider than its window"
        watched.page.goto("/?account=42")
        watched.page.locator("section.notice button").click()
        assert urlsplit(watched.page.url).path == "/" and watched.page.locator("main [role=status]").count() == 1
        assert watched.errors == [] and watched.strangers == []


@pytest.mark.parametrize(("language", "says"), [("pt", "pt-BR"), ("en", "en")])
def test_away_is_a_page_and_the_sidecar_comes_back_by_itself(browser, world, address, database, language, says):
    with Watched(browser, address, language=language, width=390) as watched:
        with database.owner.begin() as connection:
            connection.execute(sa.text("alter schema marts rename to marts_away"))
        answer = watched.page.goto("/")
        assert answer is not None and answer.status == 200 and urlsplit(watched.page.url).path == "/start"
        assert answer.headers["content-type"].startswith("text/html")
        assert watched.page.locator("html").get_attribute("lang") == says
        found = Axe().run(watched.page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert watched.page.evaluate(TOO_WIDE) == []
        with database.owner.begin() as connection:
            connection.execute(sa.text("alter schema marts_away rename to marts"))
        back = watched.page.goto("/")
        assert back is not None and back.status == 200 and watched.strangers == []


def test_the_login_is_accessible_too(browser, world, address):
    world.add("viewer")
    with Watched(browser, address, width=390) as watched:
        watched.page.goto("/")
        assert watched.page.url.startswith(f"{address}/login")
        found = Axe().run(watched.page, options=RULES)
        assert found.violations_count == 0, found.generate_report()


def press(page: Page, key: str, until: str, most: int = 80) -> None:
    """ReportService the key until what has the focus matches the selector."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.locator(f"{until}:focus").count():
            return
    raise AssertionError(f"{until} is never reached by {key}")


def test_a_suggestion_is_accepted_and_taken_back_with_the_keyboard_alone_and_no_script(
    browser, world, address, database
):
    user = world.add("approver")
    with Watched(browser, address, width=1000, has_script=False) as watched:
        page = watched.page
        page.goto("/suggestions")
        press(page, "Tab", "input[type=email]")
        page.keyboard.type(user.email)
        press(page, "Tab", "input[type=password]")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/suggestions*")
        press(page, "Tab", "main li a[href^='/suggestions/']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/suggestions/s*")
        assert page.locator(".evidence table").count() == 1, "the evidence has a page"
        press(page, "Tab", "button[value=accept]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/suggestions/s*?done=accept")
        assert stands(database) == [("ACCEPTED", user.user_id)]
        press(page, "Tab", "main a[href^='/suggestions?status=ACCEPTED']")
        page.keyboard.press("Enter")
        page.wait_for_url("**status=ACCEPTED*")
        assert page.locator("main li h3").count() == 1, "it is seen among the accepted ones"
        press(page, "Tab", "button[value=undo]")
        page.keyboard.press("Space")
        page.wait_for_url("**done=undo*")
        assert stands(database) == []
        assert watched.errors == [] and watched.strangers == []


def stands(database):
    query = "select status, decided_by from ops.suggestions where status <> 'PENDING'"
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_what_has_the_focus_can_be_seen(browser, world, address):
    with Watched(browser, address) as watched:
        watched.page.goto("/suggestions")
        watched.page.keyboard.press("Tab")
        style = "(() => { const one = getComputedStyle(document.activeElement); return one.outlineStyle })()"
        assert watched.page.evaluate(style) != "none"
