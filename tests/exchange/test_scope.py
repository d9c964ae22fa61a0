"""Proves: who may see the exchange of one district sees, opens, exports and sends again nothing of another.

Every address of the room is walked, taken from the code; the subjects are a toy room's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.core.walking import Address, addresses, text_of
from tests.exchange.toys import LETTER, PARCEL, Units, letter
from zhuanmai.accounts.models import Grant, Officer, Role, Unit
from zhuanmai.core import notices
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, NotFound
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Work
from zhuanmai.exchange import kinds, queries, reconciliation, services, subjects
from zhuanmai.exchange.models import Attempt, Message, Reconciliation
from zhuanmai.exchange.queries import Filters
from zhuanmai.ledger.models import Entry

pytestmark = pytest.mark.django_db
SEE = (Role.DEPARTMENT_HEAD,)  # of a district; who administers or audits does so for the whole bureau


@dataclass
class Town:
    """A city of two districts, each with a letter that was given up; who holds which role where."""

    city: Unit
    a: Unit
    b: Unit
    ours: Message
    theirs: Message

    def officer(self, role: str, unit: Unit, at_home: Unit | None = None) -> Officer:
        """An officer with a role in a unit, who sees as subject the unit that they belong to."""
        made = Officer.objects.create_user(
            f"t-{role}-{unit.code}-{new_id()}"[:40], "x", name="测", unit=at_home or unit
        )
        Grant.objects.create(officer=made, role=role, unit=unit, confirmed_at=now())
        return made


@pytest.fixture
def town() -> Iterator[Town]:
    units = Units()
    subjects.register(units)
    kinds.register(LETTER, PARCEL)
    city = Unit.objects.create(code="T0", name="市局", kind="city_bureau", abbreviation="市烟")
    a, b = (
        Unit.objects.create(
            code=f"T-{name}", name=f"{name}区局", kind="district_bureau", abbreviation=name, parent=city
        )
        for name in ("甲", "乙")
    )
    made = Town(city, a, b, letter(a, "甲区的秘密"), letter(b, "乙区的函", "parcel"))
    for message, said in ((made.ours, "甲区对方说"), (made.theirs, "乙区对方说")):
        Message.objects.filter(pk=message.pk).update(state="dead", last_error=said)
        Attempt.objects.create(message=message, outcome="refused", status=422, detail=said)
    yield made
    subjects.forget(units.kind)
    kinds.forget(LETTER, PARCEL)


def of_the_room() -> list[Address]:
    """Every address of the exchange, of pages and API."""
    return [one for one in addresses() if one.route.startswith(("exchange", "api/exchange"))]


def client_of(officer: Officer) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(officer)
    return client


@pytest.mark.parametrize("role", SEE)
def test_no_address_of_the_room_gives_or_does_anything_of_another_district(town: Town, role: str) -> None:
    client, message = client_of(town.officer(role, town.b)), town.ours
    run = Reconciliation.objects.create(
        partner="toy", missing_there=[str(message.pk)], work=Work.objects.create(task="t", about="x", state="done")
    )
    before = Entry.objects.filter(kind__startswith="exchange.").count()
    asked = of_the_room()
    for address in asked:
        path = address.filled({"message_id": message.pk, "reconciliation_id": run.pk})
        for method in address.methods:
            sheets = ("?export=csv", "?export=xlsx", f"?subject={town.a.pk}") if path == "/exchange" else ()
            for sheet in ("", *sheets):
                answer = client.generic(method, path + sheet, "", headers={"Accept": "text/html"})
                text = text_of(answer)
                assert answer.status_code < 500, path
                secrets = ["甲区的秘密", "甲区对方说", "T-甲", "甲区局", message.sha256]
                secrets += [str(message.pk)] if str(message.pk) not in path else []
                assert [one for one in secrets if one in text] == [], (method, path)
                if str(message.pk) in path:
                    missing = client.generic(method, path.replace(str(message.pk), str(new_id())))
                    assert answer.status_code == missing.status_code, (method, path)
    message.refresh_from_db()
    assert message.state == "dead"
    assert len(asked) >= 8
    done = Entry.objects.filter(kind__startswith="exchange.").count() - before
    assert done == 0


@pytest.mark.parametrize("role", SEE)
def test_a_foreign_message_is_as_one_that_is_not_there(town: Town, role: str) -> None:
    client = client_of(town.officer(role, town.b))
    assert client.get(f"/exchange/messages/{town.ours.pk}").status_code == 404
    assert client.get(f"/exchange/messages/{town.theirs.pk}").status_code == 200
    assert client.get("/api/exchange/counts").json() == {"waiting": 0, "received": 0, "dead": 1}
    assert [row["id"] for row in client.get("/api/exchange/messages").json()] == [str(town.theirs.pk)]


def test_who_looks_after_the_whole_bureau_sees_all_and_by_title_alone_what_is_not_theirs(town: Town) -> None:
    admin = town.officer(Role.SYSTEM_ADMIN, town.city)
    page = client_of(admin).get("/exchange").content.decode()
    assert "T-甲" in page
    assert "T-乙" in page
    assert "/toys/" not in page, "a page that they could not open is no link"
    assert "甲区局" not in page
    assert queries.counts(officer=admin)["dead"] == 2
    assert services.retry_all(actor=admin) == 2


def test_what_an_officer_sees_in_its_room_they_see_here_but_do_not_administer(town: Town) -> None:
    """The permission is theirs in district B, the subject is one of theirs in district A."""
    head = town.officer(Role.DEPARTMENT_HEAD, town.b, at_home=town.a)
    found = queries.lines(head, queries.messages(officer=head))
    assert {(line.subject.title, bool(line.subject.href), line.may_retry) for line in found} == {
        ("T-甲", True, False),
        ("T-乙", False, False),
    }
    for message in (town.ours, town.theirs):
        with pytest.raises((NotFound, NotAllowed)):
            services.retry(actor=head, message_id=message.pk)
    admin = town.officer(Role.SYSTEM_ADMIN, town.city)
    assert services.retry(actor=admin, message_id=town.theirs.pk).state == "waiting"


def test_a_dead_letter_waits_for_who_may_send_it_again_there(town: Town) -> None:
    def told(officer: Officer) -> list[str]:
        return [one.href for one in notices.waiting_for(officer) if one.href.startswith("/exchange")]

    admin = town.officer(Role.SYSTEM_ADMIN, town.city)
    assert told(admin) == ["/exchange?state=dead"]
    assert told(town.officer(Role.DEPARTMENT_HEAD, town.b)) == []
    services.retry(actor=admin, message_id=town.ours.pk)
    assert told(admin) == ["/exchange?state=dead"]
    services.retry_all(actor=admin)
    assert told(admin) == []


def test_reconciliations_are_for_who_looks_after_every_unit(town: Town) -> None:
    for role in (Role.SYSTEM_ADMIN, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            reconciliation.ask(actor=town.officer(role, town.b), partner="national")
        assert client_of(town.officer(role, town.b)).get("/exchange/reconciliations").status_code == 403
        assert reconciliation.ask(actor=town.officer(role, town.city), partner="national").partner == "national"
    page = client_of(town.officer(Role.DEPARTMENT_HEAD, town.b)).get("/exchange").content.decode()
    assert "reconciliations" not in page


def test_messages_of_a_kind_that_no_room_registers_any_more_are_seen_by_the_whole_bureau_only(town: Town) -> None:
    subjects.forget("toy.unit")
    admin, district = town.officer(Role.SYSTEM_ADMIN, town.city), town.officer(Role.DEPARTMENT_HEAD, town.a)
    assert (queries.counts(officer=admin)["dead"], queries.counts(officer=district)["dead"]) == (2, 0)
    assert client_of(admin).get(f"/exchange/messages/{town.ours.pk}").status_code == 200


@pytest.mark.parametrize(
    "filters, found",
    [
        (Filters(), {"甲", "乙"}), (Filters(state="dead"), {"甲", "乙"}), (Filters(state="received"), set()),
        (Filters(state="nonsense"), {"甲", "乙"}), (Filters(kind="letter"), {"甲"}), (Filters(kind="nonsense"), set()),
        (Filters(partner="toy"), {"甲", "乙"}), (Filters(partner="national"), set()),
        (Filters(subject_kind="toy.unit"), {"甲", "乙"}), (Filters(subject_id=uuid.UUID(int=1)), set()),
    ],
)  # fmt: skip
def test_each_filter_narrows_what_is_seen(town: Town, filters: Filters, found: set[str]) -> None:
    admin = town.officer(Role.SYSTEM_ADMIN, town.city)
    rows: Any = queries.messages(officer=admin, filters=filters)
    assert {line.subject.title[-1] for line in queries.lines(admin, rows)} == found


def test_filters_stand_in_the_address_and_survive_a_reload(town: Town) -> None:
    client = client_of(town.officer(Role.SYSTEM_ADMIN, town.city))
    page = client.get("/exchange", {"state": "dead", "kind": "letter", "partner": "national", "subject": town.a.pk})
    text = page.content.decode()
    for value in ("dead", "letter", "national"):
        assert f'<option value="{value}" selected>' in text or value == "letter", value
    assert f'name="subject" value="{town.a.pk}"' in text
    assert '<option value="letter" selected>' in client.get("/exchange?kind=letter").content.decode()
