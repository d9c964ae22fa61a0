"""What a detector is: a small pure function over the facts as of a week, and what an officer must know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Floats

Columns = dict[str, Floats]
NEVER = 200.0  # weeks


class Spoken(StrEnum):
    """How a number is said. `RISE` and `FALL` are logarithms of a ratio, said in percent: more, or less, than before.

    `AGO`: weeks since something, `NEVER` for not at all. `YES` is said without a number. A `BLEND` mixes several
    traces: it ranks well but tells an officer little, so a reason leads with it only where the detector's other
    numbers stand at the usual. `ASIDE` means something beside the others only: alone it is no reason.
    """

    NUMBER = "number"
    PERCENT = "percent"
    RISE = "rise"
    FALL = "fall"
    AGO = "ago"
    YES = "yes"
    BLEND = "blend"
    ASIDE = "aside"


@dataclass(frozen=True)
class Column:
    """One number that a detector says of every shop.

    `towards`: 1 more of it is more suspect, -1 the other way round, 0 either; for a detector's score the prior
    keeps to it. `words`: how a reason says it, with `{value}`, `{peers}` (the median of shops like it). `other`: how
    it says a value below zero (without its sign), or something that never was.
    """

    name: str
    towards: int
    words: str
    digits: int = 1
    other: str = ""
    spoken: Spoken = Spoken.NUMBER


@dataclass(frozen=True)
class Detector:
    """One family of traces. The first column is its score: what it would rank shops by if it stood alone.

    `parameters`: in words, with their values. `hears`: whether its numbers move with what own visits find.
    """

    name: str
    label: str
    words: str
    look_for: str
    offence: str
    needs: tuple[str, ...]
    columns: tuple[Column, ...]
    measure: Callable[[Facts, int], Columns]
    parameters: dict[str, float] = field(default_factory=dict)
    hears: bool = False
