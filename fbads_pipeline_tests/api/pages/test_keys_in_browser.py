"""What the script of the pages adds: a search on Ctrl-K, keys in the list of suggestions; and the same without it."""

import shutil
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fbads_pipeline_tests.api.pages.test_pages_in_browser import (
    CHROMIUM,
    RULES,
    TOO_WIDE,
    Watched,
    browser,
    stands,
    world,
)
from fbads_pipeline_tests.support.people import PASSWORD

__all__ = ["browser", "world"]
pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None or CHROMIUM is None, reason="chromium is not installed"
)


def log_in(page, user):
    page.goto("/login?next=/suggestions")
    page.fill("input[type=email]", user.email)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("li[data-card]").first.wait_for()
    page.wait_for_load_state()  # the script comes after the page


def found(page):
    return page.locator("dialog [role=option]")


def test_ctrl_k_finds_pages_and_campaigns_and_opens_them(browser, world, address):
    with Watched(browser, address) as watched:
        page = watched.page
        page.goto("/privacy")
        page.keyboard.press("Control+k")
        assert found(page).first.inner_text().startswith("Hoje"), "before anything is typed: the pages"
        assert Axe().run(page, options=RULES).violations_count == 0 and page.evaluate(TOO_WIDE) == []
        page.keyboard.type("sugest")
        expect(found(page)).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url("**/suggestions*")
        page.keyboard.press("Control+k")
        page.keyboard.type("101")
        expect(page.locator("dialog [aria-selected=true]")).to_have_attribute("data-link", "/campaigns/101")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/campaigns/101")
        page.locator("button[data-palette]").click()
        page.keyboard.type("nada com esse nome")
        expect(page.locator("dialog [role=status]")).not_to_be_empty()
        assert found(page).count() == 0
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible() and page.url.endswith("/campaigns/101")
        assert watched.errors == [] and watched.strangers == []


def test_suggestions_are_decided_by_keys(browser, world, address, database):
    user = world.add("approver")
    with Watched(browser, address) as watched:
        page = watched.page
        log_in(page, user)
        page.keyboard.press("?")
        assert page.locator("#keys dl").is_visible() and page.locator("#keys kbd", has_text="a").count()
        page.keyboard.press("a")
        assert stands(database) == [], "no suggestion is chosen yet"
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.id") == page.locator("li[data-card]").first.get_attribute("id")
        page.keyboard.press("r")
        assert page.evaluate("document.activeElement.name") == "ready"
        page.keyboard.press("a")
        assert stands(database) == [], "a letter that is typed decides nothing"
        page.keyboard.press("Tab")
        page.keyboard.type("ajuste")
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        page.keyboard.press("a")
        page.wait_for_url("**done=accept*")
        assert stands(database) == [("ACCEPTED", user.user_id)]
        page.keyboard.press("u")
        page.wait_for_url("**done=undo*")
        assert stands(database) == []
        page.keyboard.press("s")
        page.wait_for_url("**done=snooze*")
        page.locator("#keys summary").click()
        page.locator("#keys input").uncheck()
        page.reload()
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.tagName") == "BODY", "who switched the keys off has none"
        assert watched.errors == [] and watched.strangers == []


def test_the_panel_stands_beside_the_list_and_by_its_address_on_a_small_screen(browser, world, address):
    for width, has_script in ((1280, False), (1280, True), (390, False)):
        with Watched(browser, address, width=width, has_script=has_script) as watched:
            page = watched.page
            page.goto("/suggestions")
            panel = page.locator("aside.beside")
            assert panel.is_visible() == (width == 1280)
            assert page.locator("#keys").is_visible() == has_script, "only where the keys work"
            page.locator("li[data-card] a[data-evidence]:visible").first.click()
            if width == 1280:
                assert "show=s" in page.url and panel.locator(".evidence table").count() == 1
                card, beside = page.locator("li[data-card]").first.bounding_box(), panel.bounding_box()
                assert beside["x"] >= card["x"] + card["width"]
                panel.locator("a[href^='/suggestions/']").click()
            assert urlsplit(page.url).path.startswith("/suggestions/s")
            page.goto("/suggestions?show=s101")
            assert panel.is_visible() and page.evaluate(TOO_WIDE) == [], width
            assert Axe().run(page, options=RULES).violations_count == 0 if has_script else True


def test_without_the_script_the_search_has_a_page(browser, world, address):
    with Watched(browser, address, has_script=False) as watched:
        page = watched.page
        page.goto("/privacy")
        assert not page.locator("button[data-palette]").is_visible() and not page.locator("dialog").is_visible()
        page.fill(".search input", "sugest")
        page.keyboard.press("Enter")
        page.locator("main ul[data-found] a").first.click()
        assert urlsplit(page.url).path == "/suggestions"
