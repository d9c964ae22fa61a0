"""A tablet that sees a case for the first time shows what is known of it; defaults are not taken for typing."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser import TABLET, new_context
from tests.desk import PASSWORD, Desk
from tests.stack import Stack
from zhuanmai.core.ids import new_id

PLACE = {"address": "厦门市湖里区枋湖南路88号之103店面", "shop_name": "湖里区演示食杂店", "district_code": "350206"}


def test_a_known_case_fills_the_form_of_another_tablet(stack: Stack, browser: Browser) -> None:
    first, second, case = Desk(stack.url, "jia"), Desk(stack.url, "yi"), str(new_id())
    pair = [first.me["id"], second.me["id"]]
    clue = {"source": "12313 投诉转办", "text": "该店出售外地渠道卷烟", "received_at": None}
    first.do(case, "case.open", reason="complaint", place=PLACE, clue=clue, officer_ids=pair, recorder_id=pair[1])
    context = new_context(browser, viewport=TABLET)
    try:
        page = context.new_page()
        page.goto(f"{stack.url}/sign-in")
        page.fill("#id_username", "yi")
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        page.goto(f"{stack.url}/field/{case}/")
        page.get_by_role("button", name="检查").first.click()
        expect(page.get_by_label("检查地点")).to_have_value(PLACE["address"])
        expect(page.get_by_label("店名")).to_have_value(PLACE["shop_name"])
        expect(page.get_by_label("线索来源")).to_have_value(clue["source"])
    finally:
        context.close()
    assert first.state(case)["place"]["address"] == PLACE["address"]
