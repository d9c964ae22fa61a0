"""Runs of terms on a subject of the test's own: units stand for it. Begun, stopped, extended, ended, reminded, shown."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.test import Client

from zhuanmai.accounts.models import Grant, Officer, Unit
from zhuanmai.core import notices
from zhuanmai.core.clock import SHANGHAI, now, set_clock, today
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.core.headings import Heading
from zhuanmai.core.ids import new_id
from zhuanmai.core.one_by_one import SomeFailed
from zhuanmai.deadlines import queries, services, subjects
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.queries import Filters
from zhuanmai.deadlines.receivers import count_terms_again
from zhuanmai.deadlines.subjects import Kind, Subject
from zhuanmai.deadlines.tasks import remind
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.services import append
from zhuanmai.ledger.verify import verify
from zhuanmai.reference.loading import load
from zhuanmai.reference.models import DeadlineTerm
from zhuanmai.reference.shipped import first_reminder

pytestmark = pytest.mark.django_db(transaction=True)
D = dt.date
DAY = dt.timedelta(days=1)


class Units(Kind):
    """Units as subjects: everybody sees and works on their own."""

    code = "test.unit"
    title = "单位"
    met_by_acts = frozenset({"registered_goods"})

    def __init__(self) -> None:
        self.moved: set[uuid.UUID] = set()

    def visible_to(self, officer: Officer) -> QuerySet[Any]:
        """The officer's own."""
        return Unit.objects.filter(pk=officer.unit_id).values_list("pk", flat=True)

    own = visible_to

    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Any]:
        """These."""
        return Unit.objects.filter(pk__in=units).values_list("pk", flat=True)

    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """By code and name."""
        return {row.pk: Heading(row.code, "/", row.name, row.name) for row in Unit.objects.filter(pk__in=ids)}

    def require_worker(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """Their own only."""
        if officer.unit_id != subject_id:
            raise NotFound("no_unit", "没有这个单位。")

    def changed(self, ids: Iterable[uuid.UUID]) -> None:
        """Kept for the test."""
        self.moved |= set(ids)


@pytest.fixture
def units() -> Iterator[Units]:
    kind = Units()
    subjects.register(kind)
    yield kind
    subjects.forget(kind.code)


@pytest.fixture
def jia(officer_with: Callable[[str], Officer], units: Units) -> Officer:
    """An officer, at nine in the morning of a Monday, with the terms loaded."""
    load()
    set_clock(dt.datetime(2026, 6, 8, 9, tzinfo=SHANGHAI))
    return officer_with("officer")


@pytest.fixture
def stranger(jia: Officer) -> Officer:
    """An officer of another bureau."""
    elsewhere = Unit.objects.create(code="T350299", name="外区烟草专卖局", kind="district_bureau", abbreviation="外烟")
    person = Officer.objects.create_user("test-stranger", "word", name="外人", unit=elsewhere)
    Grant.objects.create(officer=person, role="officer", unit=elsewhere, confirmed_at=now())
    return person


def begun(officer: Officer, code: str, at: dt.datetime | None = None, **more: Any) -> Deadline:
    """A run begun within an act, whose entry vouches for it."""
    with transaction.atomic():
        row = services.begin(subject=Subject("test.unit", officer.unit_id), code=code, at=at or now(), **more)
        facts = {**services.facts_of(row), "reason": "test"}
        append("deadlines.closed", actor_id=None, object_kind="deadline", object_id=row.pk, facts=facts, rows=[row])
    return row


def unvouched() -> list[str]:
    """What verification says of runs (the fixture's own people have no entries)."""
    return [str(problem) for problem in verify().problems if problem.where.startswith("deadlines.")]


def runs(code: str) -> int:
    """How many runs of a term there are."""
    return Deadline.objects.filter(code=code).count()


def test_each_event_and_each_party_has_a_run_of_its_own(jia: Officer) -> None:
    party, other = new_id(), new_id()
    first = begun(jia, "pay_fine", event="D37:1", party_id=party)
    assert begun(jia, "pay_fine", now() + DAY, event="D37:1", party_id=party).pk == first.pk
    assert runs("pay_fine") == 1
    begun(jia, "pay_fine", event="D37:1", party_id=other)
    begun(jia, "pay_fine", event="D37:1")
    begun(jia, "pay_fine", event="D37:2", party_id=party)
    assert runs("pay_fine") == 4
    with transaction.atomic():
        subject = Subject("test.unit", jia.unit_id)
        assert len(services.meet(subject=subject, codes=["pay_fine"], party_id=party)) == 2
        assert len(services.cancel(subject=subject, codes=["pay_fine"], reason="撤销")) == 2
        assert services.meet(subject=subject, codes=["pay_fine"]) == []
    again = begun(jia, "pay_fine", event="D37:1", party_id=party)
    assert again.pk != first.pk


def test_the_database_keeps_one_open_run_an_event(jia: Officer) -> None:
    row = begun(jia, "pay_fine", event="D37:1")
    row.pk = new_id()
    with pytest.raises(IntegrityError, match="deadlines_one_run_an_event"), transaction.atomic():
        row.save(force_insert=True)
    row.ended_at = now()
    with pytest.raises(IntegrityError, match="deadlines_ended_somehow"), transaction.atomic():
        row.save(force_insert=True)


def test_an_event_told_with_another_moment_moves_its_run_only_if_it_is_restated(jia: Officer) -> None:
    row = begun(jia, "oral_approval", event="oral")
    earlier = now() - dt.timedelta(hours=3)
    assert begun(jia, "oral_approval", earlier, event="oral").due_at == row.due_at
    assert begun(jia, "oral_approval", earlier, event="oral", restated=True).due_at == earlier + DAY


def test_stopped_resumed_and_extended(jia: Officer, stranger: Officer) -> None:
    row = begun(jia, "licence_decision")
    assert row.due == D(2026, 7, 7)
    set_clock(dt.datetime(2026, 6, 15, 9, tzinfo=SHANGHAI))
    asked = {"deadline_id": row.pk, "told_on": today()}
    with pytest.raises(Refused, match="no_ground"):
        services.stop(actor=jia, ground="实地核查", **asked)
    with pytest.raises(Refused, match="stop_day"):
        services.stop(actor=jia, ground="检测", deadline_id=row.pk, told_on=today() + DAY)
    with pytest.raises(NotFound):
        services.stop(actor=stranger, ground="检测", **asked)
    with pytest.raises(Conflict, match="not_stopped"):
        services.resume(actor=jia, deadline_id=row.pk, last=today())
    assert services.stop(actor=jia, ground="检测", **asked).is_stopped
    with pytest.raises(Conflict, match="stopped_already"):
        services.stop(actor=jia, ground="鉴定", **asked)
    set_clock(dt.datetime(2026, 6, 24, 9, tzinfo=SHANGHAI))
    with pytest.raises(Refused, match="resume_day"):
        services.resume(actor=jia, deadline_id=row.pk, last=D(2026, 6, 14))
    assert services.resume(actor=jia, deadline_id=row.pk, last=today()).due == D(2026, 7, 16)
    more = {"deadline_id": row.pk, "reason": "案情复杂"}
    with pytest.raises(Refused, match="not_told"):
        services.extend(actor=jia, approved_on=today(), **more)
    with pytest.raises(Refused, match="extension_void"):
        services.extend(actor=jia, approved_on=D(2026, 7, 16), told_on=D(2026, 7, 17), **more)
    assert services.extend(actor=jia, approved_on=D(2026, 7, 16), told_on=D(2026, 7, 16), **more).due == D(2026, 7, 30)
    with pytest.raises(Conflict, match="extended_already"):
        services.extend(actor=jia, approved_on=today(), told_on=today(), **more)
    with pytest.raises(Refused, match="reason_missing"):
        services.close(actor=jia, deadline_id=row.pk, reason=" ")
    assert services.close(actor=jia, deadline_id=row.pk, reason="已作出决定").ending == "met"
    with pytest.raises(Conflict, match="ended_already"):
        services.close(actor=jia, deadline_id=row.pk, reason="再次")
    kinds = [entry.kind for entry in Entry.objects.filter(object_id=row.pk).order_by("seq")]
    assert kinds[1:] == [f"deadlines.{word}" for word in ("stopped", "resumed", "extended", "closed")]
    assert unvouched() == []


def test_registered_goods_are_never_extended_and_never_stopped(jia: Officer) -> None:
    row = begun(jia, "registered_goods")
    with pytest.raises(Refused, match="不得延长"):
        services.extend(actor=jia, deadline_id=row.pk, reason="忙", approved_on=today(), told_on=today(), days_more=7)
    with pytest.raises(Refused, match="no_ground"):
        services.stop(actor=jia, deadline_id=row.pk, ground="检测", told_on=today())


def reminded(code: str, days: Iterable[int]) -> list[tuple[str, Any, int]]:
    """What the job writes, walked over these days before (negative: after) the end: kind, stage, days left."""
    row = Deadline.objects.get(code=code)
    found: list[tuple[str, Any, int]] = []
    for left in days:
        set_clock(dt.datetime.combine(row.due - left * DAY, dt.time(9), SHANGHAI))
        before = Entry.objects.count()
        remind.func(0)
        new = Entry.objects.order_by("seq")[before:]
        found += [(entry.kind.removeprefix("deadlines."), entry.facts.get("stage"), left) for entry in new]
    return found


def test_reminded_once_a_stage(jia: Officer) -> None:
    begun(jia, "decision")
    walked = [3, 2, 2, 1, 0, 0, -1, -2, -30, -400]
    assert reminded("decision", walked) == [("reminded", 2, 2), ("reminded", 0, 0), ("reminded", -1, -1)]


def test_a_worker_that_slept_reminds_of_the_last_stage_only(jia: Officer) -> None:
    begun(jia, "decision")
    assert reminded("decision", [9, -3, -4]) == [("reminded", -1, -3)]


def test_what_lapses_is_closed_without_a_reminder_after_its_end(jia: Officer) -> None:
    begun(jia, "reconsideration")
    wanted = [("reminded", 2, 2), ("reminded", 0, 0), ("lapsed", None, -1)]
    assert reminded("reconsideration", [3, 2, 1, 0, -1, -2, -30]) == wanted
    assert Deadline.objects.get().ending == "lapsed"
    assert unvouched() == []


@pytest.mark.parametrize(
    "left, over, urgent",
    [(-1, True, True), (0, False, True), (2, False, True), (3, False, False)],
)
def test_what_is_over_and_what_is_urgent(jia: Officer, left: int, over: bool, urgent: bool) -> None:
    """The last day is within the term; a run that stands still is neither. The list's filter says the same."""
    row = begun(jia, "licence_decision")
    set_clock(dt.datetime.combine(row.due - left * DAY, dt.time(9), SHANGHAI))
    shown = queries.one(jia, row.pk)
    assert (first_reminder(), shown.over, shown.urgent) == (2, over, urgent)
    assert queries.listed(jia, Filters(state="over")).exists() is over
    Deadline.objects.filter(pk=row.pk).update(
        stops=[{"first": "2026-01-05", "last": None, "ground": "检测", "told": ""}]
    )
    shown = queries.one(jia, row.pk)
    assert (shown.over, shown.urgent, queries.listed(jia, Filters(state="over")).exists()) == (False, False, False)


@pytest.mark.parametrize("late, code", [(0, ""), (1, "term_over")])
def test_a_term_may_be_stopped_until_its_last_day(jia: Officer, late: int, code: str) -> None:
    row = begun(jia, "licence_decision")
    told = row.due + late * DAY
    set_clock(dt.datetime.combine(told, dt.time(9), SHANGHAI))
    if code:
        with pytest.raises(Refused, match=code):
            services.stop(actor=jia, deadline_id=row.pk, ground="检测", told_on=told)
    else:
        assert services.stop(actor=jia, deadline_id=row.pk, ground="检测", told_on=told).is_stopped


@pytest.mark.parametrize("days, code", [(-1, "resume_day"), (0, ""), (1, "resume_day")])
def test_a_stop_may_end_on_its_first_day_and_on_no_day_to_come(jia: Officer, days: int, code: str) -> None:
    row, last = begun(jia, "licence_decision"), today() + days * DAY
    services.stop(actor=jia, deadline_id=row.pk, ground="检测", told_on=today())
    if code:
        with pytest.raises(Refused, match=code):
            services.resume(actor=jia, deadline_id=row.pk, last=last)
    else:
        assert not services.resume(actor=jia, deadline_id=row.pk, last=last).is_stopped


def test_nobody_is_reminded_of_what_stands_still_or_ended(jia: Officer) -> None:
    row = begun(jia, "licence_decision")
    services.stop(actor=jia, deadline_id=row.pk, ground="检测", told_on=today())
    assert reminded("licence_decision", [2, 0, -1]) == []
    services.close(actor=jia, deadline_id=row.pk, reason="已决定")
    assert reminded("licence_decision", [2, 0, -1]) == []


def poisoned(officer: Officer) -> Deadline:
    """A run whose term is gone; its id comes before all others."""
    row = begun(officer, "decision")
    Deadline.objects.filter(pk=row.pk).update(id=uuid.UUID(int=1), code="gone", due=today())
    return Deadline.objects.get(code="gone")


def test_a_run_that_cannot_be_looked_at_holds_up_no_other(jia: Officer) -> None:
    poisoned(jia)
    begun(jia, "reconsideration")
    due = Deadline.objects.get(code="reconsideration").due
    set_clock(dt.datetime.combine(due + DAY, dt.time(9), SHANGHAI))
    with pytest.raises(SomeFailed, match="1 went wrong"):
        remind.func(0)
    assert Deadline.objects.get(code="reconsideration").ending == "lapsed"
    assert Deadline.objects.get(code="gone").ended_at is None


def test_a_run_that_cannot_be_counted_holds_up_no_other(jia: Officer) -> None:
    bad, row = poisoned(jia), begun(jia, "statement_defence")
    DeadlineTerm.objects.filter(code="statement_defence").update(days=9)
    with transaction.atomic():
        count_terms_again(None)  # type: ignore[arg-type]
    assert Deadline.objects.get(pk=row.pk).due > row.due
    assert Deadline.objects.get(pk=bad.pk).due == bad.due


def test_counted_again_when_the_rule_changes(jia: Officer, units: Units) -> None:
    row, kept = begun(jia, "statement_defence"), begun(jia, "decision")
    ended = begun(jia, "hearing_request")
    services.close(actor=jia, deadline_id=ended.pk, reason="放弃")
    DeadlineTerm.objects.filter(code__in=["statement_defence", "hearing_request"]).update(days=9)
    before = Entry.objects.count()
    with transaction.atomic():
        count_terms_again(None)  # type: ignore[arg-type]
    assert Deadline.objects.get(pk=row.pk).due > row.due
    assert Deadline.objects.get(pk=kept.pk).due == kept.due
    assert Deadline.objects.get(pk=ended.pk).due == ended.due
    assert units.moved == {jia.unit_id}
    assert [entry.object_id for entry in Entry.objects.order_by("seq")[before:]] == [row.pk]
    assert unvouched() == []


def test_the_page_shows_what_the_officer_sees_and_nothing_else(jia: Officer, stranger: Officer) -> None:
    near, far = begun(jia, "registered_goods"), begun(jia, "decision")
    done = begun(jia, "hearing_request")
    services.close(actor=jia, deadline_id=done.pk, reason="放弃")
    client = Client()
    client.force_login(jia)

    def listed(**filters: str) -> list[str]:
        answer = client.get("/deadlines", {**filters, "export": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        return [row["到期"] for row in rows]

    assert listed() == [near.due.isoformat(), far.due.isoformat()]
    assert listed(state="met") == [done.due.isoformat()]
    assert len(listed(state="all")) == 3
    assert listed(state="over") == []
    assert listed(term="decision") == [far.due.isoformat()]
    assert listed(until=near.due.isoformat()) == [near.due.isoformat()]
    assert listed(since=(near.due + DAY).isoformat()) == [far.due.isoformat()]
    assert listed(mine="1", unit=str(jia.unit_id), kind="test.unit") == listed()
    assert listed(unit=str(stranger.unit_id)) == listed(kind="case") == []
    page = client.get("/deadlines").content.decode()
    assert "作出行政处罚决定" in page
    assert "测试区烟草专卖局" in page
    set_clock(dt.datetime.combine(near.due + DAY, dt.time(9), SHANGHAI))
    client.force_login(jia)
    assert listed(state="over") == [near.due.isoformat()]
    assert [one.level for one in notices.waiting_for(jia) if near.due.isoformat() in one.words] == ["danger"]
    client.force_login(stranger)
    assert listed(state="all") == []
    assert "没有符合条件的期限" in client.get("/deadlines").content.decode()
    assert not [one for one in notices.waiting_for(stranger) if near.due.isoformat() in one.words]


def test_a_run_is_closed_by_hand_on_its_page_unless_an_act_meets_it(jia: Officer, stranger: Officer) -> None:
    fine, goods = begun(jia, "pay_fine"), begun(jia, "registered_goods")
    client = Client()
    client.force_login(jia)
    assert "办结期限" in client.get(f"/deadlines/{fine.pk}").content.decode()
    assert "办结期限" not in client.get(f"/deadlines/{goods.pk}").content.decode()
    assert client.post(f"/deadlines/{goods.pk}", {"reason": "已退回"}).status_code == 422
    assert client.post(f"/deadlines/{fine.pk}", {"reason": ""}).status_code == 422
    client.force_login(stranger)
    assert client.get(f"/deadlines/{fine.pk}").status_code == 404
    assert client.post(f"/deadlines/{fine.pk}", {"reason": "已缴"}).status_code == 404
    client.force_login(jia)
    assert client.post(f"/deadlines/{fine.pk}", {"reason": "凭证 0001"})["Location"] == f"/deadlines/{fine.pk}"
    assert "凭证 0001" in client.get(f"/deadlines/{fine.pk}").content.decode()
    states = dict(Deadline.objects.values_list("code", "ending"))
    assert states == {"pay_fine": "met", "registered_goods": ""}


def test_the_page_is_for_those_with_the_permission(officer_with: Callable[[str], Officer], units: Units) -> None:
    client = Client()
    assert client.get("/deadlines").status_code == 302
    client.force_login(officer_with("system_admin"))
    assert client.get("/deadlines").status_code == 403
