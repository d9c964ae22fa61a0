"""The table of moves by table: what is lawful where, what refuses in whose words, which changes the database must know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from zhuanmai.core import moves as room
from zhuanmai.core.errors import Conflict, NotAllowed
from zhuanmai.core.moves import Move, Moves, NoTerms, Permitted, Worded, Workflow, forget, register, words, workflows

AT = dt.datetime(2026, 7, 25, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


class Light(StrEnum):
    """States of a toy."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"

    @property
    def zh(self) -> str:
        """As the refusal names it."""
        return {"red": "红", "amber": "黄", "green": "绿"}[self.value]


class Turn(StrEnum):
    """Acts of a toy."""

    GO = "go"
    SLOW = "slow"
    LOOK = "look"
    ANY = "any"

    @property
    def zh(self) -> str:
        """As the bureau calls it."""
        return {"go": "行", "slow": "缓", "look": "看", "any": "停"}[self.value]


def sentence(here: Light, act: Turn, where: str) -> str:
    """A refusal."""
    return f"{here.zh}|{act.value}|{where}"


TABLE = Moves(
    Light,
    (
        Move(Turn.GO, (Light.RED, Light.AMBER), Light.GREEN, "toy.go"),
        Move(Turn.SLOW, (Light.GREEN,), Light.AMBER, "toy.slow"),
        Move(Turn.LOOK, (Light.RED,), None, ""),
        Move(Turn.ANY, tuple(Light), Light.RED, "toy.any"),
    ),
    sentence,
)


@pytest.mark.parametrize(
    "act, lawful", [("go", ["red", "amber"]), ("slow", ["green"]), ("look", ["red"]), ("any", list(Light))]
)
def test_an_act_belongs_to_its_states_only(act: str, lawful: list[str]) -> None:
    for state in Light:
        assert TABLE.allowed(state.value, Turn(act)) is (state in lawful)
        if state in lawful:
            assert TABLE.require(state.value, Turn(act)).act == act
        else:
            with pytest.raises(Conflict) as refused:
                TABLE.require(state.value, Turn(act))
            assert refused.value.code == "wrong_state"
            assert refused.value.detail == sentence(state, Turn(act), "、".join(Light(one).zh for one in lawful))


@pytest.mark.parametrize(
    "detail, article, said",
    [
        ("红灯不行。", "交规 3", "红灯不行（交规 3）。"),
        ("红灯不行", "交规 3", "红灯不行（交规 3）。"),
        ("。红灯不行。", "交规 3", "。红灯不行（交规 3）。"),
        ("红灯不行。", "", "红灯不行。"),
    ],
)
def test_a_refusal_names_the_article_it_rests_on(detail: str, article: str, said: str) -> None:
    table = Moves(Light, (Move(Turn.GO, (Light.GREEN,), None, "", article),), lambda *_: detail)
    with pytest.raises(Conflict) as refused:
        table.require("red", Turn.GO)
    assert refused.value.detail == said


def test_a_move_says_where_it_leads() -> None:
    assert TABLE.require("red", Turn.GO).after("red") == "green"
    assert TABLE.require("red", Turn.LOOK).after("red") == "red"


def test_the_database_hears_of_every_change_once_and_of_nothing_that_stays() -> None:
    assert TABLE.transitions() == [
        ("amber", "green"), ("amber", "red"), ("green", "amber"), ("green", "red"), ("red", "green"),
    ]  # fmt: skip


@dataclass
class Lamp:
    """A row of a toy."""

    state: str


class Kept:
    """Terms that only note what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def begin(self, row: Any, code: str, at: dt.datetime, event: str, *, restated: bool) -> Any:
        """Begun."""
        self.asked.append(("begin", row, code, at, event, restated))
        return f"began {code}"

    def meet(self, row: Any, codes: Iterable[str]) -> Sequence[Any]:
        """Met."""
        self.asked.append(("meet", row, tuple(codes)))
        return ["met"]

    def end(self, row: Any, codes: Iterable[str], reason: str) -> Sequence[Any]:
        """Ended."""
        self.asked.append(("end", row, tuple(codes), reason))
        return ["ended"]


TIMED = Moves(
    Light,
    (
        Move(Turn.GO, (Light.RED,), Light.GREEN, "toy.go", starts=("walk", "wait"), meets=("stop",), ends=("late",)),
        Move(Turn.SLOW, (Light.GREEN,), Light.AMBER, "toy.slow"),
        Move(Turn.LOOK, (Light.RED,), None, "toy.go"),
        Move(Turn.ANY, (Light.GREEN,), Light.RED, ""),
    ),
    sentence,
)


def at_work(terms: Kept | None = None) -> Workflow[Light, Turn]:
    """The table at work: whoever is named by a permission holds it, for the lamps that are not kept from everybody."""

    def guard(actor: Any, permission: str, row: Any) -> None:
        if actor != permission or not isinstance(row, Lamp):
            raise NotAllowed("not_yours", "无权办理")

    return Workflow("lamp", "灯", TIMED, guard, terms or Kept())


def test_who_may_not_is_refused_before_the_state_is_looked_at() -> None:
    flow = at_work()
    with pytest.raises(NotAllowed) as refused:
        flow.check(Lamp("green"), Turn.GO, "toy.slow")
    assert refused.value.code == "not_yours"
    with pytest.raises(Conflict):
        flow.check(Lamp("green"), Turn.GO, "toy.go")
    assert flow.check(Lamp("red"), Turn.GO, "toy.go") is TIMED.rows[0]


def test_a_leave_is_given_to_who_may_for_the_row_it_was_asked_for() -> None:
    flow, lamp = at_work(), Lamp("red")
    assert flow.permit(lamp, Turn.GO, "toy.go") == Permitted("toy.go", lamp)
    for row, act, actor in ((lamp, Turn.GO, "toy.slow"), (lamp, Turn.SLOW, "toy.slow"), (None, Turn.GO, "toy.go")):
        with pytest.raises((NotAllowed, Conflict)):
            flow.permit(row, act, actor)


def test_what_the_system_does_no_person_does() -> None:
    flow = at_work()
    with pytest.raises(NotAllowed) as refused:
        flow.do(Lamp("green"), Turn.ANY, actor="toy.go")
    assert (refused.value.code, refused.value.detail) == ("system_act", "“停”由系统办理，不能由人操作。")
    lamp = Lamp("green")
    assert flow.do(lamp, Turn.ANY, actor=None).rows == []
    assert lamp.state == "red"


def test_an_act_moves_the_row_and_meets_ends_and_begins_its_terms() -> None:
    kept, lamp = Kept(), Lamp("red")
    done = at_work(kept).do(lamp, Turn.GO, actor="toy.go", at=AT, event="plate", restated=True)
    assert lamp.state == "green"
    assert done.move is TIMED.rows[0]
    assert done.began == {"walk": "began walk", "wait": "began wait"}
    assert done.rows == ["met", "ended", "began walk", "began wait"]
    assert kept.asked == [
        ("meet", lamp, ("stop",)),
        ("end", lamp, ("late",), "行"),
        ("begin", lamp, "walk", AT, "plate", True),
        ("begin", lamp, "wait", AT, "plate", True),
    ]


def test_terms_that_do_not_begin_this_time_are_left_out_and_others_run_from_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "now", lambda: AT)
    kept, lamp = Kept(), Lamp("red")
    done = at_work(kept).do(lamp, Turn.GO, actor="toy.go", without=("walk",))
    assert list(done.began) == ["wait"]
    assert kept.asked[-1] == ("begin", lamp, "wait", AT, "", False)


def test_an_act_without_terms_asks_for_none() -> None:
    kept, lamp = Kept(), Lamp("green")
    assert at_work(kept).do(lamp, Turn.SLOW, actor="toy.slow").rows == []
    assert (lamp.state, kept.asked) == ("amber", [])


def test_an_act_that_leads_nowhere_leaves_the_state() -> None:
    lamp = Lamp("red")
    at_work().do(lamp, Turn.LOOK, actor="toy.go")
    assert lamp.state == "red"


def test_what_opens_a_row_begins_its_terms_and_changes_no_state() -> None:
    kept, lamp = Kept(), Lamp("green")
    done = at_work(kept).open(lamp, Turn.GO, at=AT, event="built")
    assert lamp.state == "green"
    assert list(done.began) == ["walk", "wait"]
    assert kept.asked[-1] == ("begin", lamp, "wait", AT, "built", False)


@pytest.mark.parametrize(
    "state, act, actor, may",
    [
        ("red", Turn.GO, "toy.go", True),
        ("red", Turn.GO, "toy.slow", False),
        ("green", Turn.GO, "toy.go", False),
        ("green", Turn.ANY, "toy.go", False),
    ],
)
def test_whether_somebody_may_now(state: str, act: Turn, actor: str, may: bool) -> None:
    assert at_work().may(Lamp(state), act, actor) is may


@pytest.mark.parametrize(
    "state, actor, acts",
    [
        ("red", "toy.go", [Turn.GO, Turn.LOOK]),
        ("red", "toy.slow", []),
        ("green", "toy.slow", [Turn.SLOW]),
        ("green", "", []),
        ("amber", "toy.go", []),
    ],
)
def test_what_is_offered_is_what_is_possible(state: str, actor: str, acts: list[Turn]) -> None:
    assert [move.act for move in at_work().possible(Lamp(state), actor)] == acts


def test_a_permission_is_asked_for_once_however_many_acts_need_it() -> None:
    asked = []
    flow = Workflow("lamp", "灯", TIMED, lambda actor, permission, row: asked.append((actor, permission, row)))
    lamp = Lamp("red")
    assert len(flow.possible(lamp, "anybody")) == 2
    assert asked == [("anybody", "toy.go", lamp)]


def test_a_table_that_names_a_term_needs_who_keeps_it() -> None:
    flow = Workflow("lamp", "灯", TIMED, lambda actor, permission, row: None)
    with pytest.raises(LookupError, match=r"^nothing keeps the term walk$"):
        flow.do(Lamp("red"), Turn.GO, actor="anybody", at=AT)
    assert (NoTerms().meet(None, ["x"]), NoTerms().end(None, ["x"], "")) == ([], [])


def test_workflows_are_known_once_and_listed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_workflows", [])
    for name in ("lamp", "door", "lamp", "lamp"):
        register(Workflow(name, name, TIMED, lambda actor, permission, row: None))
    assert [one.name for one in workflows()] == ["door", "lamp"]
    forget("door")
    assert [one.name for one in workflows()] == ["lamp"]


def test_words_are_the_bureaus() -> None:
    assert words(Turn.GO) == "行"


class Weather(Worded):
    """States with their words."""

    DRY, WET = ("dry", "晴"), ("wet", "雨")


def test_a_state_is_its_code_and_has_its_words() -> None:
    assert (Weather("wet"), Weather.WET.value, Weather.WET.zh, str(Weather.DRY)) == ("wet", "wet", "雨", "dry")
    with pytest.raises(ValueError, match="snow"):
        Weather("snow")
    moves = Moves(Weather, (Move(Weather.WET, (Weather.DRY,), Weather.WET, "rain"),))
    with pytest.raises(Conflict, match="当前为“雨”，不能“雨”；该步骤须在晴时办理。"):
        moves.require("wet", Weather.WET)
