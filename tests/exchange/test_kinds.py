"""A room registers its partner, its kinds of messages and its subjects; the exchange does the rest and knows no room."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.exchange.conftest import work_off
from tests.exchange.toys import LETTER, PARCEL, Units, letter
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import kinds, services, subjects
from zhuanmai.exchange.checks import kinds_are_known, partners_answer
from zhuanmai.exchange.connectors import SignedJson
from zhuanmai.exchange.kinds import Kind, kind_of, kind_words
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.partners import Answer, Partner, registry
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify
from zhuanmai.sandbox.national.server import National


@pytest.fixture
def toy_room(national: National, settings: Any) -> Iterator[None]:
    """What a room writes in its receivers; its partner stands where the simulated system does, which takes letters."""
    national.kinds, national.protocol = ("letter", "parcel"), "zhuanmai-toy/1"
    settings.TOY_URL = settings.NATIONAL_URL
    units = Units()
    registry.register(Partner("toy", "玩具系统", "Toy system", SignedJson("toy")))
    subjects.register(units)
    kinds.register(LETTER, PARCEL)
    yield
    registry.forget("toy")
    subjects.forget(units.kind)
    kinds.forget(LETTER, PARCEL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_jobs", "toy_room")
def test_a_registered_kind_is_sent_listed_named_and_entered(
    national: National, officer_with: Callable[[str], Officer]
) -> None:
    admin = officer_with("system_admin")
    sent = letter(admin.unit, "关于停电")
    work_off()
    assert [row["kind"] for row in national.store.listed("", 10)] == ["letter"]
    client = Client()
    client.force_login(admin)
    for page in ("/exchange?partner=toy", f"/exchange/messages/{sent.pk}"):
        text = client.get(page).content.decode()
        for words in ("Toy system", "Letters", "关于停电", f'href="/toys/{admin.unit_id}"', admin.unit.code):
            assert words in text, (page, words)
    assert [line.sentence for line in timeline(object_id=sent.pk)][-1].startswith("对外报送（玩具系统，函件）")
    answer = client.post("/exchange/reconciliations", {"partner": "toy"}, follow=True)
    work_off()
    assert "双方一致" in client.get(answer.redirect_chain[-1][0]).content.decode()
    assert partners_answer().words == "应答正常：国家局系统、玩具系统"
    assert [one for one in verify().problems if "exchange" in one.where] == []


@pytest.mark.django_db
def test_what_no_room_registered_is_not_written(officer_with: Callable[[str], Officer]) -> None:
    for partner, kind in (("toy", "letter"), ("national", "letter"), ("nobody", "case")):
        with pytest.raises(LookupError):
            services.enqueue(partner=partner, kind=kind, key=new_id(), subject_id=new_id(), body={})
    assert not Message.objects.exists()


def test_a_code_means_one_thing_for_one_partner() -> None:
    kinds.register(LETTER, LETTER)
    other = Kind("other", "letter", "toy.unit", "函", "Letters to others")
    kinds.register(other)
    try:
        assert (kind_of("toy", "letter"), kind_of("other", "letter")) == (LETTER, other)
        with pytest.raises(ValueError, match="differ"):
            kinds.register(Kind("toy", "letter", "toy.other", "函件", "Letters"))
    finally:
        kinds.forget(LETTER, other)
    assert kind_words("toy", "letter") == "letter", "what is registered no more is shown by its code"
    with pytest.raises(LookupError):
        kind_of("toy", "letter")


def test_a_kind_of_subject_belongs_to_one_room() -> None:
    first = Units()
    subjects.register(first)
    subjects.register(first)
    try:
        with pytest.raises(ValueError, match="already"):
            subjects.register(Units())
        assert subjects.subject_of("toy.unit") is first
    finally:
        subjects.forget("toy.unit")
    with pytest.raises(LookupError):
        subjects.subject_of("toy.unit")


class Breaks:
    """A connector with a fault of its own."""

    def deliver(self, key: str, kind: str, body: dict[str, Any]) -> Answer:
        """Raise what nobody foresaw."""
        raise ZeroDivisionError(kind)


@pytest.mark.django_db
def test_a_connector_that_raises_is_an_attempt_that_is_seen(
    toy_room: None, officer_with: Callable[[str], Officer]
) -> None:
    registry.forget("toy")
    sent = letter(officer_with("auditor").unit, "x")
    lonely = services.deliver(message_id=sent.pk)
    assert (lonely.state, lonely.attempts, lonely.last_error) == ("waiting", 1, "对接系统 toy 未登记")
    registry.register(Partner("toy", "玩具系统", "Toy system", Breaks()))  # type: ignore[arg-type]
    broken = services.deliver(message_id=sent.pk)
    assert (broken.state, broken.attempts, broken.last_error) == ("waiting", 2, "对接程序出错（ZeroDivisionError）")


@pytest.mark.django_db
def test_doctor_names_kinds_that_no_room_registers(toy_room: None) -> None:
    letter(Unit.objects.create(code="T", name="测", kind="squad"), "x")
    assert kinds_are_known().words == "均有模块登记"
    kinds.forget(LETTER)
    assert kinds_are_known().words == "没有模块登记：toy/letter"


def test_the_exchange_imports_no_room_above_it() -> None:
    code = (
        "import json, sys, django; django.setup = lambda: None\n"
        "import zhuanmai.exchange.kinds, zhuanmai.exchange.partners, zhuanmai.exchange.comparing\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('zhuanmai.')]))"
    )
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert {name.split(".")[1] for name in loaded} == {"exchange"}
