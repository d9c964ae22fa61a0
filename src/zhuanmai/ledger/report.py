"""What verification says: each thing that is wrong, where, and against what; and what was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with an entry or a row."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    SWAPPED = "swapped"

    @property
    def zh(self) -> str:
        """The fault in words."""
        return {"altered": "被改动", "missing": "缺失", "inserted": "被插入", "swapped": "被互换"}[self.value]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (an entry's number, or table and key), the fault, and against what."""

    where: str
    fault: Fault
    against: str

    def __str__(self) -> str:
        return f"{self.where}{self.fault.zh}（{self.against}）"


@dataclass
class Report:
    """The outcome: entries, entries outside the head, erased personal parts, rows, the problems, a line an anchor."""

    entries: int = 0
    outside: int = 0
    erased: int = 0
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def entries_named(first: int, last: int) -> str:
    """One entry, or a run of them, as a problem names it."""
    return f"第 {first} 条记录" if first == last else f"第 {first}–{last} 条记录"
