"""Proves: a role needs two people and never the holder; it reaches as far as it should; why says the reason."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.accounts.conftest import People
from zhuanmai.accounts import permissions, services
from zhuanmai.accounts.middleware import OfficerMiddleware
from zhuanmai.accounts.models import Delegation, Grant, Role
from zhuanmai.accounts.permissions import may, roles_of, scope_units, why
from zhuanmai.accounts.queries import bureau_of, holders
from zhuanmai.core import navigation
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.core.once import while_reading
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import timeline
from zhuanmai.settings import PACKAGE


def given(people: People, to: str, role: str, code: str) -> Grant:
    """A role given by one security administrator and confirmed by the other."""
    waiting = services.grant(
        actor=people["security"], officer=people[to], role=role, unit=people.unit(code), reason="任命"
    )
    return services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)


def test_a_role_counts_when_a_second_person_confirmed_it(people: People) -> None:
    waiting = services.grant(
        actor=people["security"], officer=people["yi"], role="valuer", unit=people.unit("350206"), reason="任命"
    )
    assert "valuer" not in dict(roles_of(people["yi"]))
    with pytest.raises(NotAllowed) as same:
        services.confirm_grant(actor=people["security"], grant_id=waiting.pk)
    assert same.value.code == "same_person"
    services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)
    assert dict(roles_of(people["yi"]))["valuer"] == people.unit("350206")
    assert list(Entry.objects.order_by("seq").values_list("kind", flat=True))[-2:] == [
        "accounts.granted",
        "accounts.grant_confirmed",
    ]
    assert timeline(object_id=waiting.pk)[1].sentence == "授予岗位：核价员（待第二人确认）"


@pytest.mark.parametrize(
    "first, then, apart",
    [
        ("system_admin", "auditor", True),
        ("auditor", "system_admin", True),
        ("system_admin", "security_admin", True),
        ("auditor", "security_admin", True),
        ("auditor", "analyst", False),
        ("valuer", "system_admin", False),
    ],
)
def test_the_three_administrators_are_different_people(people: People, first: str, then: str, apart: bool) -> None:
    def wanted(role: str) -> Grant:
        root = people.unit("350200")
        return services.grant(actor=people["security"], officer=people["yi"], role=role, unit=root, reason="任命")

    held = wanted(first)  # also while it still waits for its confirmation
    if not apart:
        wanted(then)
        return
    with pytest.raises(Refused, match="roles_apart"):
        wanted(then)
    services.revoke_grant(actor=people["security"], grant_id=held.pk, reason="调离")
    wanted(then)


def test_nobody_gives_or_confirms_a_role_of_their_own(people: People) -> None:
    with pytest.raises(NotAllowed) as own:
        services.grant(
            actor=people["security"], officer=people["security"], role="analyst", unit=people.unit("350200"), reason="x"
        )
    assert own.value.code == "own_grant"
    waiting = services.grant(
        actor=people["security"], officer=people["security2"], role="analyst", unit=people.unit("350200"), reason="x"
    )
    with pytest.raises(NotAllowed) as holder:
        services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)
    assert holder.value.code == "own_grant"


@pytest.mark.parametrize("giver, confirmer", [("yi", None), (None, "yi"), ("security", "security")])
def test_the_database_keeps_the_two_apart(people: People, giver: str | None, confirmer: str | None) -> None:
    row = Grant(officer=people["yi"], role="valuer", unit=people.unit("350206"), confirmed_at=now())
    row.granted_by = people[giver] if giver else None
    row.confirmed_by = people[confirmer] if confirmer else None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_role_that_was_taken_back_or_confirmed_is_not_confirmed_again(people: People) -> None:
    done = given(people, "yi", "valuer", "350206")
    count = Entry.objects.count()
    with pytest.raises(Conflict) as twice:
        services.confirm_grant(actor=people["security2"], grant_id=done.pk)
    assert twice.value.code == "confirmed_already"
    services.revoke_grant(actor=people["security"], grant_id=done.pk, reason="调离")
    with pytest.raises(Conflict) as gone:
        services.confirm_grant(actor=people["security2"], grant_id=done.pk)
    assert gone.value.code == "revoked_already"
    with pytest.raises(Conflict) as again:
        services.revoke_grant(actor=people["security"], grant_id=done.pk, reason="调离")
    assert again.value.code == "revoked_already"
    assert Entry.objects.count() == count + 1


def test_a_role_that_has_run_out_may_be_given_again(people: People) -> None:
    done = given(people, "yi", "valuer", "350206")
    Grant.objects.filter(pk=done.pk).update(starts_on="2020-01-01", ends_on="2020-12-31")
    assert "valuer" not in dict(roles_of(people["yi"]))
    given(people, "yi", "valuer", "350206")
    assert "valuer" in dict(roles_of(people["yi"]))


def test_an_administrator_of_a_district_reaches_no_other(people: People) -> None:
    given(people, "clerk", "security_admin", "350206")
    own = services.grant(
        actor=people["clerk"], officer=people["yi"], role="valuer", unit=people.unit("350206"), reason="任命"
    )
    assert own.confirmed_at is None
    for unit in ("350203", "350200"):
        with pytest.raises(NotAllowed):
            services.grant(
                actor=people["clerk"], officer=people["yi"], role="bureau_head", unit=people.unit(unit), reason="x"
            )
    elsewhere = services.grant(
        actor=people["security"], officer=people["yi"], role="valuer", unit=people.unit("350203"), reason="任命"
    )
    with pytest.raises(NotAllowed):
        services.confirm_grant(actor=people["clerk"], grant_id=elsewhere.pk)
    with pytest.raises(NotAllowed):
        services.revoke_grant(actor=people["clerk"], grant_id=elsewhere.pk, reason="x")


def test_an_unknown_grant_is_not_found(people: People) -> None:
    with pytest.raises(NotFound):
        services.confirm_grant(actor=people["security"], grant_id=uuid.uuid4())
    with pytest.raises(NotFound):
        services.revoke_grant(actor=people["security"], grant_id=uuid.uuid4(), reason="x")


def test_reach_is_own_for_officers_and_below_for_heads(people: People) -> None:
    assert scope_units(people["jia"], "enforcement.see") == {people.unit("350206-1").pk}
    below = scope_units(people["wu"], "enforcement.see")
    assert below == {people.unit(code).pk for code in ("350206", "350206-1", "350206-2", "350206-3")}
    assert not may(people["wu"], "enforcement.see", unit=people.unit("350203"))
    assert len(scope_units(people["city-head"], "enforcement.see")) == 25


@pytest.mark.parametrize("role", Role.values)
def test_who_works_reaches_their_own_unit_and_who_leads_or_oversees_what_is_below(
    people: People, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    bureau, squad, other = (people.unit(code) for code in ("350206", "350206-1", "350203"))
    name = f"test.reach_{role}"
    monkeypatch.setitem(permissions._known, name, permissions.Permission(name, "试验", (role,)))
    Grant.objects.get_or_create(officer=people["ji"], role=role, unit=bureau, defaults={"confirmed_at": now()})
    own_only = role in ("officer", "squad_leader", "certificate_clerk")
    if role in permissions.WHOLE:  # held for a part of the bureau it counts nowhere
        assert scope_units(people["ji"], name) == set()
        return
    reached = scope_units(people["ji"], name)
    assert may(people["ji"], name, unit=bureau)
    assert may(people["ji"], name, unit=squad) is not own_only
    assert not may(people["ji"], name, unit=other)
    assert not may(people["ji"], name, unit=people.unit("350200"))
    assert (reached == {bureau.pk}) is own_only
    assert (squad.pk in reached) is not own_only
    assert other.pk not in reached


def test_why_says_the_reason(people: People) -> None:
    assert why(people["jia"], "enforcement.act").reason.startswith("岗位：")
    assert "需要以下岗位之一" in why(people["jia"], "ledger.see").reason
    assert "管辖范围" in why(people["jia"], "enforcement.act", people.unit("350203-1")).reason
    assert not why(people["jia"], "nothing.known").allowed
    gone = people["jia"]
    gone.is_active = False
    assert why(gone, "enforcement.act").reason == "该人员已停用"
    assert scope_units(gone, "enforcement.act") == set()


def lent(people: People, **period: int) -> None:
    """The bureau head's approvals lent to the valuer, for days from today."""
    held = Grant.objects.get(officer=people["wu"], role=Role.BUREAU_HEAD)
    services.delegate(
        actor=people["wu"],
        grant_id=held.pk,
        to=people["ji"],
        starts_on=today() + dt.timedelta(days=period["first"]),
        ends_on=today() + dt.timedelta(days=period["last"]),
        reason="出差",
    )


@pytest.mark.parametrize("first, last, counts", [(0, 0, True), (-3, 2, True), (1, 5, False)])
def test_a_delegation_counts_on_its_days(people: People, first: int, last: int, counts: bool) -> None:
    lent(people, first=first, last=last)
    assert may(people["ji"], "enforcement.approve_bureau", unit=people.unit("350206")) is counts
    names = [one.username for one in holders("bureau_head", people.unit("350206"))]
    assert names == [*(["ji"] if counts else []), "wu", "city-head"]  # the nearest bureau first


@pytest.mark.parametrize("last, counts", [(-1, False), (0, True), (1, True)])
def test_a_delegation_ends_with_its_last_day(people: People, last: int, counts: bool) -> None:
    lent(people, first=-3, last=9)
    Delegation.objects.update(ends_on=today() + dt.timedelta(days=last))
    assert may(people["ji"], "enforcement.approve_bureau", unit=people.unit("350206")) is counts
    assert ("ji" in [one.username for one in holders("bureau_head", people.unit("350206"))]) is counts


@pytest.mark.parametrize("first, counts", [(-1, True), (0, True), (1, False)])
def test_a_delegation_begins_with_its_first_day(people: People, first: int, counts: bool) -> None:
    lent(people, first=first, last=9)
    assert may(people["ji"], "enforcement.approve_bureau", unit=people.unit("350206")) is counts
    assert ("ji" in [one.username for one in holders("bureau_head", people.unit("350206"))]) is counts


def test_a_delegation_falls_with_the_role_and_can_be_ended(people: People) -> None:
    lent(people, first=0, last=9)
    held = Grant.objects.get(officer=people["wu"], role=Role.BUREAU_HEAD)
    services.end_delegation(actor=people["wu"], delegation_id=held.delegations.get().pk)
    assert not may(people["ji"], "enforcement.approve_bureau")
    assert Entry.objects.latest("seq").kind == "accounts.delegation_ended"
    with pytest.raises(Conflict):
        services.end_delegation(actor=people["wu"], delegation_id=held.delegations.get().pk)
    lent(people, first=0, last=9)
    services.revoke_grant(actor=people["security"], grant_id=held.pk, reason="调离")
    assert not may(people["ji"], "enforcement.approve_bureau")


def test_only_the_lender_or_an_administrator_ends_a_delegation(people: People) -> None:
    lent(people, first=0, last=9)
    one = people["ji"].delegations.get()
    with pytest.raises(NotAllowed):
        services.end_delegation(actor=people["jia"], delegation_id=one.pk)
    services.end_delegation(actor=people["security"], delegation_id=one.pk)


def test_a_role_is_lent_once_for_a_time_and_within_the_bureau(people: People) -> None:
    lent(people, first=0, last=9)
    with pytest.raises(Conflict) as again:
        lent(people, first=9, last=12)
    assert again.value.code == "lent_already"
    lent(people, first=10, last=12)
    held = Grant.objects.get(officer=people["wu"], role=Role.BUREAU_HEAD)
    for to in ("bureau_head-350203", "city-head"):
        with pytest.raises(Refused) as elsewhere:
            services.delegate(
                actor=people["wu"], grant_id=held.pk, to=people[to], starts_on=today(), ends_on=today(), reason="x"
            )
        assert elsewhere.value.code == "to_elsewhere"


def test_what_is_lent_is_not_lent_on(people: People) -> None:
    lent(people, first=0, last=9)
    held = Grant.objects.get(officer=people["wu"], role=Role.BUREAU_HEAD)
    with pytest.raises(NotAllowed) as onward:
        services.delegate(
            actor=people["ji"], grant_id=held.pk, to=people["jia"], starts_on=today(), ends_on=today(), reason="x"
        )
    assert onward.value.code == "not_delegable"


def test_bureau_of_climbs(people: People) -> None:
    assert bureau_of(people.unit("350206-1")).abbreviation == "厦湖烟"
    assert bureau_of(people.unit("350200")).abbreviation == "厦烟"


def queries_of(questions: Callable[[], object]) -> int:
    """How many queries the questions make."""
    with CaptureQueriesContext(connection) as queries:
        questions()
    return sum("core_clockshift" not in query["sql"] for query in queries)


def test_a_request_that_reads_asks_for_roles_and_units_once(people: People) -> None:
    wu, jia, bureau, squad = people["wu"], people["jia"], people.unit("350206"), people.unit("350206-1")

    def questions() -> None:
        assert may(wu, "enforcement.see", unit=squad)
        assert scope_units(wu, "enforcement.see")
        assert not may(jia, "enforcement.see", unit=bureau)

    with while_reading():
        questions()
        assert queries_of(questions) == 0
    assert queries_of(questions) > 6


def test_nothing_is_kept_from_one_request_to_the_next(people: People) -> None:
    done = given(people, "yi", "auditor", "350200")
    client = Client()
    client.force_login(people["yi"])
    assert client.get("/ledger").status_code == 200
    services.revoke_grant(actor=people["security"], grant_id=done.pk, reason="调离")
    assert client.get("/ledger").status_code == 403
    assert client.head("/ledger").status_code == 403


@pytest.mark.parametrize(
    "method, keeps", [("GET", True), ("HEAD", True), ("POST", False), ("PUT", False), ("DELETE", False)]
)
def test_only_a_request_that_reads_keeps_what_it_read(people: People, method: str, keeps: bool) -> None:
    wu = people["wu"]

    def view(request: HttpRequest) -> HttpResponse:
        assert may(wu, "enforcement.see")
        again = queries_of(lambda: may(wu, "enforcement.see"))
        return HttpResponse(str(again == 0))

    request = RequestFactory().generic(method, "/")
    request.user, request.session = wu, {}
    answer = OfficerMiddleware(view)(request)
    assert answer.content.decode() == str(keeps)


def test_a_view_that_fails_forgets_what_it_read(people: People) -> None:
    wu = people["wu"]

    def view(request: HttpRequest) -> HttpResponse:
        may(wu, "enforcement.see")
        raise NotFound("gone", "没有了。")

    request = RequestFactory().get("/")
    request.user, request.session = wu, {}
    with pytest.raises(NotFound):
        OfficerMiddleware(view)(request)
    assert queries_of(lambda: may(wu, "enforcement.see")) > 0


@pytest.mark.parametrize("role, reaches", [("officer", False), ("squad_leader", False), ("bureau_head", True)])
def test_who_holds_a_role_for_a_unit_holds_it_where_it_reaches(people: People, role: str, reaches: bool) -> None:
    """An officer's post is of the squad alone; a head's of what lies below."""
    above, squad = people.unit("350206"), people.unit("350206-3")
    held = Grant.objects.create(officer=people["ji"], role=role, unit=above, confirmed_at=now())
    assert people["ji"] in holders(role, above)
    assert (people["ji"] in holders(role, squad)) is reaches
    Grant.objects.filter(pk=held.pk).update(revoked_at=now())
    assert people["ji"] not in holders(role, above)


# Permissions that are asked without a unit although a role of a part opens them: what they open is narrowed by scope.
NARROWED = {
    "accounts.see_people", "accounts.edit_people", "accounts.manage_keys", "accounts.delegate", "alerts.see",
    "alerts.study", "deadlines.see", "documents.see_numbers", "enforcement.see", "enforcement.see_personal",
    "enforcement.act", "enforcement.open", "enforcement.value", "exchange.see", "reference.see", "reference.see_register", "reference.see_personal", "approvals.see",
    "reference.load_register",  # the register is the city's, whoever loads it
}  # fmt: skip
ASKED = re.compile(
    r"""(?:require\(\w+, |\.may\(|@allowed\(|_require\(\w+, )["']([a-z_]+\.[a-z_]+)["'](?!, *unit=)[,)]"""
)


def test_a_permission_that_is_asked_without_a_unit_is_of_roles_that_hold_the_whole_bureau() -> None:
    asked = {name for path in PACKAGE.rglob("*.py") for name in ASKED.findall(path.read_text())}
    asked |= {page.permission for page in navigation.pages() if page.permission}
    assert len(asked) > 20
    held = {one.name: set(one.roles) - permissions.WHOLE for one in permissions.known()}
    assert {name for name in asked - NARROWED if held[name]} == set()


@pytest.mark.parametrize("role", Role.values)
def test_a_role_of_the_whole_bureau_is_granted_at_its_root_only(people: People, role: str) -> None:
    part, root, yi = people.unit("350206"), people.unit("350200"), people["yi"]
    if role not in permissions.WHOLE:
        assert services.grant(actor=people["security"], officer=yi, role=role, unit=part, reason="任命").unit == part
        return
    with pytest.raises(Refused) as refused:
        services.grant(actor=people["security"], officer=yi, role=role, unit=part, reason="任命")
    assert (refused.value.code, refused.value.field) == ("whole_bureau", "unit")
    assert services.grant(actor=people["security"], officer=yi, role=role, unit=root, reason="任命").unit == root
    waiting = Grant.objects.create(officer=people["ding"], role=role, unit=part, granted_by=people["security"])
    with pytest.raises(Refused):
        services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)
