"""A room's table of lawful moves: state × act → state; and `do`, the one way to act on a row by such a table.

The room names states and acts, who may, which terms an act begins, meets or ends; the database holds the same moves as
a trigger. Permissions and terms lie above the ground floor: a room hands in what asks for them (`Workflow`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, Self, TypeVar

from django.db.models import Model

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotAllowed


class Named(Protocol):
    """A state or an act: its code, and how the bureau calls it."""

    @property
    def value(self) -> str:
        """As kept."""
        ...

    @property
    def zh(self) -> str:
        """As refusals name it."""
        ...


class Worded(StrEnum):
    """States or acts, each a code with its words: `ASKED = "asked", "待核查"`."""

    _value_: str
    zh: str

    def __new__(cls, code: str, zh: str = "") -> Self:
        """The member that is kept as its code."""
        made = str.__new__(cls, code)
        made._value_, made.zh = code, zh
        return made


S = TypeVar("S", bound=Named)
A = TypeVar("A", bound=StrEnum)
Refusal = Callable[[S, A, str], str]  # where it stands, what was tried, where that belongs → the sentence


@dataclass(frozen=True)
class Move(Generic[S, A]):
    """One row: from these states, by this act, to that state (None: it stays); who may (empty: the system alone).

    `article` is what the act rests on; `starts`, `meets` and `ends` name the terms that it begins, meets, or makes fall
    away. No sources: the act makes the row.
    """

    act: A
    sources: tuple[S, ...]
    target: S | None
    permission: str
    article: str = ""
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    def after(self, state: str) -> str:
        """The state after it."""
        return self.target.value if self.target else state


def refused(here: Named, act: Any, where: str) -> str:
    """The sentence of a room that has none of its own."""
    return f"当前为“{here.zh}”，不能“{words(act)}”；该步骤须在{where}时办理。"


@dataclass(frozen=True)
class Moves(Generic[S, A]):
    """All rows of a room: the enumeration that reads a state, and the sentence that refuses."""

    states: Callable[[str], S]
    rows: Sequence[Move[S, A]]
    refusal: Refusal[S, A] = refused

    def allowed(self, state: str, act: A) -> bool:
        """Whether the act belongs to the state."""
        return self.states(state) in self.of(act).sources

    def require(self, state: str, act: A) -> Move[S, A]:
        """The move.

        Raises Conflict (wrong_state), which says where the thing stands, where the act belongs, and by which article.
        """
        move, here = self.of(act), self.states(state)
        if here not in move.sources:
            detail = self.refusal(here, act, "、".join(source.zh for source in move.sources))
            rests_on = f"{detail.removesuffix('。')}（{move.article}）。"
            raise Conflict("wrong_state", rests_on if move.article else detail)
        return move

    def transitions(self) -> list[tuple[str, str]]:
        """Every change of state that some act makes: the database holds the same list as a trigger."""
        return sorted(
            {
                (source.value, move.target.value)
                for move in self.rows
                if move.target
                for source in move.sources
                if source != move.target
            }
        )

    def of(self, act: A) -> Move[S, A]:
        """The row of an act."""
        return next(move for move in self.rows if move.act == act)


class Terms(Protocol):
    """What begins, meets and ends the terms of a room's rows (the deadlines room, by way of the room)."""

    def begin(self, row: Any, code: str, at: dt.datetime, event: str, *, restated: bool) -> Model:
        """Begin a term by an event at a moment; `restated`: the event's moment was put right."""
        ...

    def meet(self, row: Any, codes: Iterable[str]) -> Sequence[Model]:
        """The act that these terms waited for was done."""
        ...

    def end(self, row: Any, codes: Iterable[str], reason: str) -> Sequence[Model]:
        """These terms fell away."""
        ...


class NoTerms:
    """For a room whose acts begin no terms."""

    def begin(self, row: Any, code: str, at: dt.datetime, event: str, *, restated: bool) -> Model:
        """Raises LookupError: the table names a term, and the room handed in nothing that keeps it."""
        raise LookupError(f"nothing keeps the term {code}")

    def meet(self, row: Any, codes: Iterable[str]) -> Sequence[Model]:
        """No rows."""
        return []

    def end(self, row: Any, codes: Iterable[str], reason: str) -> Sequence[Model]:
        """No rows."""
        return []


@dataclass
class Done(Generic[S, A]):
    """What an act did to its row: the move, the terms that it began by code, and every row of a term that changed."""

    move: Move[S, A]
    began: dict[str, Any] = field(default_factory=dict)
    rows: list[Model] = field(default_factory=list)


@dataclass(frozen=True)
class Permitted:
    """That an actor may do an act on a row now: what `Workflow.permit` answers, and what else may not be begun."""

    actor: Any
    row: Any


@dataclass(frozen=True)
class Workflow(Generic[S, A]):
    """A room's table at work. `guard` raises NotAllowed unless the actor holds a permission for the row."""

    name: str
    title: str
    moves: Moves[S, A]
    guard: Callable[[Any, str, Any], None]
    terms: Terms = field(default_factory=NoTerms)

    def check(self, row: Any, act: A, actor: Any) -> Move[S, A]:
        """The move, where the actor may make it now. No actor: the system itself acts, and nobody's post is asked for.

        Raises NotAllowed (what the guard raises; system_act), Conflict (wrong_state).
        """
        move = self.moves.of(act)
        if actor is not None:
            if not move.permission:
                raise NotAllowed("system_act", f"“{words(act)}”由系统办理，不能由人操作。")
            self.guard(actor, move.permission, row)
        return self.moves.require(row.state, act)

    def permit(self, row: Any, act: A, actor: Any) -> Permitted:
        """That this person may make the move now, to hand to what asks for it. Raises as `check` does."""
        self.check(row, act, actor)
        return Permitted(actor, row)

    def do(
        self, row: Any, act: A, *, actor: Any, at: dt.datetime | None = None, event: str = "",
        without: Sequence[str] = (), restated: bool = False,
    ) -> Done[S, A]:  # fmt: skip
        """Check, set the row's state (the caller saves it), then begin, meet and end the act's terms.

        `at`, `event`: since when and by what its terms run (now, by their moment); `without`: terms that this time do
        not begin. Raises as `check` does.
        """
        move = self.check(row, act, actor)
        row.state = move.after(row.state)
        return self._terms(Done(move), row, at, event, without, restated)

    def open(self, row: Any, act: A, *, at: dt.datetime, event: str) -> Done[S, A]:
        """The act that makes the row, which was just saved in the act's state: begin its terms."""
        return self._terms(Done(self.moves.of(act)), row, at, event, (), False)

    def may(self, row: Any, act: A, actor: Any) -> bool:
        """Whether the actor may make the move now."""
        try:
            self.check(row, act, actor)
        except (NotAllowed, Conflict):
            return False
        return True

    def possible(self, row: Any, actor: Any) -> list[Move[S, A]]:
        """What the actor may do with the row now: what pages and tablets offer comes from the same table."""
        here, holds = self.moves.states(row.state), dict[str, bool]()
        found = [move for move in self.moves.rows if here in move.sources and move.permission]
        for move in found:
            if move.permission not in holds:
                holds[move.permission] = self._holds(actor, move.permission, row)
        return [move for move in found if holds[move.permission]]

    def _holds(self, actor: Any, permission: str, row: Any) -> bool:
        try:
            self.guard(actor, permission, row)
        except NotAllowed:
            return False
        return True

    def _terms(
        self, done: Done[S, A], row: Any, at: dt.datetime | None, event: str, without: Sequence[str], restated: bool
    ) -> Done[S, A]:
        move = done.move
        done.rows += self.terms.meet(row, move.meets) if move.meets else []
        done.rows += self.terms.end(row, move.ends, words(move.act)) if move.ends else []
        for code in move.starts:
            if code not in without:
                done.began[code] = self.terms.begin(row, code, at or now(), event, restated=restated)
                done.rows.append(done.began[code])
        return done


def words(named: Any) -> str:
    """How the bureau calls a state or an act."""
    return str(named.zh)


_workflows: list[Workflow[Any, Any]] = []


def register(workflow: Workflow[Any, Any]) -> None:
    """Have a room's workflow drawn in the documents and held by the tests that walk all of them."""
    if all(known.name != workflow.name for known in _workflows):
        _workflows.append(workflow)


def forget(name: str) -> None:
    """Take a workflow back, for tests that register one of their own."""
    _workflows[:] = [known for known in _workflows if known.name != name]


def workflows() -> list[Workflow[Any, Any]]:
    """All registered workflows by name."""
    return sorted(_workflows, key=lambda one: one.name)
