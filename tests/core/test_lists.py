"""Lists: one shape for all, sheets of what is filtered, scoped and masked, each sheet an entry on the ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook

from zhuanmai.accounts.models import Officer
from zhuanmai.core.exports import sheet
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import services
from zhuanmai.ledger.models import Entry, LedgerPersonal
from zhuanmai.reference.services import load_register

pytestmark = pytest.mark.django_db
LISTS = [
    ("/cases", "officer"),
    ("/people", "security_admin"),
    ("/ledger", "auditor"),
    ("/exchange", "system_admin"),
    ("/system/jobs", "system_admin"),
    ("/reference/products/", "reference_editor"),
    ("/reference/licensees/", "officer"),
]


def signed_in(officer: Officer) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(officer)
    return client


def rows_of(answer: Any) -> list[list[str]]:
    """The rows of a sheet in CSV."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("path, role", LISTS)
def test_every_list_sorts_keeps_views_and_gives_sheets(
    path: str, role: str, officer_with: Callable[[str], Officer]
) -> None:
    client = signed_in(officer_with(role))
    page = client.get(path, {"q": "无此", "page": "9"}).content.decode()
    assert "export=xlsx" in page
    assert 'name="query" value="q=' in page, "the view can be kept"
    before = Entry.objects.filter(kind="core.exported").count()
    found = client.get(path, {"export": "xlsx"})
    assert next(load_workbook(io.BytesIO(found.content)).active.iter_rows(values_only=True))[0]
    assert client.get(path, {"export": "csv"}).headers["Content-Type"].startswith("text/csv")
    assert client.get(path, {"export": "exe"}).headers["Content-Type"].startswith("text/html")
    assert Entry.objects.filter(kind="core.exported").count() == before + 2


@pytest.mark.parametrize("path, role", LISTS)
def test_a_malformed_address_is_no_error(path: str, role: str, officer_with: Callable[[str], Officer]) -> None:
    client = signed_in(officer_with(role))
    for name in ("unit", "actor", "object", "since", "until", "state", "kind", "sort", "on", "page"):
        assert client.get(path, {name: "\u0001'x"}).status_code == 200, name


def test_a_sheet_of_licensees_is_masked_and_its_filters_are_personal(officer_with: Callable[[str], Officer]) -> None:
    officer = officer_with("officer")
    row = {"licence_no": "350206100001", "shop_name": "顺和盛食杂店", "address": "枋湖南路88号", "holder_name": "叶铉森",
           "holder_id": "350206197908170175", "district_code": "350206", "status": "valid", "business_type": "grocery",
           "phone": "13900000000", "valid_from": "2025-01-01", "valid_to": "2029-12-31"}  # fmt: skip
    done = load_register(actor=None, rows=[(1, row)])
    assert done.refused == ()
    found = rows_of(signed_in(officer).get("/reference/licensees/", {"q": "叶铉森", "export": "csv"}))
    assert found[1][:6] == ["350206100001", "顺和盛食杂店", "枋湖南路88号", "叶**", "3502**********0175", "139****0000"]
    entry = Entry.objects.get(kind="core.exported")
    assert (entry.actor_id, entry.facts) == (officer.pk, {"what": "零售户登记簿", "count": 1, "format": "csv"})
    assert "q=" in LedgerPersonal.objects.get(entry_id=entry.seq).part["filters"]


def test_a_sheet_of_the_exchange_holds_what_is_filtered(officer_with: Callable[[str], Officer]) -> None:
    with transaction.atomic():
        for kind in ("case", "items"):
            services.enqueue(partner="national", kind=kind, key=new_id(), body={"clue_no": "线1"}, subject_id=new_id())
    client = signed_in(officer_with("system_admin"))
    assert [row[3] for row in rows_of(client.get("/exchange", {"kind": "items", "export": "csv"}))] == [
        "类别",
        "涉案物品",
    ]


def test_no_cell_is_a_formula() -> None:
    found = rows_of(sheet("x", "csv", ("a",), [("=1+1",), ("-5",), ("@x",), (None,), (-3,)]))
    assert [cell for row in found[1:] for cell in row] == ["'=1+1", "-5", "'@x", "", "-3"]
    book = load_workbook(io.BytesIO(sheet("x", "xlsx", ("a",), [("=1+1",), (3,)]).content))
    assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["'=1+1", 3]
