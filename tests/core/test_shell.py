"""The shell: small, for the right eyes, and telling what went wrong in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from zhuanmai.core import assets, context, navigation, notices

MOST_BYTES = 120 * 1024


def test_the_first_view_is_small() -> None:
    shell = assets.entry("shell")
    files = [*shell.styles, shell.script, *shell.preloads, assets.sprite()]
    assert sum((assets.BUILT / f"{name}.gz").stat().st_size for name in files) < MOST_BYTES


def test_built_files_come_compressed_and_are_kept_for_good(client: Client) -> None:
    answer = client.get(f"/static/built/{assets.entry('shell').script}", headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_refusals_are_said_in_words(client: Client) -> None:
    missing = client.get("/no-such-page")
    assert (missing.status_code, "没有这个页面" in missing.content.decode()) == (404, True)
    assert client.get("/sign-in/?next=%2F").headers["Location"] == "/sign-in?next=%2F"
    strict = Client(enforce_csrf_checks=True)
    stale = strict.post("/theme", {"theme": "dark"})
    assert (stale.status_code, "页面停留过久" in stale.content.decode()) == (403, True)


@pytest.mark.django_db
def test_the_theme_is_kept_and_never_leads_away(client: Client) -> None:
    answer = client.post("/theme", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert (answer.cookies["theme"].value, answer.headers["Location"]) == ("dark", "/")
    assert 'data-bs-theme="dark"' in client.get("/sign-in").content.decode()
    assert client.post("/theme", {"theme": '"><script>'}).cookies["theme"].value == ""


def test_the_style_guide_is_not_there_in_production(client: Client, settings: Any) -> None:
    settings.PROFILE = "production"
    assert client.get("/styleguide").status_code == 404


def test_the_rail_shows_what_a_permission_opens_and_where_one_is() -> None:
    allowed = SimpleNamespace(pk=None, may=lambda name: name == "reference.see")
    rail = context.rail(allowed, "/reference/products/")
    links = [link for _, group in rail.groups for link in group]
    guarded = {page.url_name for page in navigation.pages() if page.permission not in ("", "reference.see")}
    assert guarded
    assert [link.href for link in links if link.is_current] == ["/reference/products/"]
    assert "/ledger" not in [link.href for link in links]
    assert context.rail(None, "/").groups == []


def test_the_bell_puts_the_most_pressing_first() -> None:
    def source(_officer: Any) -> list[notices.Notice]:
        return [notices.Notice("later", "#"), notices.Notice("now", "#", "danger")]

    kept, notices._sources[:] = list(notices._sources), [source]
    try:
        assert [one.words for one in notices.waiting_for(SimpleNamespace(pk=1)) if one.href == "#"] == ["now", "later"]
        assert notices.waiting_for(None) == []
    finally:
        notices._sources[:] = kept


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ 1646.5|cartons }}", "1,646.5 条"),
        ("{{ 99240|sticks }}", "99,240 支"),
        ("{{ 203250|yuan }}", "¥203,250.00"),
        ("{{ None|yuan }}", "—"),
        ("{{ '叶铉森'|masked_name }}", "叶**"),
        ("{{ '350206197908170175'|masked_id }}", "3502**********0175"),
    ],
)
def test_numbers_carry_their_units_and_people_are_masked(template: str, words: str) -> None:
    assert Template(template).render(Context()) == words


def test_a_sorted_column_turns_round() -> None:
    request = RequestFactory().get("/list", {"sort": "due", "page": "3"})
    order = SimpleNamespace(name="due", down=False)
    drawn = Template('{% sort_header "due" "Due" %}').render(Context({"request": request, "order": order}))
    assert 'aria-sort="ascending"' in drawn
    assert 'href="?sort=-due"' in drawn
