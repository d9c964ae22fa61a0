"""One declaration of columns a list: every page of a list is walked, in both languages, by what it declares.

A new list has to be named in `PAGES`, with who sees it and what makes a row of it.
"""

# ruff: noqa: F811
from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import h3
import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.utils import translation

from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import RED
from zhuanmai.accounts.models import Unit
from zhuanmai.alerts.models import Alert, Run, Whereabouts
from zhuanmai.core.clock import today
from zhuanmai.core.ids import new_id
from zhuanmai.core.listing import Column, Listing, Table, declare, declared
from zhuanmai.core.masking import masked_name
from zhuanmai.core.models import Work
from zhuanmai.documents.models import IssuedNumber
from zhuanmai.exchange import services
from zhuanmai.lake.models import Import
from zhuanmai.reference.models import Licensee

pytestmark = pytest.mark.django_db
HOLDER, HOLDER_ID, PHONE, PARTY = "夏侯持证", "350206198501012399", "13955550006", "叶𬭎森"
PAGES = {
    "accounts:ledger": "auditor",
    "accounts:officers": "security",
    "alerts:alerts": "analyst",
    "alerts:flows": "analyst",
    "alerts:hotspots": "analyst",
    "alerts:runs": "analyst",
    "core:jobs": "admin",
    "deadlines:list": "jia",
    "documents:numbers": "city-head",
    "enforcement:cases": "jia",
    "exchange:monitor": "admin",
    "lake:imports": "analyst",
    "lake:quarantine": "analyst",
    "reference:causes": "jia",
    "reference:licensees": "jia",
    "reference:products": "editor",
}
LANGUAGES = ("zh-hans", "en")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00")


@pytest.fixture
def rows(bureau: Bureau, no_jobs: None) -> Bureau:
    """Two rows at least of each list, with people in those that have people."""
    for name in ("叶𬭎森", "林店员"):
        tablet = bureau.open_case()
        tablet.done("party.set", party_id=str(new_id()), name=name, id_no="350206197908178556", phone="13955551111")
        tablet.done("scan", barcode=RED, n=3)
    squad, office = Unit.objects.get(code="350206-1"), Unit.objects.get(code="350206")
    for n, state in enumerate(("done", "failed")):
        Licensee.objects.create(
            licence_no=f"35020615079{n}", holder_name=HOLDER, holder_id=HOLDER_ID, phone=PHONE, district_code="350206",
            shop_name="顺和盛食杂店" if n else "", address="枋湖南路88号", valid_to=today() if n else None,
        )  # fmt: skip
        run = Run.objects.create(day=today(), work=Work.objects.create(task="alerts.run", about=str(n), state=state))
        Alert.objects.create(
            number=f"A20261130-00{n}", run=run, day=today(), subject_kind="licence", subject=f"35020615079{n}",
            shop_name="顺和盛食杂店", probability=0.5, score=1.0, offence="diverted", unit=squad,
        )  # fmt: skip
        Import.objects.create(
            file_name=f"orders-{n}.csv", path="/nowhere", table="orders",
            work=Work.objects.create(task="lake.import", about=f"i{n}", state="failed", error="x"),
        )  # fmt: skip
    hexagons = [h3.latlng_to_cell(24.51, 118.12 + n / 10, 8) for n in range(2)]
    with transaction.atomic():
        for kind in ("case", "items"):
            services.enqueue(
                partner="national",
                kind=kind,
                key=new_id(),
                subject_id=new_id(),
                body={"clue_no": "线1"},
                files_by_field={},
            )
    for n in (1, 2):
        text = f"厦湖烟立〔2026〕第{n}号"
        IssuedNumber.objects.create(unit=office, word="立", year=2026, n=n, text=text)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status)"
            " values ('default', 'core.sweep', 'todo'), ('default', 'alerts.run', 'failed')"
        )
    cells = [{"cell": hexagons[n], "count": n + 1, "gi_star": 1.5, "p_value": 0.01, "hot": bool(n)} for n in range(2)]
    Whereabouts.objects.create(run=run, what="hotspots", kind="case", weeks=26, rows=cells)
    flow = {"from_district": "350206", "to_district": "350203", "cartons": 3, "cases": 1}
    flows = [{**flow, "from_licence": f"35020615079{n}"} for n in range(2)]
    Whereabouts.objects.create(run=run, what="flows", weeks=26, rows=flows)
    return bureau


def lists() -> list[Listing]:
    """All declared lists: a page declares its own where it is made, and pages are read with the addresses."""
    assert get_resolver().url_patterns
    return declared()


def browser(bureau: Bureau, listing: Listing, language: str) -> Client:
    """A browser of who sees the list, in a language."""
    client = Client()
    client.force_login(bureau[PAGES[listing.url_name]])
    client.cookies["django_language"] = language
    return client


def texts(tag: str, page: str) -> list[list[str]]:
    """The cells of each row of the list's table, as read: without tags."""
    table = page[page.index('<table class="zm-table" data-list') :]
    table = table[: table.index("</table>")]
    body = re.sub(r'<t[dh][^>]*><input type="checkbox"[^>]*></t[dh]>', "", table)
    found = [re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", row, re.DOTALL) for row in body.split("<tr")[1:]]
    plain = [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells] for cells in found]
    return [cells for cells in plain if cells]


def sheet_of(client: Client, address: str, **asked: str) -> list[list[str]]:
    """The rows of the list's sheet."""
    answer = client.get(address, {**asked, "export": "csv"})
    assert answer.headers["Content-Type"].startswith("text/csv"), address
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def as_on_page(cell: str) -> str:
    """A cell of a sheet as the page has it: moments to the minute, amounts plain."""
    return cell[:16] if MOMENT.fullmatch(cell) else cell.replace("—", "").replace(",", "")


def said(words: Any, language: str) -> str:
    """Words in a language."""
    with translation.override(language):
        return str(words)


def test_every_list_of_the_platform_is_walked() -> None:
    assert {listing.url_name for listing in lists()} == set(PAGES)
    for listing in lists():
        names = [column.name for column in listing.columns]
        assert len(names) == len(set(names)), listing.url_name
        assert listing.default.lstrip("-") in ["", *(column.name for column in listing.columns if column.order)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_sheet_have_the_headings_that_are_declared(rows: Bureau, language: str) -> None:
    for listing in lists():
        client, address = browser(rows, listing, language), reverse(listing.url_name)
        page = client.get(address, {"state": ""}).content.decode()
        headings = [cell for cell in texts("th", page)[0] if cell]
        assert headings == [said(column.heading, language) for column in listing.on_page], listing.url_name
        sheet = sheet_of(client, address, state="")
        assert sheet[0] == [said(column.heading, language) for column in listing.in_sheet], listing.url_name
        if language == "en":
            assert not re.search("[一-龥]", "".join([*headings, *sheet[0]])), listing.url_name
            assert [one for one in (*headings, *sheet[0]) if not one[0].isupper()] == [], listing.url_name
        else:
            assert [one for one in sheet[0] if not re.search("[一-龥]", one)] == [], listing.url_name


def test_moments_in_a_sheet_are_those_of_the_bureaus_clocks_and_say_their_zone(rows: Bureau) -> None:
    walked = 0
    for listing in lists():
        client, address = browser(rows, listing, "zh-hans"), reverse(listing.url_name)
        cells = [cell for row in sheet_of(client, address, state="")[1:] for cell in row]
        moments = [cell for cell in cells if re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:", cell)]
        assert [one for one in moments if not MOMENT.fullmatch(one)] == [], listing.url_name
        walked += len(moments)
    assert walked > 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sortable_column_sorts_both_ways_on_page_and_in_sheet(rows: Bureau, language: str) -> None:
    for listing in lists():
        client, address = browser(rows, listing, language), reverse(listing.url_name)
        for column in (one for one in listing.columns if one.order):
            for way in ("", "-"):
                asked = {"state": "", "sort": f"{way}{column.name}"}
                answer = client.get(address, asked)
                assert answer.status_code == 200, (listing.url_name, column.name)
                wanted = "descending" if way else "ascending"
                assert not column.on_page or f'aria-sort="{wanted}"' in answer.content.decode()
                assert len(sheet_of(client, address, **asked)) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_masked_cell_is_masked_alike_on_page_and_in_sheet(rows: Bureau, language: str) -> None:
    walked = 0
    for listing in lists():
        client, address = browser(rows, listing, language), reverse(listing.url_name)
        page = client.get(address, {"state": ""}).content.decode()
        cells, sheet = texts("td", page), sheet_of(client, address, state="")[1:]
        for person in (HOLDER, HOLDER_ID, PHONE, PARTY, "350206197908178556", "13955551111"):
            assert person not in page
            assert person not in str(sheet), listing.url_name
        for column in (one for one in listing.columns if one.mask and one.on_page and one.in_sheet):
            at, there = listing.on_page.index(column), listing.in_sheet.index(column)
            shown = [row[at].replace("—", "") for row in cells]
            assert shown == [row[there] for row in sheet], (listing.url_name, column.name)
            walked += len(shown)
    assert walked >= 6


def test_a_list_and_its_sheet_show_the_same_rows_in_the_same_order(rows: Bureau) -> None:
    for listing in lists():
        client, address = browser(rows, listing, "zh-hans"), reverse(listing.url_name)
        plain = [one for one in listing.columns if one.on_page and one.in_sheet and not one.template]
        for sort in ("", *(f"-{one.name}" for one in listing.columns if one.order)):
            asked = {"state": "", **({"sort": sort} if sort else {})}
            cells, sheet = (
                texts("td", client.get(address, asked).content.decode()),
                sheet_of(client, address, **asked)[1:51],
            )
            assert len(cells) == len(sheet), listing.url_name
            for column in plain:
                at, there = listing.on_page.index(column), listing.in_sheet.index(column)
                got = [row[at].replace("—", "").replace(",", "") for row in cells]
                assert got == [as_on_page(row[there]) for row in sheet], (
                    listing.url_name,
                    column.name,
                    sort,
                )


ODD = Listing(
    "x:y", "odd", "odd",
    (
        Column("a", "A", lambda one: one[0], lambda one: one[1]),
        Column("b", "B", lambda one: one[2], mask=masked_name),
        Column("c", "C", lambda one: one[1], number=True),
    ),
)  # fmt: skip
THREE = [("x", None, "叶𬭎森"), ("y", 2, ""), ("z", 1, None)]


@pytest.mark.parametrize("sort, wanted", [("", "xyz"), ("a", "zyx"), ("-a", "yzx"), ("b", "xyz"), ("nothing", "xyz")])
def test_rows_without_a_value_come_last_either_way(sort: str, wanted: str) -> None:
    table = Table(ODD, RequestFactory().get("/", {"sort": sort}), THREE)
    assert "".join(line.one[0] for line in table.lines) == wanted


def test_a_mask_holds_for_what_a_row_has_and_has_not() -> None:
    assert [ODD.columns[1].of(row) for row in THREE] == ["叶**", "", ""]


def test_a_page_has_one_list() -> None:
    assert lists()
    with pytest.raises(ValueError, match="shows a list already"):
        declare(Listing("core:jobs", "x", "x", ()))
