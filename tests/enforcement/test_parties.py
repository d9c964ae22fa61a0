"""A party whose number or licence changes is another: nothing that was known by the last one stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Inspection, Party

pytestmark = pytest.mark.django_db
HE, SHE = "350206197908178556", "350206199003071243"
BORN, SHE_BORN = dt.date(1979, 8, 17), dt.date(1990, 3, 7)


def entered(tablet: TabletClient, party_id: Any, **facts: Any) -> Party:
    """The party after an operation that is taken."""
    tablet.done("party.set", party_id=str(party_id), **facts)
    return Party.objects.get(pk=party_id)


def test_another_number_brings_its_own_birthday_and_sex(bureau: Bureau) -> None:
    tablet, party = bureau.open_case(), new_id()
    first = entered(tablet, party, name="甲", id_no=HE)
    assert (first.born_on, first.sex) == (BORN, "男")
    second = entered(tablet, party, name="乙", id_no=SHE)
    assert (second.born_on, second.sex) == (SHE_BORN, "女")


def test_what_is_entered_beside_a_new_number_is_kept_and_the_same_number_changes_nothing(bureau: Bureau) -> None:
    tablet, party = bureau.open_case(), new_id()
    assert entered(tablet, party, name="甲", id_no=HE, sex="女").sex == "女"
    assert entered(tablet, party, name="甲", id_no=HE).sex == "女"
    assert entered(tablet, party, name="甲", phone="13900000000").sex == "女"


def test_without_a_number_nothing_is_known_of_the_last_one(bureau: Bureau) -> None:
    tablet, party = bureau.open_case(), new_id()
    entered(tablet, party, name="甲", id_no=HE)
    nobody = entered(tablet, party, name="乙", id_no="")
    assert (nobody.born_on, nobody.sex) == (None, "")


@pytest.mark.parametrize("born_on, status", [("1979-08-17", "applied"), ("1979-08-18", "refused"), (None, "applied")])
def test_a_birthday_that_the_number_contradicts_is_refused(bureau: Bureau, born_on: str | None, status: str) -> None:
    tablet = bureau.open_case()
    answer = tablet.do("party.set", party_id=str(new_id()), name="甲", id_no=HE, born_on=born_on)
    assert answer.status == status
    if status == "refused":
        assert (answer.code, answer.field) == ("birthday_differs", "born_on")
        assert "1979-08-18 与证件号码中的 1979-08-17 不一致" in answer.detail
        assert not Party.objects.filter(case_id=tablet.case_id).exists()


def test_a_birthday_that_contradicts_a_number_entered_before_is_refused(bureau: Bureau) -> None:
    tablet, party = bureau.open_case(), new_id()
    entered(tablet, party, name="甲", id_no=HE)
    assert tablet.do("party.set", party_id=str(party), name="甲", born_on="1980-01-01").code == "birthday_differs"
    assert entered(tablet, party, name="甲").born_on == BORN


def test_a_passport_tells_no_birthday(bureau: Bureau) -> None:
    facts = {"name": "甲", "id_kind": "护照", "id_no": "E12345678", "born_on": "1980-01-01"}
    assert entered(bureau.open_case(), new_id(), **facts).born_on == dt.date(1980, 1, 1)


def test_another_licence_leaves_no_end_of_the_last(bureau: Bureau) -> None:
    tablet, party = bureau.open_case(), new_id()
    entered(tablet, party, name="甲", licence_no="350206150798", licence_valid_to="2028-06-27")
    assert entered(tablet, party, name="甲", licence_no="350206150798").licence_valid_to == dt.date(2028, 6, 27)
    assert entered(tablet, party, name="乙", licence_no="350206150799").licence_valid_to is None


def test_who_is_in_charge_has_the_sex_of_the_number(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.done("presence.set", party_present=False, person_in_charge={"name": "丙", "id_no": SHE})
    assert (Inspection.objects.get(case_id=tablet.case_id).person_in_charge or {})["sex"] == "女"
