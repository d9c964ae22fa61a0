"""Two officers on one tablet: what the first did not send is unreadable for the second, and sent only when taken over."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser import TABLET, new_context
from tests.desk import PASSWORD, Desk
from tests.stack import Stack
from zhuanmai.core.ids import new_id

PLACE = {"address": "厦门市湖里区枋湖南路88号之103店面", "shop_name": "湖里区演示食杂店", "district_code": "350206"}
RED = "6901028314985"
SECRETS = (PLACE["address"], PLACE["shop_name"], RED, "scan")
# Everything that lies in the tablet's database but the catalogue of goods, as text, and what the window keeps.
LYING = """async () => {
  const db = await new Promise((done, failed) => {
    const asked = indexedDB.open("zhuanmai-fieldkit");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const flat = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value && typeof value === "object") return Object.values(value).map(flat).join(" ");
    return String(value);
  };
  const found = [];
  for (const name of [...db.objectStoreNames].filter((one) => one !== "settings"))
    found.push(await new Promise((done) => {
      db.transaction(name).objectStore(name).getAll().onsuccess = (event) => done(flat(event.target.result));
    }));
  db.close();
  return [found.join(" "), sessionStorage.getItem("fieldkit-key") ?? ""];
}"""


def sign_in(page: Page, url: str, username: str) -> None:
    """Sign in with the password of the demonstration."""
    page.goto(f"{url}/sign-in")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_what_one_officer_did_not_send_is_taken_over_openly_by_the_other(stack: Stack, browser: Browser) -> None:
    first, second, case = Desk(stack.url, "jia"), Desk(stack.url, "yi"), str(new_id())
    pair = [first.me["id"], second.me["id"]]
    first.do(case, "case.open", reason="complaint", place=PLACE, officer_ids=pair, recorder_id=pair[1])
    context = new_context(browser, viewport=TABLET)
    try:
        page = context.new_page()
        sign_in(page, stack.url, "jia")
        page.goto(f"{stack.url}/field/{case}/#counting")
        expect(page.get_by_test_id("line")).to_have_text("已同步")
        page.route("**/operations", lambda route: route.abort())
        for _ in range(20):
            page.keyboard.type(RED)
            page.keyboard.press("Enter")
            if page.locator(f'[data-barcode="{RED}"]').count():
                break
            page.wait_for_timeout(500)
        expect(page.get_by_test_id("sync-bar")).to_contain_text("待传")
        page.reload()
        expect(page.locator(f'[data-barcode="{RED}"]').first).to_be_visible()
        lying, key = page.evaluate(LYING)
        assert case in lying
        assert key
        assert [word for word in SECRETS if word in lying] == []

        page.goto(stack.url)
        page.locator("details.zm-menu summary.zm-person").click()
        page.locator("form[data-forget-drafts] button").click()
        asked = page.locator("dialog[data-leaving]")
        expect(asked).to_be_visible()
        assert int(asked.locator("[data-unsent]").inner_text()) >= 1
        asked.locator("[data-close]").click()  # whoever stays is still signed in, and their key is here
        expect(asked).to_be_hidden()
        assert page.evaluate(LYING)[1] == key
        page.goto(f"{stack.url}/me")
        page.locator("details.zm-menu summary.zm-person").click()
        page.locator("form[data-forget-drafts] button").click()
        asked.locator("[data-leave]").click()
        page.wait_for_url(lambda url: "sign-in" in url)
        assert page.evaluate(LYING)[1] == ""

        page.unroute("**/operations")
        sign_in(page, stack.url, "yi")
        page.goto(f"{stack.url}/field/{case}/#counting")
        bar = page.get_by_test_id("foreign")
        expect(bar).to_contain_text("步由 甲 录入，尚未上传")
        expect(page.get_by_test_id("line")).to_have_text("已同步")
        assert first.state(case)["lines"] == []
        page.get_by_test_id("foreign-take").click()
        expect(bar).to_have_count(0)
        [line] = first.wait(case, lambda state: state["lines"])["lines"]
        assert line["barcode"] == RED
    finally:
        context.close()
