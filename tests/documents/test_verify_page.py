"""The verification page in a browser: a file chosen or dropped is compared on the visitor's own device first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, chromium, new_context
from tests.documents.conftest import Office
from zhuanmai.core import files
from zhuanmai.documents import fonts

BUILT = Path(fonts.__file__).parents[1] / "assets" / "built" / ".vite" / "manifest.json"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(fonts.absent()) or not BUILT.exists(), reason="the front end is not built"),
]
DROP = """([bytes, name]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, {type: "application/pdf"}));
  document.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


def test_the_device_tells_before_anything_is_sent_and_the_server_tells_the_same(
    office: Office, live_server: Any, tmp_path: Path
) -> None:
    sealed = office.sealed()
    content = files.load(sealed.sealed_sha256)
    changed = content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]
    paper, forgery = tmp_path / "paper.pdf", tmp_path / "forgery.pdf"
    paper.write_bytes(content)
    forgery.write_bytes(changed)
    with chromium() as browser:
        page = new_context(browser, viewport=PHONE).new_page()
        page.goto(f"{live_server.url}/verify/{sealed.token}")
        expect(page.get_by_text("真实有效")).to_be_visible()
        sent = posts(page)
        page.set_input_files("#id_file", paper)
        note = page.locator("[data-verify-note]")
        expect(note).to_contain_text(f"一致 · SHA-256 {sealed.sealed_sha256}")
        page.set_input_files("#id_file", forgery)
        expect(note).to_contain_text("不属于已盖章文书")
        page.evaluate(DROP, [list(content), "paper.pdf"])
        expect(note).to_contain_text("一致")
        assert sent == [], "nothing left the device"
        page.get_by_role("button", name="核验", exact=True).click()
        expect(page.get_by_text(f"{sealed.document.number}").last).to_be_visible()
        page.set_input_files("#id_file", forgery)
        page.get_by_role("button", name="核验", exact=True).click()
        expect(page.get_by_text("它不是二维码所指的文书")).to_be_visible()
        page.goto(f"{live_server.url}/verify/")
        page.set_input_files("#id_file", paper)
        expect(note).to_contain_text("属于一份已盖章文书")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "nothing leaves the screen"


def posts(page: Page) -> list[str]:
    """The addresses that the page posts to from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent
