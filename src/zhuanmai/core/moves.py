"""A room's table of lawful moves: state × act → state. The room names states and acts; the database holds the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from zhuanmai.core.errors import Conflict


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


S = TypeVar("S", bound=Named)
A = TypeVar("A", bound=StrEnum)
Refusal = Callable[[S, A, str], str]  # where it stands, what was tried, where that belongs → the sentence


@dataclass(frozen=True)
class Move(Generic[S, A]):
    """One row: from these states, by this act, to that state (None: it stays), who may (empty: the system), article,
    terms that start."""

    act: A
    sources: tuple[S, ...]
    target: S | None
    permission: str
    article: str = ""
    starts: tuple[str, ...] = ()

    def after(self, state: str) -> str:
        """The state after it."""
        return self.target.value if self.target else state


@dataclass(frozen=True)
class Moves(Generic[S, A]):
    """All rows of a room: the enumeration that reads a state, and the sentence that refuses."""

    states: Callable[[str], S]
    rows: Sequence[Move[S, A]]
    refusal: Refusal[S, A]

    def allowed(self, state: str, act: A) -> bool:
        """Whether the act belongs to the state."""
        return self.states(state) in self._move(act).sources

    def require(self, state: str, act: A) -> Move[S, A]:
        """The move. Raises Conflict (wrong_state), which says where the thing stands and where the act belongs."""
        move, here = self._move(act), self.states(state)
        if here not in move.sources:
            raise Conflict("wrong_state", self.refusal(here, act, "、".join(source.zh for source in move.sources)))
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

    def _move(self, act: A) -> Move[S, A]:
        return next(move for move in self.rows if move.act == act)
