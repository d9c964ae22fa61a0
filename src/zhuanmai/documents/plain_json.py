"""Frozen dataclasses to plain JSON and back, by their type hints; strict, so that no fact is lost by a wrong name."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from zhuanmai.core.clock import SHANGHAI

_Facts = TypeVar("_Facts")


def encode(value: Any) -> Any:
    """Plain JSON of a dataclass: moments in Asia/Shanghai, decimals as strings; `from_` is written `from`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name.rstrip("_"): encode(getattr(value, field.name)) for field in fields(value)}
    match value:
        case tuple() | list():
            return [encode(part) for part in value]
        case dt.datetime():
            return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
        case dt.date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return value


@cache
def _types(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def decode(kind: type[_Facts], data: Any, path: str) -> _Facts:
    """A dataclass from plain JSON. Raises ValueError, naming the path, for an unknown name or a wrong form."""
    if not isinstance(data, dict):
        raise ValueError(f"{path}: an object is expected")
    hints = _types(typing.cast(Hashable, kind))
    known = {name.rstrip("_"): name for name in hints}
    if strange := set(data) - set(known):
        raise ValueError(f"{path}: no fact is named {', '.join(sorted(strange))}")
    return kind(**{known[name]: _decode_as(hints[known[name]], part, f"{path}.{name}") for name, part in data.items()})


def _decode_as(hint: Any, value: Any, path: str) -> Any:
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(option for option in hint.__args__ if option is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{path}: a list is expected")
        inner = typing.get_args(hint)[0]
        return tuple(_decode_as(inner, part, f"{path}[{index}]") for index, part in enumerate(value))
    if is_dataclass(hint):
        return decode(typing.cast(type, hint), value, path)
    return _decode_plain(hint, value, path)


def _decode_plain(hint: type, value: Any, path: str) -> Any:
    try:
        if hint is dt.datetime:
            return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        if hint is dt.date:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        if hint is Decimal:
            return Decimal(str(value))
    except (TypeError, ValueError, ArithmeticError) as wrong:
        raise ValueError(f"{path}: {value!r} is not a {hint.__name__}") from wrong
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ValueError(f"{path}: {value!r} is not a {hint.__name__}")
    return value
