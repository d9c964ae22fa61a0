"""Every page as each role sees it: no violation that axe finds, nothing moves on load, nothing sticks out sideways."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser import DESKTOP, PHONE, TABLET, new_context
from tests.desk import PASSWORD, Desk
from tests.stack import ROOT, Stack
from zhuanmai.core.ids import new_id

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PLACE = {"address": "厦门市湖里区枋湖南路88号", "shop_name": "演示食杂店", "district_code": "350206"}
PAGES = {
    "jia": ["/", "/waiting", "/deadlines", "/me", "/cases", "/cases?state=inspection&mine=1", "/approvals",
            "/reference/products/", "/reference/laws/", "/reference/causes/", "/reference/calendar/", "/reference/terms/",
            "/reference/licensees/", "/search", "/search?q=顺和"],
    "wu": ["/", "/waiting", "/deadlines", "/deadlines?state=over", "/cases", "/approvals"],
    "auditor": ["/", "/ledger", "/ledger?kind=accounts.signed_in", "/people", "/exchange", "/exchange/reconciliations"],
    "editor": ["/", "/reference/products/", "/reference/catalogues/", "/reference/import/"],
    "analyst": ["/", "/alerts?state=", "/alerts/hotspots", "/alerts/flows", "/alerts/detectors",
                "/alerts/detectors/quota", "/alerts/results", "/alerts/quality",
                "/alerts/fairness", "/alerts/runs", "/lake", "/lake/imports", "/lake/quarantine", "/lake/quality"],
    "admin": ["/", "/waiting", "/exchange", "/system/settings", "/system/jobs", "/system/backups", "/system/doctor",
              "/people"],
    "security": ["/", "/people"],
}  # fmt: skip
TABS = ("facts", "documents", "items", "evidence", "procedure", "trace")
SHIFTS = """
window.__shift = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.__shift += one.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFT = 0.1


@pytest.fixture(scope="module")
def case_id(stack: Stack) -> str:
    """A case with goods and a party, so that pages have content."""
    desk, second, case = Desk(stack.url, "jia"), Desk(stack.url, "yi"), str(new_id())
    pair = [desk.me["id"], second.me["id"]]
    desk.do(case, "case.open", reason="routine", place=PLACE, officer_ids=pair, recorder_id=pair[0])
    desk.do(case, "scan", barcode="6901028314459", n=12, via="gun")
    desk.do(case, "party.set", party_id=str(new_id()), kind="person", name="叶铉森", id_no="350206197908178556")
    return case


def sign_in(page: Page, url: str, username: str) -> None:
    """Sign in with the demo's password."""
    page.goto(f"{url}/sign-in")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{url}/")


def wrong_with(page: Page, address: str) -> list[str]:
    """What is wrong with a page, in words; what its policy kept it from doing is wrong, too."""
    kept_from: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            kept_from.append(f"{address}: {message.text[:200]}")

    page.on("console", heard)
    answer = page.goto(address, wait_until="networkidle")
    page.remove_listener("console", heard)
    found = [] if answer and answer.status < 400 else [f"{address}: {answer.status if answer else 'no answer'}"]
    found += kept_from
    page.evaluate(AXE.read_text(encoding="utf-8"))  # as a script of the page its policy would refuse it
    for one in page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]:
        found.append(f"{address}: {one['id']}: {one['nodes'][0]['html'][:160]}")
    shift = float(page.evaluate("window.__shift"))
    if shift >= MOST_SHIFT:
        found.append(f"{address}: moved by {shift:.3f} on load")
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append(f"{address}: sticks out to {page.evaluate('document.documentElement.scrollWidth')}")
    return found


@pytest.mark.parametrize("look", ["light", "dark-tablet", "english", "phone"])
@pytest.mark.parametrize("username", PAGES)
def test_every_page_is_accessible_and_still(
    browser: Browser, stack: Stack, case_id: str, username: str, look: str
) -> None:
    paths = list(PAGES[username])
    if username == "jia":
        paths += [f"/cases/{case_id}", *(f"/cases/{case_id}/{tab}" for tab in TABS)]
    viewport: Any = {"dark-tablet": TABLET, "phone": PHONE}.get(look, DESKTOP)
    with new_context(browser, viewport=viewport, dark=look == "dark-tablet") as context:
        context.add_init_script(SHIFTS)
        page = context.new_page()
        sign_in(page, stack.url, username)
        if look == "english":
            context.add_cookies([{"name": "django_language", "value": "en", "url": stack.url}])
        found = [wrong for path in paths for wrong in wrong_with(page, stack.url + path)]
        assert found == []
