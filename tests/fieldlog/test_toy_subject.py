"""Proves: the field log needs nothing of a case. A walk past shops, kept in memory, is opened, worked on and told.

All a room says of its subject stands here: its table of moves, its operations, who works on it, its state.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from zhuanmai.accounts.device_keys import subject_key
from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.moves import Move, Moves, Workflow
from zhuanmai.fieldlog import applying, wire
from zhuanmai.fieldlog.entries import of_every_log, operation
from zhuanmai.fieldlog.models import FieldOperation, Tablet
from zhuanmai.fieldlog.payloads import Count, Payload, Text
from zhuanmai.fieldlog.subjects import Kind, Merge, by_act
from zhuanmai.fieldlog.work import Done, Waits, Work
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.django_db


class State(StrEnum):
    """Where a walk stands."""

    UNDER_WAY, OVER = "under_way", "over"

    @property
    def zh(self) -> str:
        """In words."""
        return {"under_way": "进行中", "over": "已结束"}[self.value]


class Act(StrEnum):
    """What is done on one."""

    SEE, FINISH, JUDGE = "see", "finish", "judge"

    @property
    def zh(self) -> str:
        """In words."""
        return {"see": "记录", "finish": "结束", "judge": "评定"}[self.value]


@dataclass
class Walk:
    """A walk: no table of the database knows it."""

    pk: uuid.UUID
    officers: list[uuid.UUID]
    state: str = State.UNDER_WAY
    cursor: int = 0
    shops: int = 0
    remark: str = ""


def guard(officer: Officer, permission: str, walk: Walk) -> None:
    """Who walks, works; a leader judges."""
    if permission == "judge" and officer.username != "wu":
        raise NotAllowed("no_judge", "走访由负责人评定。")
    if permission == "walk" and officer.pk not in walk.officers:
        raise NotAllowed("not_walking", "您不在这次走访中。")


FLOW = Workflow(
    "walk",
    "走访",
    Moves(
        State,
        (
            Move(Act.SEE, (State.UNDER_WAY,), None, "walk"),
            Move(Act.FINISH, (State.UNDER_WAY,), State.OVER, "walk", "许可证办法 40"),
            Move(Act.JUDGE, (State.OVER,), None, "judge"),
        ),
        lambda here, act, where: f"走访{here.zh}，不能{act.zh}。",
    ),
    guard,
)


@dataclass
class Walking(Work[Walk]):
    """The work on a walk."""


@dataclass
class Walks(Kind[Walk, Walking]):
    """Walks in the field log."""

    code, ledger = "walk", "walks"
    shelf: dict[uuid.UUID, Walk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def locked(self, subject_id: uuid.UUID) -> Walk | None:
        """The walk."""
        return self.shelf.get(subject_id)

    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> Walk:
        """One's own walks."""
        walk = self.shelf.get(subject_id)
        if walk is None or officer.pk not in walk.officers:
            raise NotFound("no_walk", "没有这次走访。")
        return walk

    def require_worker(self, officer: Officer, subject: Walk) -> None:
        """Who walks."""
        guard(officer, "walk", subject)

    def require_take_over(self, subject: Walk, author: Officer | None, officer: Officer) -> None:
        """Among who walk."""
        if author is None or {author.pk, officer.pk} - set(subject.officers):
            raise NotAllowed("not_involved", "只有同行的人之间可以接手。")

    def not_opened(self) -> Refused:
        """There is none."""
        return NotFound("no_walk", "还没有这次走访。")

    def opened_already(self, subject: Walk) -> Refused:
        """Another was first."""
        return Refused("opened_already", "走访已开始。")

    def work(self, subject: Walk, officer: Officer, tablet: uuid.UUID) -> Walking:
        """The work."""
        return Walking(subject, officer, tablet)

    def found(self, work: Walking) -> None:
        """No rows."""

    def restore(self, work: Walking) -> None:
        """Handlers check first."""

    def keep(self, subject: Walk) -> None:
        """It is in memory."""
        self.shelf[subject.pk] = subject


WALKS = Walks()


class Begin(Payload):
    """walk.begin."""

    companions: list[uuid.UUID] = []
    where: Text = ""


class Shop(Payload):
    """shop.seen."""

    n: Count


class Remark(Payload):
    """remark.set."""

    text: Text = ""


@WALKS.opens("walk.begin", Begin)
def begin(officer: Officer, walk_id: uuid.UUID, given: Begin, row: FieldOperation) -> tuple[Walk, Done]:
    """Begin. Raises Refused (nowhere)."""
    if not given.where:
        raise Refused("nowhere", "请写明走访地点。", "where")
    return Walk(walk_id, [officer.pk, *given.companions]), Done({"where": given.where})


def seeing(work: Walking) -> None:
    """Shops are noted while under way; what comes while it rains waits."""
    if work.subject.remark == "雨":
        raise Waits("raining", "雨停后并入。")
    by_act(FLOW, Act.SEE)(work)


@WALKS.handles("shop.seen", Shop, rule=seeing, merge=Merge.ADDS, tallied=True)
def seen(work: Walking, given: Shop, row: FieldOperation) -> Done:
    """Count shops."""
    work.subject.shops += int(given.n)
    return Done({"n": str(given.n)}, effect={"n": str(given.n)})


@WALKS.handles("remark.set", Remark, rule=by_act(FLOW, Act.SEE))
def remark(work: Walking, given: Remark, row: FieldOperation) -> Done:
    """The last remark stands; when the rain is over, what waited is taken in."""
    rained, work.subject.remark = work.subject.remark == "雨", given.text
    merged, rows = applying.take_in_waiting(WALKS, work) if rained else (0, [])
    return Done({"merged": merged}, rows)


@WALKS.handles("walk.finish", Payload, rule=by_act(FLOW, Act.FINISH), merge=Merge.FIRST)
def finish(work: Walking, given: Payload, row: FieldOperation) -> Done:
    """End it, by the room's table."""
    FLOW.do(work.subject, Act.FINISH, actor=work.asked)
    return Done()


@WALKS.handles("walk.judge", Remark, rule=by_act(FLOW, Act.JUDGE))
def judge(work: Walking, given: Remark, row: FieldOperation) -> Done:
    """A leader's word on a walk that is over."""
    FLOW.do(work.subject, Act.JUDGE, actor=work.asked)
    work.subject.remark = given.text
    return Done()


@WALKS.handles("broken", Payload, rule=by_act(FLOW, Act.SEE))
def broken(work: Walking, given: Payload, row: FieldOperation) -> Done:
    """A handler with a fault."""
    raise Waits("no", "只有可累加的操作可以等待。")


@WALKS.answers
def state_for(officer: Officer, walk: Walk, reason: str) -> dict[str, Any]:
    """What a tablet is told."""
    return {"cursor": walk.cursor, "officers": [{"id": str(one)} for one in walk.officers], "shops": walk.shops}


@pytest.fixture(autouse=True)
def walks() -> None:
    """The toy's kinds of entry, for one test."""
    of_every_log("walks")
    operation("walks", "walk.begin", "开始走访：{where}", "where")
    operation("walks", "shop.seen", "走访 {n} 户", "n")
    operation("walks", "remark.set", "备注，并入 {merged} 步", "merged")
    operation("walks", "walk.finish", "结束走访")
    operation("walks", "walk.judge", "评定走访")
    WALKS.shelf.clear()


@dataclass
class Phone:
    """A tablet that speaks JSON to the toy's routes."""

    officer: Officer
    walk: uuid.UUID
    tablet: uuid.UUID = field(default_factory=new_id)
    n: int = 0

    def made(self, kind: str, **payload: Any) -> dict[str, Any]:
        """An operation, not sent yet."""
        self.n += 1
        said = {"id": str(new_id()), "n": self.n, "by": str(self.officer.pk), "kind": kind, "at": now().isoformat()}
        return {**said, "payload": payload}

    def send(self, *operations: dict[str, Any]) -> list[tuple[str, str]]:
        """Send them; the status and code of each."""
        request = RequestFactory().post("/", json.dumps({"tablet": str(self.tablet), "operations": operations}),
                                        content_type="application/json")  # fmt: skip
        request.officer = self.officer
        answer = wire.OperationsOut.model_validate(wire.take(request, WALKS, self.walk))
        assert answer.cursor == (WALKS.shelf[self.walk].cursor if self.walk in WALKS.shelf else 0)
        return [(one.status, one.code) for one in answer.results]

    def do(self, kind: str, **payload: Any) -> list[tuple[str, str]]:
        """Make one and send it."""
        return self.send(self.made(kind, **payload))


@pytest.fixture
def phones(bureau: Bureau) -> tuple[Phone, Phone]:  # noqa: F811
    """Two officers on one walk."""
    first, second = Phone(bureau["jia"], new_id()), Phone(bureau["yi"], uuid.UUID(int=0))
    second.walk = first.walk
    assert first.do("walk.begin", where="枋湖南路", companions=[str(bureau["yi"].pk)]) == [("applied", "")]
    return first, second


def test_it_is_opened_worked_on_and_told(phones: tuple[Phone, Phone]) -> None:
    first, second = phones
    shop = first.made("shop.seen", n=2)
    assert first.send(shop, first.made("remark.set", text="晴")) == [("applied", ""), ("applied", "")]
    assert first.send(shop) == [("duplicate", "")]
    assert second.do("walk.begin", where="别处") == [("refused", "opened_already")]
    assert second.do("shop.seen", n=3) == [("applied", "")]
    request = RequestFactory().get("/")
    request.officer = second.officer
    answer = wire.state(request, WALKS, first.walk, after=None, reason="")
    assert (json.loads(answer.content)["shops"], json.loads(answer.content)["cursor"]) == (5, 5)
    assert wire.state(request, WALKS, first.walk, after=5, reason="").status_code == 204
    assert sorted(Tablet.objects.values_list("tallied", flat=True)) == [1, 1]
    kinds = [one.kind for one in Entry.objects.filter(object_kind="walk").order_by("seq")]
    assert kinds == ["walks.walk.begin", "walks.shop.seen", "walks.remark.set", "walks.refused", "walks.shop.seen"]
    assert verify().problems == []


def test_what_is_refused_is_kept_with_its_reason_and_stops_nothing(phones: tuple[Phone, Phone]) -> None:
    first, _ = phones
    bad = [
        first.made("shop.seen", n=-1), first.made("remark.set", text="\0"), first.made("nonsense"),
        first.made("broken"), first.made("walk.finish"), first.made("shop.seen", n=1),
    ]  # fmt: skip
    codes = ["invalid_payload", "invalid_payload", "unknown_operation", "not_kept", "", "wrong_state"]
    assert [code for _, code in first.send(*bad)] == codes
    assert [code for _, code in first.send(*bad)] == codes
    assert FieldOperation.objects.filter(subject_id=first.walk, status="refused").count() == 5
    assert WALKS.shelf[first.walk].state == State.OVER
    assert verify().problems == []


def test_a_refused_opening_is_kept_and_answered_the_same(bureau: Bureau) -> None:  # noqa: F811
    phone = Phone(bureau["jia"], new_id())
    opening = phone.made("walk.begin")
    assert phone.send(opening) == phone.send(opening) == [("refused", "nowhere")]
    assert WALKS.shelf == {}
    row = FieldOperation.objects.get(pk=opening["id"])
    assert (row.subject_kind, row.subject_id, row.status, row.field) == ("walk", phone.walk, "refused", "where")
    with pytest.raises(NotFound):
        phone.do("shop.seen", n=1)
    assert phone.do("walk.begin", where="枋湖南路") == [("applied", "")]
    assert verify().problems == []


def test_the_order_of_a_tablet_holds_and_what_waits_is_taken_in(phones: tuple[Phone, Phone]) -> None:
    first, second = phones
    early = [first.made("shop.seen", n=n) for n in (1, 10)]
    assert first.send(early[1]) == [("pending", "early")]
    assert WALKS.shelf[first.walk].shops == 0
    assert first.send(early[0]) == [("applied", "")]
    assert WALKS.shelf[first.walk].shops == 11
    assert first.do("remark.set", text="雨") == [("applied", "")]
    assert second.do("shop.seen", n=100) == [("pending", "raining")]
    WALKS.shelf[first.walk].officers.remove(second.officer.pk)  # let in when it came: taken in although he has left
    assert first.do("remark.set", text="晴") == [("applied", "")]
    assert WALKS.shelf[first.walk].shops == 111
    assert verify().problems == []


def test_what_comes_too_early_is_refused_as_if_it_had_come_in_time(
    phones: tuple[Phone, Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = phones
    assert first.do("walk.judge", text="好") == [("refused", "no_judge")]
    missing = first.made("remark.set", text="先")
    assert first.do("walk.judge", text="好") == [("refused", "no_judge")]
    assert first.do("remark.set", text="后") == [("pending", "early")]
    assert first.send(missing) == [("applied", "")]  # what was refused before its turn holds up nothing after it
    assert WALKS.shelf[first.walk].remark == "后"
    first.n += 1
    assert first.do("walk.finish") == [("pending", "early")]
    assert first.do("walk.judge", text="好") == [("refused", "no_judge")]
    monkeypatch.setattr(applying, "HELD_AT_MOST", dt.timedelta())
    assert first.do("remark.set", text="完") == [("refused", "wrong_state")]
    walk = WALKS.shelf[first.walk]
    assert (walk.remark, walk.state) == ("后", State.OVER)
    assert verify().problems == []


@pytest.mark.parametrize("how", ["in its turn", "overdue", "taken in before an act"])
def test_what_was_kept_is_asked_again_when_it_is_applied(
    phones: tuple[Phone, Phone], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Its author has left by then; another officer's batch, or an act, would have taken it in."""
    first, second = phones
    early = [second.made("shop.seen", n=n) for n in (1, 10)]
    assert second.send(early[1]) == [("pending", "early")]
    walk = WALKS.shelf[first.walk]
    walk.officers.remove(second.officer.pk)
    if how == "taken in before an act":
        assert applying.flush(WALKS, walk, first.officer) == 1
    else:
        if how == "overdue":
            monkeypatch.setattr(applying, "HELD_AT_MOST", dt.timedelta())
        theirs = Phone(first.officer, first.walk, second.tablet, n=0 if how == "in its turn" else 1)
        assert theirs.do("shop.seen", n=100)[0][0] in ("applied", "duplicate")
    row = FieldOperation.objects.get(pk=early[1]["id"])
    assert (row.status, row.code, walk.shops % 100) == ("refused", "not_walking", 0)
    assert verify().problems == []


def test_what_another_made_is_sent_by_taking_it_over(phones: tuple[Phone, Phone], bureau: Bureau) -> None:  # noqa: F811
    first, second = phones
    made, device = second.made("shop.seen", n=1), new_id()
    assert first.send(made) == [("refused", "not_author")]
    request = RequestFactory().post("/")
    request.officer = first.officer
    given = wire.TakeOverIn(author=second.officer.pk, device=device)
    key = wire.take_over(request, HttpResponse(), WALKS, first.walk, given)["key"]
    assert wire.base64.b64decode(key) == subject_key(second.officer.pk, device, first.walk)
    over = Phone(first.officer, first.walk, second.tablet)
    assert over.send({**made, "taken_over_from": made["by"]}) == [("applied", "")]
    stranger = Phone(bureau["bing"], first.walk)
    with pytest.raises(NotAllowed):
        stranger.do("shop.seen", n=1)
    assert Entry.objects.filter(kind="walks.taken_over").count() == 1
    assert verify().problems == []
