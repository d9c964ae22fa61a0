"""Proves: no link of the navigation, of the home page or of a page that the navigation leads to is dead for who is
shown it, as every role there is and for people with a part in a case."""

# ruff: noqa: F811
from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import resolve

from tests.core.test_personal_data import GROUPS, around, full_case, walkers
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from zhuanmai.accounts import invitations, services
from zhuanmai.accounts.models import Key, Officer
from zhuanmai.core.clock import now

pytestmark = pytest.mark.django_db
HREF = re.compile(r'\b(?:href|hx-get|data-href)="(/[^"]*)"')
RAIL = re.compile(
    r'<nav class="zm-rail".*?</nav>|<nav class="zm-bottom".*?</nav>|<header class="zm-top".*?</header>', re.DOTALL
)
MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)


def links(page: str, part: re.Pattern[str]) -> Iterator[str]:
    """The addresses that a part of a page leads to, without what is built or a place on the page."""
    for found in part.findall(page):
        for href in HREF.findall(found):
            address = html.unescape(href).partition("#")[0]
            if not address.startswith(("/static/", "/sign-out")):
                yield address


@dataclass
class Visit:
    """What one officer meets who follows links."""

    officer: Officer
    dead: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)

    def follow(self, address: str, whence: str) -> str:
        """The page behind a link; a dead one is noted with the page that shows it."""
        if address not in self.seen:
            client = Client()
            client.force_login(self.officer)
            answer = client.get(address, follow=True)
            if answer.status_code >= 400:
                self.dead.append(f"{self.officer.username}: {whence} leads to {address}: {answer.status_code}")
            is_page = not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html")
            self.seen[address] = answer.content.decode() if is_page else ""
        return self.seen[address]

    def go(self) -> None:
        """Home, all that the navigation leads to, and of what these lead to each page once."""
        home = self.follow("/", "the address bar")
        near = [*links(home, RAIL), *links(home, MAIN), "/waiting"]
        for address in dict.fromkeys(near):
            page = self.follow(address, "home")
            for further in dict.fromkeys(links(page, MAIN)):
                view = resolve(further.partition("?")[0]).view_name
                if view not in self.views:
                    self.views.add(view)
                    self.follow(further, address)


def page_of(officer: Officer, address: str) -> str:
    """A page as this officer sees it."""
    client = Client()
    client.force_login(officer)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def badge(page: str, address: str) -> str:
    """How many things wait behind a link of the navigation, as it says."""
    found = re.search(rf'<a class="zm-rail-link" href="{address}".*?</a>', page, re.DOTALL)
    assert found, address
    return "".join(re.findall(r'zm-rail-badge">(\d+)<', found[0]))


def test_a_valuers_home_shows_the_cases_that_they_value_and_what_waits(bureau: Bureau) -> None:
    found, other = full_case(bureau), bureau.open_case()
    valuer = bureau["ji"]
    home, address = page_of(valuer, "/"), f"/cases/{found.case_id}"
    assert f'href="{address}/documents"' in home
    assert "核价表待您签字" in home
    assert badge(home, "/cases") == "1"
    listed = page_of(valuer, "/cases")
    assert address in listed
    assert str(other.case_id) not in listed + home
    assert "我核价的案件" not in page_of(bureau["wu"], "/")
    nothing = page_of(bureau["valuer-350203"], "/")
    assert "没有待您核价的案件" in nothing
    assert badge(nothing, "/cases") == ""


def test_a_security_administrators_home_shows_what_wants_a_second_person(bureau: Bureau) -> None:
    first, second, unit = bureau["security"], bureau["security2"], bureau["yi"].unit
    services.grant(actor=first, officer=bureau["yi"], role="squad_leader", unit=unit, reason="任命")
    services.grant(
        actor=first, officer=second, role="valuer", unit=unit, reason="任命"
    )  # never confirmed by its holder
    invitations.issue(actor=first, officer=bureau["clerk"])
    key = Key.objects.create(officer=bureau["wu"], name="备用", credential_id=b"1", public_key=b"1")
    home = page_of(second, "/")
    for words in ("乙的岗位“中队长”待您确认", "寅（演示）的登记链接待您批准", "戊新增的钥匙待您批准"):
        assert words in home
    assert "子（演示）的岗位" not in home
    assert badge(home, "/people") == "3"
    assert badge(page_of(first, "/"), "/people") == "1", "what one gave waits for somebody else"
    assert badge(page_of(bureau["admin"], "/"), "/people") == ""
    Key.objects.filter(pk=key.pk).update(revoked_at=now())
    assert badge(page_of(first, "/"), "/people") == ""


@pytest.mark.parametrize("group", GROUPS)
def test_no_link_is_dead_for_whom_it_is_shown_to(bureau: Bureau, group: str) -> None:
    found = full_case(bureau)
    around(bureau, found)
    dead = []
    for officer in walkers(bureau, group).values():
        visit = Visit(officer)
        visit.go()
        assert len(visit.seen) > 5, officer.username
        dead += visit.dead
    assert dead == [], "\n".join(dead)
