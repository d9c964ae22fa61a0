"""The table of operations: kind → payload, act of the procedure, handler. Handlers register themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.models import FieldOperation
from zhuanmai.enforcement.operations.payloads import Payload
from zhuanmai.enforcement.operations.work import Done, Work
from zhuanmai.enforcement.procedure import Act

P = TypeVar("P", bound=Payload)
Handler = Callable[[Work, Any, FieldOperation], Done]


@dataclass(frozen=True)
class Entry:
    """One kind of operation: its payload's shape, the act that the case's state must allow (None: any), its handler."""

    kind: str
    shape: type[Payload]
    act: Act | None
    handler: Handler


_entries: dict[str, Entry] = {}


def handles(
    kind: str, shape: type[P], act: Act | None = Act.ENTER_FACTS
) -> Callable[[Callable[[Work, P, FieldOperation], Done]], Callable[[Work, P, FieldOperation], Done]]:
    """Register the handler of a kind."""

    def register(handler: Callable[[Work, P, FieldOperation], Done]) -> Callable[[Work, P, FieldOperation], Done]:
        if kind in _entries:
            raise ValueError(f"the operation {kind} has a handler already")
        _entries[kind] = Entry(kind, shape, act, handler)
        return handler

    return register


def entry(kind: str) -> Entry:
    """The entry of a kind. Raises Refused (unknown_operation)."""
    try:
        return _entries[kind]
    except KeyError:
        detail = f"服务器不认识操作“{kind}”；平板与服务器版本不一致，请刷新平板页面后重试。"
        raise Refused("unknown_operation", detail, "kind") from None


def kinds() -> list[str]:
    """All kinds of operation."""
    return sorted(_entries)
