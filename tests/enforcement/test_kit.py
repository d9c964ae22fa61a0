"""The kit offers as officers and as valuers whom the server takes as such, and nobody else."""

from __future__ import annotations

import uuid

import pytest

from tests.enforcement.conftest import Bureau
from zhuanmai.accounts.models import Delegation, Grant, Officer, Role
from zhuanmai.accounts.permissions import all_within, holds_within
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.kit import kit
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.workers import VALUE, WORK, require_fit, require_valuer


def taken(rule: object, officer: Officer, *where: object) -> bool:
    """Whether the server takes this officer."""
    try:
        rule(officer, *where)  # type: ignore[operator]
    except Refused:
        return False
    return True


def test_those_who_are_offered_are_those_who_are_taken(bureau: Bureau) -> None:
    case = Case.objects.get(pk=bureau.open_case().case_id)
    brought = kit(bureau["jia"])["officers"]
    by_id = {one.pk: one for one in bureau.people.values()}
    working = {bureau["jia"].pk, bureau["yi"].pk}
    assert {one["works"] for one in brought} == {one["values"] for one in brought} == {True, False}
    for one in brought:
        person = by_id[uuid.UUID(one["id"])]
        fit = taken(lambda who: require_fit([who], case.bureau), person)
        assert one["works"] == fit, person.username
        if person.pk not in working:
            assert one["values"] == taken(require_valuer, person, case), person.username
    assert not next(one["works"] for one in brought if one["name"] == bureau["wu"].name)


def test_who_is_offered_second_may_work(bureau: Bureau) -> None:
    """Somebody of the squad with a certificate and without a post is not proposed."""
    first = kit(bureau["jia"])["defaults"]["second_officer_id"]
    Grant.objects.filter(officer_id=first).update(revoked_at=now())
    again = kit(bureau["jia"])["defaults"]["second_officer_id"]
    assert again not in (None, first)


@pytest.mark.parametrize("permission", [WORK, VALUE, "enforcement.approve_bureau"])
@pytest.mark.parametrize("where", ["350200", "350206", "350206-1"])
def test_all_within_is_holds_within_of_everybody(bureau: Bureau, permission: str, where: str) -> None:
    """A lent post, a stopped person and one that was taken back among them."""
    unit = next(one.unit for one in bureau.people.values() if one.unit.code == where)
    post = Grant.objects.get(officer=bureau["wu"], role=Role.BUREAU_HEAD)
    Delegation.objects.create(grant=post, to=bureau["bing"], starts_on=today(), ends_on=today(), reason="出差")
    Grant.objects.filter(officer=bureau["yi"]).update(revoked_at=now())
    Officer.objects.filter(pk=bureau["ji"].pk).update(is_active=False)
    everybody = list(Officer.objects.select_related("unit"))
    assert all_within(permission, unit) == {one.pk for one in everybody if holds_within(one, permission, unit)}
