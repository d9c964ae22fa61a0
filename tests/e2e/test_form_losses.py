"""Nothing that was typed is lost: not where it is too long, not where the server refuses what opens the case."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import TABLET, new_context
from tests.e2e.test_pages import sign_in
from tests.stack import Stack

TYPED = {
    "place.shop_name": "顺和盛食杂店",
    "place.address": "厦门市湖里区枋湖南路88号",
    "clue.text": "举报店内有外地烟",
    "party.name": "叶某",
}


def typed(page: Page) -> dict[str, str]:
    """What stands in the fields."""
    return {name: page.get_by_test_id(name).input_value() for name in TYPED}


def choose(page: Page, part: str) -> None:
    """The second officer, by a part of the words."""
    field = page.get_by_test_id("case.second_officer")
    words = next(one for one in field.locator("option").all_text_contents() if part in one)
    field.select_option(label=words)


def as_they_were(route: Route) -> None:
    """The people as a tablet was told them yesterday, when all of them could still work on a case."""
    answer = route.fetch()
    kit = answer.json()
    kit["officers"] = [{**one, "works": True} for one in kit["officers"]]
    route.fulfill(response=answer, json=kit)


def test_an_opening_that_is_too_long_or_refused_stays_in_its_form(browser: Browser, stack: Stack) -> None:
    with new_context(browser, viewport=TABLET) as context:
        page = context.new_page()
        sign_in(page, stack.url, "jia")
        page.route("**/enforcement/kit", as_they_were)
        page.goto(f"{stack.url}/field/new", wait_until="networkidle")
        for name, words in TYPED.items():
            page.get_by_test_id(name).fill(words)
        choose(page, "无有效执法证")

        page.get_by_test_id("place.shop_name").fill("店" * 135)
        page.get_by_test_id("begin").click()
        expect(page.get_by_test_id("place.shop_name-help")).to_have_text("最多 120 个字，现在 135 个；请缩短")
        expect(page.get_by_test_id("error-summary")).to_contain_text("店名最多 120 个字")
        assert page.get_by_test_id("place.shop_name").input_value() == "店" * 135

        page.get_by_test_id("place.shop_name").fill(TYPED["place.shop_name"])
        page.get_by_test_id("begin").click()
        expect(page.get_by_test_id("opening-refused")).to_contain_text("没有有效的执法证")
        assert typed(page) == TYPED
        assert page.url.startswith(f"{stack.url}/field/new")
        expect(page.get_by_test_id("sync-bar")).to_have_count(0)
        page.reload(wait_until="networkidle")
        expect(page.get_by_test_id("place.shop_name")).to_have_value(TYPED["place.shop_name"])
        assert typed(page) == TYPED

        choose(page, "乙（")
        page.get_by_test_id("begin").click()
        expect(page.get_by_test_id("case-state")).to_contain_text("检查中")
        expect(page.get_by_test_id("line")).to_contain_text("已同步")
        assert typed(page) == TYPED




def test_what_is_typed_at_the_desk_outlives_reload_an_old_page_and_an_ended_session(
    browser: Browser, stack: Stack
) -> None:
    with new_context(browser) as context:
        page = context.new_page()
        sign_in(page, stack.url, "security2")
        page.goto(f"{stack.url}/people/new")
        for name, words in (("name", "申（演示）"), ("username", "shen")):
            page.locator(f"#id_{name}").fill(words)
        page.locator("#id_unit").select_option(label="同安区稽查一中队")
        page.wait_for_function("() => Object.values({ ...localStorage }).some((one) => one.includes('shen'))")

        page.reload()
        expect(page.locator("#id_username")).to_have_value("shen")

        page.evaluate("document.querySelector('main form [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
        page.locator("main form button.btn-primary").click()
        expect(page.locator("h1")).to_have_text("页面已过期")
        page.get_by_role("button", name="返回").click()
        expect(page.locator("#id_username")).to_have_value("shen")
        expect(page.locator("#id_name")).to_have_value("申（演示）")

        context.clear_cookies(name="sessionid")
        page.locator("main form button.btn-primary").click()
        page.wait_for_url("**/sign-in**")
        sign_in(page, stack.url, "security2")
        page.goto(f"{stack.url}/people/new")
        expect(page.locator("#id_username")).to_have_value("shen")

        page.goto(f"{stack.url}/")
        page.evaluate("document.querySelector('form[data-forget-drafts]').requestSubmit()")
        page.wait_for_url("**/sign-in**")
        assert not page.evaluate("Object.keys(localStorage).filter((one) => one.startsWith('draft:')).length")
