"""What the log takes in: a room registers its kind of subject, and each operation that officers make on such a one."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.db.models import Model

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import NotAllowed, NotFound, Refused
from zhuanmai.core.moves import Workflow
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Payload
from zhuanmai.fieldlog.work import Done, Work

S = TypeVar("S", bound=Any)
W = TypeVar("W", bound=Work[Any])
P = TypeVar("P", bound=Payload)
State = TypeVar("State", bound=Callable[..., dict[str, Any]])
Rule = Callable[[W], None]


class Merge(Enum):
    """What becomes of an operation that meets another tablet's on the same thing."""

    ADDS = "adds up: the same in any order, so it may also wait until it is taken in"
    LAST = "the last in the server's order stands; what was before is in the ledger"
    FIRST = "the first stands; the same again is done already"


@dataclass(frozen=True)
class Spec(Generic[W]):
    """One kind of operation: its payload's shape, what must hold before it, its handler, how it merges.

    `rule` raises NotAllowed or Conflict, or Waits: an act of the room's workflow (`by_act`), or the room's one rule for
    what is only recorded. `tallied`: the tablet's row counts them.
    """

    name: str
    shape: type[Payload]
    rule: Rule[W]
    handler: Callable[[W, Any, FieldOperation], Done]
    merge: Merge
    tallied: bool


@dataclass(frozen=True)
class Opening(Generic[S]):
    """The operation that makes a subject: its payload's shape, and what makes it, under the id that the tablet gave."""

    name: str
    shape: type[Payload]
    make: Callable[[Officer, uuid.UUID, Any, FieldOperation], tuple[S, Done]]


class Kind(ABC, Generic[S, W]):
    """A kind of subject. Its rows have `pk` and `cursor`, which counts what happened to them.

    `code`: as kept; `ledger`: its room, which names its kinds of entry (`fieldlog.entries`); `title`: what refusals
    call one; `model`: the table of its rows. A kind whose handlers change more than that
    row, or that is kept elsewhere, says itself what is locked, found, restored and kept.
    """

    code: ClassVar[str]
    ledger: ClassVar[str]
    title: ClassVar[str]
    model: ClassVar[type[Model]]

    def __init__(self) -> None:
        self._specs: dict[str, Spec[W]] = {}
        self._opening: Opening[S] | None = None
        self._state: Callable[..., dict[str, Any]] | None = None

    @abstractmethod
    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> S:
        """The subject. Raises NotFound where there is none, or none that this officer sees (`visible_to`)."""

    @abstractmethod
    def require_worker(self, officer: Officer, subject: S) -> None:
        """Raise NotAllowed unless the officer works on the subject now."""

    def require_take_over(self, subject: S, author: Officer | None, officer: Officer) -> None:
        """Raise NotAllowed (not_involved) unless the officer may send what the author made: both work on it."""
        if author is None or not self._works(author, subject) or not self._works(officer, subject):
            who = author.name if author else "原录入人"
            raise NotAllowed("not_involved", f"只有办理本{self.title}的人员之间可以接手；请等{who}登录上传。")

    def locked(self, subject_id: uuid.UUID) -> S | None:
        """The subject, held until the running transaction ends; None where there is none."""
        found: Any = self.model._default_manager.select_for_update(of=("self",)).filter(pk=subject_id).first()
        return cast(S | None, found)

    def not_opened(self) -> Refused:
        """What is said where there is no such subject, and nothing in the batch opens it."""
        return NotFound("not_opened", f"服务器上还没有本{self.title}；请先开始办理，或刷新后重试。")

    def opened_already(self, subject: S) -> Refused:
        """What is said to whoever opens it after another did."""
        return Refused("opened_already", f"本{self.title}已由他人开始办理，您的操作会并入同一{self.title}。")

    def work(self, subject: S, officer: Officer, tablet: uuid.UUID) -> W:
        """What handlers work on, nothing noted yet."""
        made: Any = Work(subject, officer, tablet)
        return cast(W, made)

    def found(self, work: W) -> None:
        """Note the rows that every operation may change, as an earlier transaction left them (`work.note`)."""
        work.note(work.subject)

    def restore(self, work: W) -> None:
        """Read again what a refused operation may have changed in memory: in the database it was rolled back."""
        kept = [one.attname for one in self.model._meta.concrete_fields if one.name != "cursor"]
        work.subject.refresh_from_db(fields=kept)

    def keep(self, subject: S) -> None:
        """Write the cursor down (and what `applied` counted)."""
        self.model._default_manager.filter(pk=subject.pk).update(cursor=subject.cursor)

    def guarded(self, work: W, spec: Spec[W]) -> AbstractContextManager[None]:
        """Around each handler: what must hold before and after it, whatever it does. It raises Refused at its end."""
        return nullcontext()

    def applied(self, work: W, spec: Spec[W]) -> None:
        """An operation was applied: count it, if the room counts any."""

    def case_of(self, subject_id: uuid.UUID) -> uuid.UUID | None:
        """The case that entries of the ledger are listed under, where the subject is one."""
        return None

    def facts(self, subject: S, facts: dict[str, Any]) -> dict[str, Any]:
        """Facts of an entry as they may stay for good (free text without the names of the subject's people)."""
        return facts

    def handles(
        self, name: str, shape: type[P], *, rule: Rule[W], merge: Merge = Merge.LAST, tallied: bool = False
    ) -> Callable[[Callable[[W, P, FieldOperation], Done]], Callable[[W, P, FieldOperation], Done]]:
        """Register the handler of an operation. Raises ValueError where it has one."""

        def register(handler: Callable[[W, P, FieldOperation], Done]) -> Callable[[W, P, FieldOperation], Done]:
            self._claim(name)
            self._specs[name] = Spec(name, shape, rule, handler, merge, tallied)
            return handler

        return register

    def opens(
        self, name: str, shape: type[P]
    ) -> Callable[
        [Callable[[Officer, uuid.UUID, P, FieldOperation], tuple[S, Done]]],
        Callable[[Officer, uuid.UUID, P, FieldOperation], tuple[S, Done]],
    ]:
        """Register the operation that makes a subject. Raises ValueError where there is one."""

        def register(
            make: Callable[[Officer, uuid.UUID, P, FieldOperation], tuple[S, Done]],
        ) -> Callable[[Officer, uuid.UUID, P, FieldOperation], tuple[S, Done]]:
            self._claim(name)
            if self._opening is not None:
                raise ValueError(f"{self.code} is opened by {self._opening.name} already")
            self._opening = Opening(name, shape, make)
            return make

        return register

    def answers(self, state: State) -> State:
        """Register what tells the state of a subject (with `cursor` and `officers`), for a reason where one is due."""
        self._state = state
        return state

    @property
    def opening(self) -> Opening[S]:
        """The operation that makes a subject. Raises LookupError where the room registered none."""
        if self._opening is None:
            raise LookupError(f"nothing opens a {self.code}")
        return self._opening

    def state_for(self, officer: Officer, subject: S, reason: str) -> dict[str, Any]:
        """The state that this officer is told. Raises LookupError where the room registered none."""
        if self._state is None:
            raise LookupError(f"nothing tells the state of a {self.code}")
        return self._state(officer, subject, reason)

    def spec(self, name: str) -> Spec[W]:
        """An operation by its name. Raises Refused (unknown_operation)."""
        try:
            return self._specs[name]
        except KeyError:
            detail = f"服务器不认识操作“{name}”；平板与服务器版本不一致，请刷新平板页面后重试。"
            raise Refused("unknown_operation", detail, "kind") from None

    def operations(self) -> list[str]:
        """The names of all its operations."""
        return sorted([*self._specs, *([self._opening.name] if self._opening else [])])

    def shape(self, name: str) -> type[Payload]:
        """The payload's shape of an operation. Raises Refused (unknown_operation)."""
        return self.opening.shape if name == self.opening.name else self.spec(name).shape

    def _works(self, officer: Officer, subject: S) -> bool:
        try:
            self.require_worker(officer, subject)
        except NotAllowed:
            return False
        return True

    def _claim(self, name: str) -> None:
        if name in self.operations():
            raise ValueError(f"the operation {name} has a handler already")


def by_act(flow: Workflow[Any, Any], act: Any) -> Rule[Any]:
    """The rule of an operation that is an act: the room's table says who may, in which state, by which article."""

    def rule(work: Work[Any]) -> None:
        flow.check(work.subject, act, work.asked)

    return rule
