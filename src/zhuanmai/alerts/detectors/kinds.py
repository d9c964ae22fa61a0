"""What a detector is: a small pure function over the facts as of a week, and what an officer must know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from zhuanmai.alerts.arrays import Floats
from zhuanmai.alerts.facts import Facts

Columns = dict[str, Floats]
NEVER = 200.0  # weeks


@dataclass(frozen=True)
class Column:
    """One number that a detector says of every shop.

    `towards`: 1 more of it is more suspect, -1 the other way round, 0 either; for a detector's score the prior
    keeps to it. `words`: how a reason says it, with `{value}`, `{peers}` (the median of shops like it). `never`:
    how it says a value of `NEVER`, where the column counts weeks since something that may not have been.
    """

    name: str
    towards: int
    words: str
    digits: int = 1
    never: str = ""


@dataclass(frozen=True)
class Detector:
    """One family of traces. The first column is its score: what it would rank shops by if it stood alone."""

    name: str
    label: str
    words: str
    look_for: str
    offence: str
    needs: tuple[str, ...]
    columns: tuple[Column, ...]
    measure: Callable[[Facts, int], Columns]
    parameters: dict[str, float] = field(default_factory=dict)
