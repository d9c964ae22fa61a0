"""Proves: one way to act by a room's table, and that every room's table names only what there is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from zhuanmai.accounts.permissions import known
from zhuanmai.core.diagrams import document
from zhuanmai.core.errors import Conflict, NotAllowed
from zhuanmai.core.moves import Move, Moves, Workflow, workflows
from zhuanmai.core.translations import PACKAGE
from zhuanmai.reference import shipped
from zhuanmai.reference.citations import citation

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
FLOWS = {flow.name: flow for flow in workflows()}


class State(StrEnum):
    """A thing's states."""

    NEW = "new"
    DONE = "done"

    @property
    def zh(self) -> str:
        """As refusals say it."""
        return {"new": "新", "done": "完"}[self.value]


class Act(StrEnum):
    """What moves a thing."""

    MAKE = "make"
    FINISH = "finish"
    LOOK = "look"
    EXPIRE = "expire"

    @property
    def zh(self) -> str:
        """As refusals say it."""
        return self.value


@dataclass
class Thing:
    """A row with a state."""

    state: str = "new"


@dataclass
class Kept:
    """Notes what is asked of terms."""

    said: list[tuple[Any, ...]] = field(default_factory=list)

    def begin(self, row: Any, code: str, at: dt.datetime, event: str, *, restated: bool) -> Any:
        """Note it."""
        self.said.append(("begin", code, at, event, restated))
        return code

    def meet(self, row: Any, codes: Iterable[str]) -> Sequence[Any]:
        """Note it."""
        self.said.append(("meet", *codes))
        return list(codes)

    def end(self, row: Any, codes: Iterable[str], reason: str) -> Sequence[Any]:
        """Note it."""
        self.said.append(("end", *codes, reason))
        return list(codes)


def guard(actor: str, permission: str, row: Thing) -> None:
    """Whoever is called as the permission holds it."""
    if actor != permission:
        raise NotAllowed("not_allowed", "没有权限。")


TABLE = Moves(
    State,
    (
        Move(Act.MAKE, (), State.NEW, "clerk", starts=("first",)),
        Move(Act.FINISH, (State.NEW,), State.DONE, "head", "", ("second", "third"), ("first",), ("other",)),
        Move(Act.LOOK, (State.NEW, State.DONE), None, "clerk"),
        Move(Act.EXPIRE, (State.NEW,), State.DONE, ""),
    ),
    lambda here, act, where: f"{here.zh}：{act.zh} 只在 {where}",
)


def flow() -> tuple[Workflow[State, Act], Kept]:
    """The table at work, and what it asked of terms."""
    kept = Kept()
    return Workflow("thing", "物", TABLE, guard, kept), kept


def test_an_act_checks_the_permission_then_the_state_then_moves_and_keeps_its_terms() -> None:
    one, kept = flow()
    thing, at = Thing(), AT
    with pytest.raises(NotAllowed):
        one.do(thing, Act.FINISH, actor="clerk")
    assert (thing.state, kept.said) == ("new", [])
    done = one.do(thing, Act.FINISH, actor="head", at=at, event="done", without=("third",))
    assert thing.state == "done"
    assert kept.said == [("meet", "first"), ("end", "other", "finish"), ("begin", "second", at, "done", False)]
    assert (done.began, done.rows) == ({"second": "second"}, ["first", "other", "second"])
    with pytest.raises(NotAllowed):
        one.do(thing, Act.FINISH, actor="clerk")
    with pytest.raises(Conflict) as refused:
        one.do(thing, Act.FINISH, actor="head")
    assert (refused.value.code, refused.value.detail) == ("wrong_state", "完：finish 只在 新")


def test_an_act_without_a_target_leaves_the_state_and_the_maker_begins_terms() -> None:
    one, kept = flow()
    thing = Thing("done")
    assert one.do(thing, Act.LOOK, actor="clerk").rows == []
    assert (thing.state, kept.said) == ("done", [])
    assert one.open(thing, Act.MAKE, at=AT, event="made").rows == ["first"]
    assert kept.said == [("begin", "first", AT, "made", False)]


def test_what_the_system_does_nobody_does_by_hand() -> None:
    one, _ = flow()
    with pytest.raises(NotAllowed) as refused:
        one.do(Thing(), Act.EXPIRE, actor="head")
    assert refused.value.code == "system_act"
    thing = Thing()
    one.do(thing, Act.EXPIRE, actor=None)
    assert thing.state == "done"
    with pytest.raises(Conflict):
        one.do(thing, Act.EXPIRE, actor=None)


@pytest.mark.parametrize(
    "state, actor, acts",
    [("new", "clerk", ["look"]), ("new", "head", ["finish"]), ("done", "clerk", ["look"]), ("done", "head", [])],
)
def test_what_is_possible_comes_from_the_same_table(state: str, actor: str, acts: list[str]) -> None:
    one, _ = flow()
    assert [move.act for move in one.possible(Thing(state), actor)] == acts
    assert [act for act in Act if one.may(Thing(state), act, actor) and TABLE.of(act).sources] == acts


def test_the_drawing_is_of_these_tables() -> None:
    assert (PACKAGE.parents[1] / "docs" / "workflows.md").read_text("utf-8") == document()


@pytest.mark.parametrize("name", FLOWS)
def test_every_act_has_one_row_and_every_state_is_reached(name: str) -> None:
    rows = FLOWS[name].moves.rows
    acts = [move.act for move in rows]
    assert sorted(acts) == sorted(type(acts[0]))
    states = {state for move in rows for state in (*move.sources, move.target) if state}
    assert states == set(type(next(iter(states))))
    targets = {move.target for move in rows if move.target}
    assert len(states - targets) <= 1, "but for the state in which a row is made, each is the target of an act"


@pytest.mark.parametrize("name", FLOWS)
def test_permissions_terms_and_articles_of_every_table_exist(name: str) -> None:
    permissions = {permission.name for permission in known()}
    codes = {row["code"] for area in ("penalty", "licensing", "credit", "hotline") for row in _deadlines()[area]}
    for move in FLOWS[name].moves.rows:
        assert move.permission in permissions | {""}, move.act
        assert {*move.starts, *move.meets, *move.ends} <= codes, move.act
        if move.article:
            assert citation(move.article), move.act


def _deadlines() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(shipped.__file__).parent / "data" / "deadlines.json").read_text("utf-8"))
    return found
