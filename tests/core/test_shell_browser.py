"""The shell in a real browser: accessible in every size and theme, usable by keyboard, losing nothing that was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import DESKTOP, PHONE, TABLET, chromium, new_context

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this module."""
    with chromium() as found:
        yield found


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # as a script of the page its policy would refuse it
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_part_is_accessible(browser: Browser, live_server: LiveServer, size: str, dark: bool) -> None:
    with new_context(browser, viewport=SIZES[size], dark=dark) as found:
        page = found.new_page()
        page.goto(f"{live_server.url}/styleguide")
        assert page.locator("html").get_attribute("data-bs-theme") == ("dark" if dark else "light")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page"])
def test_public_pages_are_accessible(browser: Browser, live_server: LiveServer, path: str) -> None:
    with new_context(browser, viewport=PHONE) as found:
        page = found.new_page()
        page.goto(live_server.url + path)
        assert violations(page) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_hands_stay_on_the_keys(browser: Browser, live_server: LiveServer) -> None:
    with new_context(browser) as found:
        page = found.new_page()
        page.goto(f"{live_server.url}/styleguide")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "zm-q"
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.rowIndex") == 2
        page.keyboard.press(" ")
        assert page.locator("[data-bulk-count]").inner_text() == "1 已选"
        page.locator("#id_address").press("Enter")
        assert page.evaluate("document.activeElement.id") == "id_phone"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_was_typed_survives_a_lost_page_and_the_line_is_watched(browser: Browser, live_server: LiveServer) -> None:
    with new_context(browser, viewport=PHONE) as found:
        page = found.new_page()
        page.goto(f"{live_server.url}/styleguide")
        page.locator("#id_note").fill("仓库在后院")
        page.locator(".zm-saved").wait_for()
        page.reload()
        assert page.locator("#id_note").input_value() == "仓库在后院"
        found.set_offline(True)
        page.locator("[data-offline]").wait_for(state="visible")
        found.set_offline(False)
        page.locator("[data-offline]").wait_for(state="hidden")
        page.locator(".zm-bottom button").click()
        assert page.locator("#rail").is_visible()
