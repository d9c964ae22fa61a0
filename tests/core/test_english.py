"""Proves: a page in English says in English whatever the platform says; Chinese on it is only what the bureau entered.

Every page that the navigation leads to, and each kind of page behind it, is read as every role there is. Chinese is
allowed where it is data (it stands in some row of the database) and where the page says that it is Chinese (`lang`).
"""

# ruff: noqa: F811
from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import resolve

from tests.core.test_links import MAIN, RAIL, links
from tests.core.test_personal_data import GROUPS, around, full_case, walkers
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from zhuanmai.accounts.models import Officer

pytestmark = pytest.mark.django_db
CHINESE = re.compile("[㐀-鿿𠀀-𰀀]+")
CITED = re.compile(
    "第[〇一二三四五六七八九十百千0-9]+[章条款项目]|[第项]?（[一二三四五六七八九十]+）[项目]?"
)  # articles
EXAMPLES = re.compile("2026年上半年目录|违法所得|违法物品")  # what to type, for who enters Chinese
UNTOLD = frozenset({"script", "style"})
SEEN = frozenset({"title", "alt", "placeholder", "aria-label", "data-what"})
VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "use", "path", "circle", "line", "rect", "col", "source"))
LABELS = ("th", "option", "button", "label", "dt")


class Reading(HTMLParser):
    """The texts of a page that is in English: what stands in it and what is read out, without what is marked Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.labels: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Whether what follows is in Chinese by its mark, or a label."""
        known = dict(attrs)
        above = self._open[-1] if self._open else ("", False, False)
        hidden = above[1] or tag in UNTOLD or (known.get("lang") or "en").startswith("zh")
        label = tag in LABELS or "zm-chip" in (known.get("class") or "").split()
        if not hidden:
            self.texts += [value for name, value in attrs if name in SEEN and value]
        if tag not in VOID:
            self._open.append((tag, hidden, label or (above[2] and tag in ("span", "b", "strong"))))

    def handle_endtag(self, tag: str) -> None:
        """Close it, and what was left open in it."""
        while self._open and self._open[-1][0] != tag:
            self._open.pop()
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """A text."""
        if data.strip() and not (self._open and self._open[-1][1]):
            self.texts.append(data.strip())
            if self._open and self._open[-1][2]:
                self.labels.append(" ".join(data.split()))


@dataclass
class Tour:
    """The pages that one officer finds in English."""

    officer: Officer
    pages: dict[str, str] = field(default_factory=dict)

    def go(self) -> dict[str, str]:
        """Home, all that the navigation leads to, and of what these lead to each page once."""
        client = Client()
        client.force_login(self.officer)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        home = self.ask(client, "/")
        views = set()
        for address in dict.fromkeys([*links(home, RAIL), *links(home, MAIN)]):
            for further in dict.fromkeys(links(self.ask(client, address), MAIN)):
                view = resolve(further.partition("?")[0])
                mark = (view.view_name, view.kwargs.get("tab"))
                if mark not in views and "export=" not in further:
                    views.add(mark)
                    self.ask(client, further)
        return self.pages

    def ask(self, client: Client, address: str) -> str:
        """One page."""
        if address not in self.pages:
            answer = client.get(address, follow=True)
            is_page = not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html")
            self.pages[address] = answer.content.decode() if is_page else ""
        return self.pages[address]


def entered() -> str:
    """Every text that stands in some row: names, goods, places, laws, what somebody wrote. Facts of the ledger count as
    far as they were given; what the platform says of them does not."""
    found = []
    for model in apps.get_models():
        kept = [
            one.attname
            for one in model._meta.concrete_fields
            if isinstance(one, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values_list(*kept).iterator() if kept else ():
            found += [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in row if one]
    return "\n".join(found)


@pytest.mark.parametrize("group", GROUPS)
def test_a_page_in_english_says_nothing_in_chinese(bureau: Bureau, group: str) -> None:
    found = full_case(bureau)
    around(bureau, found)
    tours, wrong, small = list[dict[str, str]](), set(), set()
    for officer in walkers(bureau, group).values():
        tours.append(Tour(officer).go())
    data = entered()
    for pages in tours:
        for address, page in pages.items():
            reading = Reading()
            reading.feed(page)
            for text in reading.texts:
                said = [run for run in CHINESE.findall(text) if run not in data]
                plain = EXAMPLES.sub("", CITED.sub("", text)) if said else ""
                wrong |= {
                    f"{run}: {address.split('?')[0]}: {text}" for run in CHINESE.findall(plain) if run not in data
                }
            small |= {f"{address}: {one}" for one in reading.labels if re.match("[a-z]", one) and one not in data}
    assert sorted(wrong) == []
    assert [one for one in sorted(small) if "builtin_tasks" not in one] == []
