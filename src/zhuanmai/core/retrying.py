"""Acts that meet another one's locks: the database ends one of the two, and that one is simply done again."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError

P = ParamSpec("P")
R = TypeVar("R")
_TURNS = 6


def done_again(doing: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run an act that is idempotent and has a transaction of its own; again, a few times, after a deadlock."""
    for _ in range(_TURNS - 1):
        try:
            return doing(*args, **kwargs)
        except OperationalError as error:
            if "deadlock" not in str(error):
                raise
    return doing(*args, **kwargs)
