"""Who is not signed in may ask so often a minute; and cannot make the ledger grow at will."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from zhuanmai.accounts import refusals
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core import pace
from zhuanmai.core.models import Pace
from zhuanmai.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The time, which stands still until a test moves it."""
    moment = {"now": dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)}
    for module in (pace, refusals):
        monkeypatch.setattr(module, "real_now", lambda: moment["now"])
    return moment


def asked(address: str = "10.0.0.1", path: str = "/verify/", **headers: str) -> Any:
    """One request of a visitor at this address."""
    return Client().get(path, REMOTE_ADDR=address, headers=headers)


def test_a_visitor_is_answered_so_often_a_minute(at: dict[str, dt.datetime], settings: Any) -> None:
    settings.VISITS_PER_MINUTE = 3
    assert [asked().status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert asked("10.0.0.2").status_code == 200  # others are not stopped
    at["now"] += pace.WINDOW - dt.timedelta(seconds=1)
    assert asked().status_code == 429
    at["now"] += dt.timedelta(seconds=1)
    assert asked().status_code == 200


def test_what_is_told_says_what_to_do(at: dict[str, dt.datetime], settings: Any) -> None:
    settings.VISITS_PER_MINUTE = 1
    asked()
    answer = asked(accept="application/json")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["code"]) == (429, "60", "too_often")
    assert answer.json()["detail"].endswith("。")


def test_all_visitors_together_too(at: dict[str, dt.datetime], settings: Any) -> None:
    settings.VISITS_PER_MINUTE, settings.VISITORS = 2, 2
    found = [asked(f"10.0.0.{n}").status_code for n in range(6)]
    assert found == [200, 200, 200, 200, 429, 429]


def test_officers_and_what_costs_nothing_are_not_counted(at: dict[str, dt.datetime], settings: Any) -> None:
    settings.VISITS_PER_MINUTE = 1
    unit = Unit.objects.create(code="T350206", name="测试区烟草专卖局", kind="district_bureau", abbreviation="测烟")
    client = Client()
    client.force_login(Officer.objects.create_user("test", "word", name="测试", unit=unit))
    assert {client.get("/verify/").status_code for _ in range(5)} == {200}
    assert {asked(path="/healthz").status_code for _ in range(5)} == {200}


@pytest.mark.parametrize(
    "is_behind, told, counted",
    [(True, "1.1.1.1, 2.2.2.2", "2.2.2.2"), (True, "", "10.0.0.1"), (False, "2.2.2.2", "10.0.0.1")],
)
def test_only_our_own_proxy_is_believed(
    at: dict[str, dt.datetime], settings: Any, is_behind: bool, told: str, counted: str
) -> None:
    settings.VISITS_PER_MINUTE = 5
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_behind else None
    asked(**({"X-Forwarded-For": told} if told else {}))
    assert Pace.objects.filter(key=f"visitor {counted}").exists()


@pytest.mark.parametrize("failures, single, together", [(10, 10, None), (11, 10, 1), (50, 10, 40)])
def test_failed_sign_ins_are_noted_one_by_one_and_then_together(
    at: dict[str, dt.datetime], failures: int, single: int, together: int | None
) -> None:
    for n in range(failures):
        Client().post(
            "/api/accounts/sign-in/password", {"username": f"n{n}", "password": "x"}, content_type="application/json"
        )
    refusals.note_the_rest()
    assert Entry.objects.filter(kind="accounts.sign_in_refused").count() == single
    assert not Entry.objects.filter(kind="accounts.refused_often").exists()  # the minute is not over
    at["now"] += pace.WINDOW
    refusals.note_the_rest()
    refusals.note_the_rest()
    noted = [one.facts["count"] for one in Entry.objects.filter(kind="accounts.refused_often")]
    assert noted == ([together] if together else [])
    assert not Pace.objects.filter(key__startswith=Pace.HELD).exists()


def test_counts_are_forgotten_but_those_that_are_still_read(at: dict[str, dt.datetime]) -> None:
    pace.count("visitor x")
    pace.count(f"{Pace.HELD}y")
    at["now"] += pace.WINDOW
    pace.forget()
    assert list(Pace.objects.values_list("key", flat=True)) == [f"{Pace.HELD}y"]
