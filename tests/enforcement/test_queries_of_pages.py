"""How often the pages ask the database: not oftener for more rows, and for an officer's roles once a page.

The figures are borders, not measures: what a page asks today lies a little below.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.core.ids import new_id

pytestmark = pytest.mark.django_db
OF_THE_LIST, OF_A_CASE = 20, 55


def asked(client: Client, address: str) -> list[str]:
    """The queries of one page, seen before so that nothing is read for the first time ever."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries if "core_clockshift" not in query["sql"]]  # by time, not by page


def signed_in(bureau: Bureau, username: str) -> Client:
    """A browser in which the officer is signed in."""
    client = Client()
    client.force_login(bureau[username])
    return client


def named(bureau: Bureau) -> TabletClient:
    """A case with a party, whose name the list shows."""
    tablet = bureau.open_case()
    tablet.done("party.set", party_id=str(new_id()), name="叶𬭎森", id_no="350206197908178556")
    return tablet


def test_the_list_of_cases_asks_no_oftener_for_fifty_than_for_one(bureau: Bureau) -> None:
    clients = [signed_in(bureau, username) for username in ("jia", "wu", "city-head")]
    named(bureau)
    for_one = [len(asked(client, "/cases")) for client in clients]
    for _ in range(49):
        named(bureau)
    for_fifty = [asked(client, "/cases") for client in clients]
    assert all(len(many) <= one <= OF_THE_LIST for many, one in zip(for_fifty, for_one, strict=True)), for_fifty


@pytest.mark.parametrize("tab", ["", "/documents", "/items", "/evidence", "/procedure", "/trace"])
def test_the_page_of_a_case_stays_within_its_queries(bureau: Bureau, tab: str) -> None:
    address = f"/cases/{named(bureau).case_id}{tab}"
    found = asked(signed_in(bureau, "jia"), address)
    assert len(found) <= OF_A_CASE, "\n".join(found)
