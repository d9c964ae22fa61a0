"""What rooms register with a mechanism below them: one thing a key, none put in another's place, found by its key."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Registered(Generic[T]):
    """Things by key, in the order in which rooms registered them. `what` names one in errors: "the kind of subject"."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._known: dict[str, T] = {}

    def add(self, key: str, one: T) -> None:
        """Register it; the same again is nothing new. Raises ValueError if the key is taken by another."""
        if self._known.setdefault(key, one) is not one:
            raise ValueError(f"{self._what} {key} is registered already")

    def forget(self, key: str) -> None:
        """Take it back, for tests that register one of their own."""
        self._known.pop(key, None)

    def of(self, key: str) -> T:
        """The one with this key. Raises LookupError for one that no room registered."""
        try:
            return self._known[key]
        except KeyError:
            raise LookupError(f"no room registered {self._what} {key}") from None

    def get(self, key: str) -> T | None:
        """The one with this key, where there is one."""
        return self._known.get(key)

    def all(self) -> list[T]:
        """All of them, in the order in which they came."""
        return list(self._known.values())
