"""What became of each paper of a set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Became(StrEnum):
    """What became of one paper: made anew, corrected (a new version of a sealed one), as it was, or why not.

    `settled`: the facts have changed, but all its approvers have spoken; it changes by correction only.
    """

    MADE = "made"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    SETTLED = "settled"


@dataclass(frozen=True)
class Outcome:
    """One paper of a set: what it is, what became of it, and why it was not made (in words that say what to do).

    `field`: the path of the fact that it fails of, where it is one. `is_sealed`: the paper stands sealed as it was.
    """

    code: str
    key: str
    name: str
    became: Became
    why: str = ""
    field: str = ""
    is_sealed: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the paper is as the facts have it."""
        return self.became not in (Became.INCOMPLETE, Became.FAILED, Became.SETTLED)
