"""The conversation beside a page: with the script in a panel, without it on a page of its own, about what one sees."""

import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fbads_pipeline_tests.api.pages.test_pages_in_browser import CHROMIUM, RULES, TOO_WIDE, Watched, browser, world

__all__ = ["browser", "world"]
pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None or CHROMIUM is None, reason="chromium is not installed"
)


@pytest.fixture
def named(world, database):
    """The world with names that a question can begin with."""
    with database.owner.begin() as connection:
        connection.execute(sa.text("update marts.campaigns set name = 'Campanha 101' where campaign_id = '101'"))
        connection.execute(sa.text("update marts.accounts set name = 'Loja'"))


@pytest.mark.parametrize(("language", "width", "scheme"), [("pt", 1280, "light"), ("en", 390, "dark")])
def test_one_asks_beside_the_page_by_keyboard_and_goes_on_on_the_next_page(
    browser, named, address, language, width, scheme
):
    with Watched(browser, address, language=language, width=width, scheme=scheme) as watched:
        page = watched.page
        page.goto("/campaigns/101")
        page.locator("a[data-ask]").focus()
        page.keyboard.press("Enter")
        panel, field = page.locator("aside#talk"), page.locator("aside#talk textarea")
        expect(field).to_be_focused()
        assert field.input_value() == "Campanha 101: " and urlsplit(page.url).path == "/campaigns/101"
        assert page.locator("a[data-ask]").get_attribute("aria-expanded") == "true"
        assert Axe().run(page, options=RULES).violations_count == 0 and page.evaluate(TOO_WIDE) == []
        page.keyboard.type("gasto ontem")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(panel.locator(".asked")).to_have_text("campanha 101: gasto ontem", ignore_case=True)
        expect(panel.locator(".said")).to_have_count(1)
        expect(field).to_be_focused()
        assert Axe().run(page, options=RULES).violations_count == 0 and page.evaluate(TOO_WIDE) == []
        if width == 1280:
            inside = page.locator("main").bounding_box()
            assert inside["x"] + inside["width"] <= panel.bounding_box()["x"], "beside it, not over it"
        page.goto("/settings")
        expect(panel.locator(".said")).to_have_count(1)
        whole = parse_qs(urlsplit(panel.locator("[data-whole]").get_attribute("href")).query)
        assert whole["about"] == ["/settings"] and len(whole["session"][0]) == 16
        panel.locator("[data-new]").focus()
        page.keyboard.press("Enter")
        expect(panel.locator(".said")).to_have_count(0)
        page.keyboard.press("Escape")
        assert not panel.is_visible() and page.evaluate("document.activeElement.matches('[data-ask]')")
        page.goto("/privacy")
        assert not panel.is_visible(), "closed is closed on the next page too"
        assert watched.errors == [] and watched.strangers == []


def test_without_the_script_the_conversation_is_a_page_about_the_one_it_came_from(browser, named, address):
    with Watched(browser, address, width=390, has_script=False) as watched:
        page = watched.page
        page.goto("/campaigns/101/hours")
        page.locator("a[data-ask]").click()
        assert urlsplit(page.url).path == "/chat" and page.locator("#question").input_value() == "Campanha 101: "
        page.fill("#question", "Campanha 101: gasto ontem")
        page.locator("form:has(#question) button").click()
        assert page.locator(".said").count() == 1
        page.locator("main a", has_text="Voltar à página").click()
        assert urlsplit(page.url).path == "/campaigns/101/hours"


def test_enter_sends_a_question_and_with_shift_begins_a_line(browser, named, address):
    with Watched(browser, address) as watched:
        page = watched.page
        page.goto("/chat")
        page.locator("#question").focus()
        page.keyboard.press("Enter")
        assert page.locator("#question").input_value() == "" and page.locator(".asked").count() == 0
        page.keyboard.type("Campanha 101: gasto")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("ontem")
        assert page.locator("#question").input_value() == "Campanha 101: gasto\nontem"
        page.keyboard.press("Enter")
        expect(page.locator(".said")).to_have_count(1)
        page.goto("/campaigns/101")
        page.locator("a[data-ask]").click()
        expect(page.locator("aside#talk textarea")).to_be_focused()
        page.keyboard.type("gasto ontem")
        page.keyboard.press("Enter")
        expect(page.locator("aside#talk .said")).to_have_count(1)
        assert urlsplit(page.url).path == "/campaigns/101" and watched.errors == []


def test_an_answer_that_does_not_come_is_said_beside_the_page(browser, named, address):
    with Watched(browser, address) as watched:
        page = watched.page
        page.goto("/suggestions?account=42")
        page.locator("a[data-ask]").click()
        field = page.locator("aside#talk textarea")
        expect(field).to_have_value("Loja: ")
        page.route("**/chat", lambda route: route.abort())
        page.locator("aside#talk form:has(textarea) button").click()
        expect(page.locator("aside#talk [role=status]")).not_to_be_empty()
        assert field.input_value() == "Loja: ", "what was written is still there"
