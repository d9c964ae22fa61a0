"""Which papers a subject needs now: rows of data, each with a condition and a source of keys that its room names.

A row: `paper` (code), `when` (the name of a condition; all of them where it is a list), and as needed `keys` (the name
of a source: one paper for each key that it gives), `key` (one fixed key), `first` (made before the others, which print
its number or that it exists). The order of the rows is that of the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

R = TypeVar("R")
ALWAYS = "always"


@dataclass(frozen=True)
class Row:
    """One row of the plan."""

    paper: str
    when: tuple[str, ...]
    keys: str = ""
    key: str = ""
    first: bool = False


@dataclass(frozen=True)
class Wanted:
    """A paper that a subject needs: its code, and the key that tells it from others of its kind."""

    code: str
    key: str = ""
    first: bool = False


@dataclass(frozen=True)
class Plan(Generic[R]):
    """The rows with what their names stand for. Raises ValueError for a name or code that nobody knows."""

    rows: tuple[Row, ...]
    conditions: Mapping[str, Callable[[R], bool]]
    sources: Mapping[str, Callable[[R], Iterable[str]]]
    codes: Collection[str]

    def __post_init__(self) -> None:
        for row in self.rows:
            if row.paper not in self.codes:
                raise ValueError(f"the plan wants {row.paper}, which has no form")
            if unknown := set(row.when) - {ALWAYS, *self.conditions}:
                raise ValueError(f"the plan's condition {sorted(unknown)} for {row.paper} is unknown")
            if row.keys and (row.keys not in self.sources or row.key):
                raise ValueError(
                    f"the plan's source of keys {row.keys} for {row.paper} is unknown, or one key is given"
                )

    def wanted(self, reading: R) -> Iterator[Wanted]:
        """The papers that the subject needs now, in the order of the file; each condition is asked once."""
        holds = {ALWAYS: True}
        for row in self.rows:
            for name in row.when:
                if name not in holds:
                    holds[name] = self.conditions[name](reading)
            if all(holds[name] for name in row.when):
                for key in self.sources[row.keys](reading) if row.keys else (row.key,):
                    yield Wanted(row.paper, key, row.first)


def rows_of(path: Path) -> tuple[Row, ...]:
    """The rows of a plan kept as JSON. Raises ValueError for a column that no row has."""
    found = []
    for given in json.loads(path.read_text(encoding="utf-8"))["plan"]:
        if strange := set(given) - {"paper", "when", "keys", "key", "first"}:
            raise ValueError(f"{path.name}: no row of a plan has {sorted(strange)}")
        when = given.get("when", ALWAYS)
        found.append(Row(**{**given, "when": (when,) if isinstance(when, str) else tuple(when)}))
    return tuple(found)
