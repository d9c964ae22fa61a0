"""Proves in a real browser, under the production policy: a new bureau's people come by link and sign in with keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import add_security_key, chromium, new_context
from tests.core.test_shell_browser import violations
from zhuanmai.accounts.models import Key, Officer
from zhuanmai.accounts.permissions import may
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this module."""
    with chromium() as found:
        yield found


@contextmanager
def someone(browser: Browser) -> Iterator[Page]:
    """A person at a machine of their own with a security key in it."""
    with new_context(browser) as context:
        page = context.new_page()
        add_security_key(context, page)
        yield page


def comes_by(page: Page, address: str, name: str) -> None:
    """Open a one-time link, register the key, sign in with it."""
    page.goto(address)
    expect(page.locator("dl")).to_contain_text(name)
    assert page.url.endswith("/enrol")
    assert violations(page) == []
    page.get_by_test_id("enrol-key").click()
    page.wait_for_url("**/sign-in?enrolled=1")
    assert page.locator("input[type=password]").count() == 0
    expect(page.get_by_role("status").first).to_contain_text("钥匙已登记")
    page.locator("[data-passkey=sign-in]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/')[2]}/me")
    expect(page.locator("table").first).to_contain_text("可用")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_from_an_empty_database_to_an_officer_at_work(
    browser: Browser, live_server: LiveServer, settings: Any, capsys: Any
) -> None:
    settings.KEY_REQUIRED, settings.PROFILE, settings.BASE_URL = True, "production", live_server.url
    root = ("--unit", "350200", "厦门市烟草专卖局", "厦烟")
    call_command("bootstrap", *root, "--admin", "zhang", "张三", "--admin", "li", "李四")
    links = [part.split()[0] for part in capsys.readouterr().out.split("  ") if "/enrol#" in part]
    with someone(browser) as zhang, someone(browser) as li, someone(browser) as wang:
        comes_by(zhang, links[0], "张三")
        comes_by(li, links[1], "李四")
        wang.goto(links[0])
        expect(wang.get_by_role("alert").first).to_contain_text("已使用")

        zhang.goto(f"{live_server.url}/people/new")
        zhang.get_by_label("姓名").fill("王五")
        zhang.get_by_label("账号", exact=True).fill("wang")
        zhang.get_by_label("单位").select_option(label="厦门市烟草专卖局")
        zhang.locator("form button.btn-primary").last.click()
        person = Officer.objects.get(username="wang")
        zhang.wait_for_url(f"**/people/{person.pk}")
        zhang.get_by_label("岗位").select_option("officer")
        zhang.locator("#id_reason").fill("任命")
        zhang.get_by_role("button", name="授予岗位").click()
        expect(zhang.locator("table").first).to_contain_text("待第二人")
        zhang.get_by_role("button", name="发登记链接").click()
        address = zhang.get_by_test_id("link").input_value()
        wang.goto("about:blank")
        wang.goto(address)
        expect(wang.get_by_role("alert").first).to_contain_text("未经第二名")

        li.goto(f"{live_server.url}/people")
        assert violations(li) == []
        li.get_by_role("button", name="批准").click()
        li.wait_for_url(f"**/people/{person.pk}")
        assert violations(li) == []
        li.get_by_role("button", name="确认").click()
        expect(li.locator("table").first).to_contain_text("在任")
        wang.goto("about:blank")
        comes_by(wang, address, "王五")
        assert wang.goto(f"{live_server.url}/people").status == 403  # type: ignore[union-attr]
    assert may(person, "enforcement.act", unit=person.unit)
    assert Key.objects.filter(approved_at__isnull=False).count() == 3
    assert Key.objects.get(officer=person).approved_by == Officer.objects.get(username="li")
    assert Entry.objects.filter(kind="accounts.act_refused", actor_id=person.pk).count() == 1
    assert verify(None).is_whole
