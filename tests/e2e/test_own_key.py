"""A role is given with a touch of the key of who gives it, in the browser; without the key it is not given."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser import DESKTOP
from tests.people import Person
from tests.stack import Stack


def test_a_role_is_given_by_a_touch(stack: Stack, browser: Browser) -> None:
    giver = Person(browser, stack.url, "security2", viewport=dict(DESKTOP))
    giver.enrol()
    page = giver.page
    page.goto(f"{stack.url}/people?q=戊")
    page.get_by_role("link", name="戊", exact=True).first.click()
    form = page.locator('form[data-passkey="power"]').filter(has=page.locator("#id_role"))
    form.locator("#id_role").select_option("valuer")
    form.locator("#id_reason").fill("兼任")
    giver.key.verifies(holder=False)
    form.get_by_role("button").click()
    expect(page.locator("[data-passkey-note]")).to_be_visible()
    expect(form.locator("#id_reason")).to_have_value("兼任")
    giver.key.verifies(holder=True)
    form.get_by_role("button").click()
    expect(page.get_by_text("岗位已提交，等第二人确认。")).to_be_visible()
    giver.close()
