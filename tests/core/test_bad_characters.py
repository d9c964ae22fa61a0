"""No character makes a 500: every parameter that a page reads, every part of an address, each given what nobody types."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import Client

from tests.core.test_personal_data import around, full_case
from tests.core.walking import addresses
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from zhuanmai.accounts.models import Grant, Officer, Role, Unit
from zhuanmai.core.clock import now

pytestmark = pytest.mark.django_db
NASTY = (
    "\0", "a\0b", "\x01\x0b\x1f", "²", "①", "٣", "-1", "9" * 40, "1e400", "nan", "0000-00-00", "0001-01-01",
    "9999-12-31", "2026-11-31", "长" * 300, "%", "_", "\\", "'\"<b>", "\u202e\ufeff", "𬭎🚬", " ", "[]", "..",
)  # fmt: skip


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of parameters that were asked for since it was last emptied."""
    names: set[str] = set()

    def noting(way: Any) -> Any:
        def noted(self: QueryDict, key: str, *given: Any) -> Any:
            names.add(key)
            return way(self, key, *given)

        return noted

    for name in ("__getitem__", "get", "getlist", "__contains__"):
        monkeypatch.setattr(QueryDict, name, noting(getattr(QueryDict, name)))
    return names


def everything(bureau: Bureau) -> Officer:  # noqa: F811
    """Somebody who holds every role of the city's bureau, so that every page is there to be asked."""
    unit = Unit.objects.get(code="350200")
    made = Officer.objects.create_user("test-everything", "word", name="测试", unit=unit)
    for role in Role.values:
        Grant.objects.create(officer=made, role=role, unit=unit, confirmed_at=now())
    return made


def test_no_parameter_of_any_address_makes_a_500(bureau: Bureau, read: set[str]) -> None:  # noqa: F811
    found = full_case(bureau)
    ids, client = around(bureau, found), Client(raise_request_exception=False)
    client.force_login(everything(bureau))
    wrong, walked = [], 0
    for address in addresses():
        if "GET" not in address.methods:
            continue
        path = address.filled(ids)
        read.clear()
        client.get(path)
        names = sorted(read - {"csrfmiddlewaretoken"})
        for value in NASTY if names else ():
            answer = client.get(path, dict.fromkeys(names, value))
            walked += 1
            if answer.status_code >= 500:
                wrong.append(f"{path} with {names} = {value[:20]!r}: {answer.status_code}")
    assert walked > 500
    assert wrong == [], "\n".join(wrong)


def test_no_part_of_any_address_makes_a_500(bureau: Bureau) -> None:  # noqa: F811
    found = full_case(bureau)
    ids, client = around(bureau, found), Client(raise_request_exception=False)
    client.force_login(everything(bureau))
    wrong = []
    for address in addresses():
        if "<" not in address.route or "GET" not in address.methods:
            continue
        for value in NASTY:
            path = address.filled(dict.fromkeys((*ids, *own_names(address.route)), quote(value, safe="")))
            answer = client.get(path)
            if answer.status_code >= 500:
                wrong.append(f"{path[:80]}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


def own_names(route: str) -> list[str]:
    """The names of a route's own parts, as `Address.filled` asks for them."""
    parts = [part.partition(">")[0].rpartition(":")[2] for part in route.split("<")[1:]]
    return [f"{route} {part}" for part in parts]
