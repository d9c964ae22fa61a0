"""Who may decide a step, and with whose post: one rule for asking, deciding, being told, and approving orally.

The subject is the closing of a unit: nothing of a case, and no paper is made.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from django.db.models import Model, QuerySet

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import Signer
from zhuanmai.accounts import permissions, signing
from zhuanmai.accounts.models import Delegation, Grant, Officer, Role, Signing, Unit
from zhuanmai.accounts.permissions import Permission, may
from zhuanmai.accounts.queries import holders
from zhuanmai.accounts.signing import Purpose, SigningItem
from zhuanmai.approvals import services, subjects
from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.approvals.permissions import deciders, require_decider, waiting_for
from zhuanmai.approvals.queries import deciders_of
from zhuanmai.approvals.subjects import Card, Matter, Step, Subject
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.core.headings import Heading
from zhuanmai.core.ids import new_id

pytestmark = pytest.mark.django_db
KIND, MATTER = "closing", "close"
FIRST = Step(Role.DEPARTMENT_HEAD, "closing.agree", "承办部门", "Department head")
LAST = Step(Role.BUREAU_HEAD, "closing.decide", "负责人", "Bureau head")


class Closings(Subject):
    """The closing of units; who worked on it is told by the test."""

    kind = KIND
    matters = {MATTER: Matter(MATTER, "撤销单位", "Closing", (FIRST, LAST))}

    def __init__(self) -> None:
        self.worked: set[uuid.UUID] = set()

    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """An auditor of another unit sees nothing."""
        if officer.username == "auditor":
            raise NotFound("not_found", "没有这项。")

    def lock(self, subject_id: uuid.UUID) -> object:
        """The unit."""
        return Unit.objects.select_for_update().get(pk=subject_id)

    def conflicts(self, officer: Officer) -> QuerySet[Any]:
        """Every closing, for who worked."""
        found = Unit.objects.all() if officer.pk in self.worked else Unit.objects.none()
        return found.values("pk")

    def items(self, approval: Approval, opinion: str) -> list[SigningItem]:
        """One paper."""
        return [SigningItem(str(approval.subject_id), 1, "0" * 64, approval.step, opinion)]

    def headings(self, subject_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Heading]:
        """None is drawn here."""
        return {}

    def card(self, approval: Approval) -> Card:
        """Nothing."""
        return Card((), ())

    def new_round(self, approval: Approval) -> list[Model]:
        """Nothing is voided."""
        return []

    def decided(self, approval: Approval, signing: Signing, oral: OralApproval | None) -> list[Model]:
        """Nothing follows."""
        return []


@pytest.fixture
def closings() -> Iterator[Closings]:
    """The kind, for one test."""
    made = Closings()
    subjects.register(made)
    permissions.register(
        Permission("closing.agree", "同意撤销", (Role.DEPARTMENT_HEAD,)),
        Permission("closing.decide", "决定撤销", (Role.BUREAU_HEAD,)),
    )
    yield made
    subjects.forget(KIND)
    permissions.forget("closing.agree", "closing.decide")


@pytest.fixture
def unit(bureau: Bureau, closings: Closings) -> Unit:
    """The bureau of bing (its department's head) and wu (its head); no head of the city stands above."""
    Grant.objects.filter(officer=bureau["city-head"]).update(revoked_at=now())
    return bureau["wu"].unit


def lend(lender: Officer, role: str, to: Officer, days: int = 0) -> Delegation:
    """A post lent for today and some days."""
    held = Grant.objects.get(officer=lender, role=role)
    return Delegation.objects.create(
        grant=held, to=to, starts_on=today(), ends_on=today() + dt.timedelta(days=days), reason="出差"
    )


def stop(officer: Officer) -> None:
    """Somebody is no longer in service."""
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    officer.refresh_from_db()


def ask(unit: Unit, officer: Officer) -> Approval:
    """Ask for the opinions on a unit's closing; the first that waits."""
    services.ask(officer=officer, kind=KIND, subject_id=unit.pk, unit=unit, purpose=MATTER)
    return Approval.objects.get(subject_id=unit.pk, state="waiting")


def orally(unit: Unit, by: Officer) -> str:
    """Record an oral approval; the code of its refusal."""
    try:
        services.record_oral(
            kind=KIND, subject_id=unit.pk, unit=unit, purpose=MATTER, by=by, at=now(), reason="急", recorded_by=new_id()
        )
    except Refused as refusal:
        return refusal.code
    return ""


def code_of(doing: Callable[[], object]) -> str:
    """The code of a refusal, empty where there is none."""
    try:
        doing()
    except Refused as refusal:
        return refusal.code
    return ""


# Who did what to whom; whom the last step takes then: by account, whose post.
CASES: list[tuple[str, dict[str, set[str]]]] = [
    ("", {"wu": {"wu"}}),
    ("lent", {"wu": {"wu"}, "clerk": {"wu"}}),
    ("lent, worked", {"wu": set(), "clerk": set()}),
    ("lent, delegate worked", {"wu": {"wu"}, "clerk": set()}),
    ("lent, stopped", {}),
    ("lent, delegate stopped", {"wu": {"wu"}}),
    ("lent, ended", {"wu": {"wu"}}),
    ("lent, post revoked", {}),
    ("worked", {"wu": set()}),
    ("stopped", {}),
    ("two lent", {"wu": {"wu"}, "city-head": {"city-head"}, "clerk": {"wu", "city-head"}}),
    ("two lent, worked", {"wu": set(), "city-head": {"city-head"}, "clerk": {"city-head"}}),
    ("lent to another head", {"wu": {"wu"}, "bing": {"wu"}}),
]


def set_scene(how: str, found: Bureau, closings: Closings) -> None:
    """Have the one or two heads lend, work on it, leave."""
    wu, clerk = found["wu"], found["clerk"]
    if how.startswith("two"):
        Grant.objects.filter(officer=found["city-head"]).update(revoked_at=None)
        lend(found["city-head"], Role.BUREAU_HEAD, clerk)
    if "lent" in how:
        lent = lend(wu, Role.BUREAU_HEAD, found["bing"] if "another head" in how else clerk)
        if "ended" in how:
            Delegation.objects.filter(pk=lent.pk).update(revoked_at=now())
    if "post revoked" in how:
        Grant.objects.filter(officer=wu).update(revoked_at=now())
    if "worked" in how:
        closings.worked.add((clerk if "delegate worked" in how else wu).pk)
    if "stopped" in how:
        stop(clerk if "delegate stopped" in how else wu)


@pytest.mark.parametrize("how, wanted", CASES)
def test_all_ask_one_rule(
    unit: Unit, closings: Closings, bureau: Bureau, how: str, wanted: dict[str, set[str]]
) -> None:
    set_scene(how, bureau, closings)
    names = {one.pk: name for name, one in bureau.people.items()}
    found = deciders(KIND, unit.pk, LAST, unit)
    assert {names[one]: {names[post] for post in posts} for one, posts in found.items()} == wanted
    assert {one.username for one in holders(Role.BUREAU_HEAD, unit)} == set(wanted)
    can = {name for name, posts in wanted.items() if posts}
    row = Approval.objects.create(
        subject_kind=KIND, subject_id=unit.pk, unit=unit, purpose=MATTER, position=2, step=LAST.role, state="waiting",
        asked_by=bureau["jia"],
    )  # fmt: skip
    for name in ("wu", "city-head", "clerk", "bing", "jia"):
        one = bureau[name]
        one.refresh_from_db()
        assert may(one, LAST.permission, unit=unit) is (name in wanted), name
        assert [waits.pk for waits in waiting_for(one)] == ([row.pk] if name in can else []), name
        assert orally(unit, one) == ("" if name in can else "own_case" if name in wanted else "not_a_head"), name
        code = code_of(lambda one=one: require_decider(one, row))
        assert code == ("" if name in can else "investigator_approves" if name in wanted else "not_allowed"), name
        if name in can:
            post = require_decider(one, row)
            assert names[post] == (name if name in wanted[name] else min(wanted[name], key=lambda it: bureau[it].pk))
    other = Unit.objects.exclude(pk=unit.pk).order_by("code")[0]
    asking = code_of(
        lambda: services.ask(officer=bureau["jia"], kind=KIND, subject_id=other.pk, unit=unit, purpose=MATTER)
    )
    assert asking == ("" if can - {"bing"} else "no_holder")


@pytest.mark.parametrize("who, other", [("wu", "city-head"), ("city-head", "wu")])
def test_a_delegate_never_stands_for_who_worked_on_it(
    unit: Unit,
    closings: Closings,
    bureau: Bureau,
    who: str,
    other: str,
) -> None:
    """Of two who lent their post, whichever has the smaller id."""
    set_scene("two lent", bureau, closings)
    closings.worked.add(bureau[who].pk)
    ask(unit, bureau["jia"])
    Signer(bureau["bing"]).decide(unit.pk, MATTER)
    done = Signer(bureau["clerk"]).decide(unit.pk, MATTER)
    assert done.on_behalf_of == bureau[other]
    assert deciders_of(KIND, unit.pk) == {bureau[one].pk for one in ("bing", "clerk", other)}


@pytest.mark.parametrize(
    "people, code",
    [
        ({"bing": "first", "wu": "last"}, ""),
        ({"bing": "first last"}, "no_holder"),
        ({"bing": "first last", "wu": "last"}, ""),
        ({"bing": "first last", "wu": "first last"}, ""),
        ({"wu": "last"}, "no_holder"),
        ({"bing": "first"}, "no_holder"),
    ],
)
def test_each_step_has_a_person_of_its_own(unit: Unit, bureau: Bureau, people: dict[str, str], code: str) -> None:
    Grant.objects.filter(role__in=[FIRST.role, LAST.role], unit=unit).update(revoked_at=now())
    for name, steps in people.items():
        for step in steps.split():
            role = FIRST.role if step == "first" else LAST.role
            Grant.objects.create(officer=bureau[name], role=role, unit=unit, confirmed_at=now())
    assert code_of(lambda: ask(unit, bureau["jia"])) == code


def test_one_person_gives_one_opinion_of_a_round(unit: Unit, bureau: Bureau) -> None:
    lend(bureau["wu"], Role.BUREAU_HEAD, bureau["bing"])
    ask(unit, bureau["jia"])
    bing = Signer(bureau["bing"])
    assert bing.decide(unit.pk, MATTER).on_behalf_of is None
    assert code_of(lambda: bing.decide(unit.pk, MATTER)) == "one_step_each"
    assert waiting_for(bureau["bing"]) == []
    assert Signer(bureau["wu"]).decide(unit.pk, MATTER).state == "approved"


@pytest.mark.parametrize("which", ["decided", "upcoming", "waiting"])
def test_who_has_no_post_is_told_nothing_of_the_state(unit: Unit, bureau: Bureau, which: str) -> None:
    row = ask(unit, bureau["jia"])
    if which == "decided":
        Signer(bureau["bing"]).decide(unit.pk, MATTER)
    elif which == "upcoming":
        row = Approval.objects.get(subject_id=unit.pk, state="upcoming")
    for doing in (
        lambda: services.finish(
            officer=bureau["jia"], approval_id=row.pk, signing_id=new_id(), credential={}, agreed=True
        ),
        lambda: services.begin(officer=bureau["jia"], approval_id=row.pk, agreed=True, words=""),
    ):
        with pytest.raises(NotAllowed) as refusal:
            doing()
        assert refusal.value.code == "not_allowed"


def test_a_decider_is_told_that_it_is_decided(unit: Unit, bureau: Bureau) -> None:
    row = ask(unit, bureau["jia"])
    Signer(bureau["bing"]).decide(unit.pk, MATTER)
    with pytest.raises(Conflict):
        services.finish(officer=bureau["bing"], approval_id=row.pk, signing_id=new_id(), credential={}, agreed=True)


@pytest.mark.parametrize("seconds, code", [(0, ""), (599, ""), (600, ""), (601, "signing_expired"), (-1, "")])
def test_a_touch_counts_for_ten_minutes(
    bureau: Bureau,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    code: str,
) -> None:
    signer, begun_at = Signer(bureau["jia"]), now()
    monkeypatch.setattr(signing, "now", lambda: begun_at)
    purpose = Purpose("toy", "toy", str(new_id()))
    begun = signing.begin(officer=signer.officer, items=[SigningItem("1", 1, "0" * 64, "officer")], purpose=purpose)
    given = signer.key.answer(begun["options"])
    monkeypatch.setattr(signing, "now", lambda: begun_at + dt.timedelta(seconds=seconds))
    finishing = {"signing_id": uuid.UUID(begun["signing_id"]), "credential": given, "purpose": purpose}
    assert code_of(lambda: signing.finish(officer=signer.officer, **finishing)) == code
    assert Signing.objects.count() == (0 if code else 1)
