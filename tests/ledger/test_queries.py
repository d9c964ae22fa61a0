"""What is asked of the ledger: sentences, masking, what retention erased, filters, and who may ask over the API."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from zhuanmai.accounts.models import Grant, Officer, Role, Unit
from zhuanmai.core.clock import now, set_clock, today
from zhuanmai.core.ids import new_id
from zhuanmai.ledger import registry
from zhuanmai.ledger.models import Entry, LedgerPersonal
from zhuanmai.ledger.queries import entries, timeline
from zhuanmai.ledger.services import append
from zhuanmai.ledger.tasks import erase_what_is_due

pytestmark = pytest.mark.usefixtures("kinds_of_tests")


def tell(case_id: uuid.UUID | None = None, object_id: uuid.UUID | None = None, **facts: object) -> Entry:
    with transaction.atomic():
        return append(
            "test.told",
            actor_id=None,
            object_kind="thing",
            object_id=object_id or new_id(),
            case_id=case_id,
            facts=facts,
        )


@pytest.mark.django_db
def test_a_timeline_masks_what_is_personal() -> None:
    case = new_id()
    tell(case, who="叶某", what=["品名", "数量"], ok=True)
    tell(case, who="叶某", what={"价": 3}, ok=None)
    tell(None, case, who="叶某", what="地点", ok=False)
    tell(new_id(), who="旁人", what="别案")
    assert [line.sentence for line in timeline(case_id=case)] == [
        "＊＊改了地点（否）",
        "＊＊改了价 3（无）",
        "＊＊改了品名、数量（是）",
    ]
    assert timeline(case_id=case, personal=True)[0].sentence == "叶某改了地点（否）"
    assert [line.seq for line in timeline(object_id=case)] == [2]


@pytest.mark.django_db
def test_what_retention_erased_is_said(settings: Any) -> None:
    entry = tell(who="叶某", what="地点")
    for days in (0, 30):
        settings.PERSONAL_DAYS = days
        erase_what_is_due(0)
        assert timeline(object_id=entry.object_id, personal=True)[0].sentence == "叶某改了地点（无）"
    set_clock(now() + dt.timedelta(days=31))
    erase_what_is_due(0)
    assert not LedgerPersonal.objects.exists()
    assert timeline(object_id=entry.object_id, personal=True)[0].sentence == "（个人信息已按期清除）改了地点（无）"
    assert timeline(object_id=entry.object_id)[0].sentence == "＊＊改了地点（无）"


@pytest.mark.django_db
def test_entries_are_filtered() -> None:
    first, second = tell(what="甲"), tell(what="乙")
    assert list(entries(object_ids=[first.object_id])) == [first]
    assert list(entries(kind="test.told")) == [second, first]
    assert list(entries(since=second.at)) == [second]
    assert list(entries(until=second.at)) == [first]
    assert not entries(actor_id=new_id()).exists()


@pytest.mark.django_db
def test_history_and_proof_are_for_auditors() -> None:
    unit = Unit.objects.create(code="1", name="厦门市烟草专卖局", kind="city_bureau", abbreviation="厦烟")
    officer = Officer.objects.create(username="jia", name="甲", unit=unit)
    entry = tell(who="叶某", what="地点")
    client = Client()
    client.force_login(officer)
    address = f"/api/ledger/history?object_id={entry.object_id}"
    assert client.get(address).status_code == 403
    assert client.get("/api/ledger/entries/0/proof").status_code == 403
    Grant.objects.create(officer=officer, role=Role.AUDITOR, unit=unit, starts_on=today(), confirmed_at=now())
    assert [line["sentence"] for line in client.get(address).json()] == ["＊＊改了地点（无）"]
    assert client.get("/api/ledger/history").json()["code"] == "nothing_named"
    assert client.get("/api/ledger/entries/0/proof").json()["code"] == "not_sealed"


def test_a_kind_is_checked_when_it_is_registered() -> None:
    with pytest.raises(ValueError, match="sentence names"):
        registry.register("test.bad", sentence="{nothing}")
    with pytest.raises(ValueError, match="personal"):
        registry.register("test.bad", sentence="x", fields=("who",), personal=("who",))
    with pytest.raises(ValueError, match="differs"):
        registry.register("test.told", sentence="x")
    with pytest.raises(ValueError, match="no columns"):
        registry.register_table(Grant, exclude=("nothing",))
    with pytest.raises(ValueError, match="other columns"):
        registry.register_table(Grant, exclude=("reason",))
