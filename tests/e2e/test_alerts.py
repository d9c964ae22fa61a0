"""An alert walked as its users do: analysed, given out, read, visited, reported, and counted for its detector."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP
from tests.desk import Desk
from tests.people import Person
from tests.stack import Stack

SQUAD = "湖里区稽查一中队"


def at(page: Page, name: str) -> None:
    """Tap what the page marks with this name."""
    page.locator(f'[data-test="{name}"]').click()


@pytest.fixture
def analyst(stack: Stack, browser: Browser) -> Iterator[Person]:
    person = Person(browser, stack.url, "analyst", viewport=dict(DESKTOP))
    yield person
    person.close()


@pytest.fixture
def officer(stack: Stack, browser: Browser) -> Iterator[Person]:
    person = Person(browser, stack.url, "jia")
    yield person
    person.close()


def ensure_run(page: Page, url: str) -> None:
    """Wait on the list for the run that a new demo asks for: its alerts come without a touch."""
    page.goto(f"{url}/alerts?state=open")
    expect(page.locator("tbody tr").nth(1)).to_be_visible(timeout=120_000)


def give_to_squad(analyst: Person, url: str, offset: int) -> str:
    """Give an alert that the data raised to 甲's squad; returns its address."""
    page = analyst.page
    page.goto(f"{url}/alerts?state=open&sort=-chance")
    rows = page.locator("tbody tr").filter(has_not_text=re.compile("双随机|无证经营"))
    href = rows.nth(offset).locator("a").first.get_attribute("href")
    assert href
    page.goto(f"{url}{href}")
    if SQUAD not in page.locator(".zm-alert-head").inner_text():
        page.locator("#id_squad").select_option(label=SQUAD)
        at(page, "assign")
    expect(page.locator(".zm-alert-head")).to_contain_text(SQUAD)
    return f"{url}{href}"


def record_of(page: Page, alert: str, url: str) -> list[str]:
    """Alerts, visits and hits of the detector that came first."""
    page.goto(alert)
    page.goto(url + str(page.locator('[data-test="reasons"] a').first.get_attribute("href")))
    return page.locator('[data-test="record-whole"] td').all_inner_texts()


def test_from_the_list_to_the_visit_and_its_effect_on_the_detectors_record(
    stack: Stack, analyst: Person, officer: Person
) -> None:
    ensure_run(analyst.page, stack.url)
    alert = give_to_squad(analyst, stack.url, 0)
    before = record_of(analyst.page, alert, stack.url)

    page = officer.page
    page.goto(f"{stack.url}/alerts")
    page.locator(f'main a[href="{alert.removeprefix(stack.url)}"]').first.click()
    expect(page.locator('[data-test="chance"]')).to_have_text(re.compile(r"^\d+%$"))
    assert 1 <= page.locator('[data-test="reasons"] li').count() <= 5
    expect(page.get_by_text("已查看")).to_be_visible()
    page.locator("#id_partner").select_option(label="乙")
    at(page, "inspect")
    page.wait_for_url(re.compile("/field/"))
    expect(page.get_by_text("预警派单").first).to_be_visible()

    case = page.url.split("/field/")[1].split("/")[0]
    Desk(stack.url, "jia").act(case, "end_no_finding")
    page.goto(alert)
    expect(page.get_by_text("未发现违法").first).to_be_visible()
    after = record_of(analyst.page, alert, stack.url)
    assert [int(after[0]), int(after[1]), int(after[2])] == [int(before[0]), int(before[1]) + 1, int(before[2])]


def test_a_day_is_analysed_once_and_a_second_time_is_declined_in_words(stack: Stack, analyst: Person) -> None:
    page = analyst.page
    ensure_run(page, stack.url)
    for _ in range(2):  # of the platform's day, which other tests move, there may be no run yet
        page.goto(f"{stack.url}/alerts/runs")
        with page.expect_navigation():
            at(page, "run")
        if re.search("/alerts/runs/[0-9a-f-]+$", page.url):
            expect(page.locator(".zm-title ~ .zm-chip-success")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("已经分析过")).to_be_visible()


def test_a_report_takes_three_taps_and_can_be_taken_back(stack: Stack, analyst: Person, officer: Person) -> None:
    ensure_run(analyst.page, stack.url)
    alert = give_to_squad(analyst, stack.url, 1)
    page = officer.page
    page.goto(f"{stack.url}/alerts")
    page.locator(f'main a[href="{alert.removeprefix(stack.url)}"]').first.click()
    at(page, "outcome-closed_door")
    at(page, "record")
    expect(page.get_by_text("闭门").first).to_be_visible()
    at(page, "withdraw")
    expect(page.locator('[data-test="record"]')).to_be_visible()
