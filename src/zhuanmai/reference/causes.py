"""Case causes (案由) with their articles resolved, penalty ranges, and the thresholds of transfer and hearing."""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound
from zhuanmai.reference.citations import Citation, citation, citations_in, in_full
from zhuanmai.reference.models import Cause

__all__ = [
    "CauseFound", "Fine", "Threshold", "cause", "cause_row", "causes", "citation", "citations_in", "in_full",
    "thresholds",
]  # fmt: skip
_DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Fine:
    """The range of a fine: shares of `base` (0.05–0.10), or sums in CNY; `optional`: the statute says 可以."""

    base: str
    min: Decimal | None
    max: Decimal | None
    fixed_min: Decimal | None
    fixed_max: Decimal | None
    aggravated_min: Decimal | None
    aggravated_max: Decimal | None
    optional: bool

    @property
    def percent_min(self) -> Decimal | None:
        """The lower share in per cent."""
        return None if self.min is None else self.min * 100

    @property
    def percent_max(self) -> Decimal | None:
        """The upper share in per cent."""
        return None if self.max is None else self.max * 100


@dataclass(frozen=True)
class CauseFound:
    """A cause ready for use. `open_points`: articles still to be entered; `rest`: all else, as shipped."""

    code: str
    name: str
    english: str
    who: str
    violated: tuple[Citation, ...]
    penalised: tuple[Citation, ...]
    fine: Fine | None
    confiscate: tuple[str, ...]
    order: str
    simple_procedure: str
    decided_by: str
    decidable: bool
    certainty: str
    open_points: tuple[str, ...]
    rest: dict[str, Any]

    @property
    def violated_in_full(self) -> str:
        """The articles broken, as documents print them."""
        return in_full(self.violated)

    @property
    def penalised_in_full(self) -> str:
        """The articles that penalise, as documents print them."""
        return in_full(self.penalised)


@dataclass(frozen=True)
class Threshold:
    """A figure that, once reached, changes the path of a case: what is measured, from how much on, under which law."""

    code: str
    what: str
    measure: str
    at_least: Decimal
    unit: str
    kinds: tuple[str, ...]
    condition: str
    citations: tuple[Citation, ...]
    note: str


def cause(code: str, on: dt.date | None = None) -> CauseFound:
    """The cause with this code as it stands on a day (today). Raises NotFound (cause_unknown)."""
    return _found(cause_row(code, on))


def cause_row(code: str, on: dt.date | None = None) -> Cause:
    """The row of a cause in force on a day (today). Raises NotFound (cause_unknown)."""
    row = in_force(on).filter(code=code).first()
    if row is None:
        raise NotFound("cause_unknown", f"没有代码为 {code} 的案由；请从案由表中选择。", "causes")
    return row


def causes(on: dt.date | None = None) -> list[CauseFound]:
    """All causes as they stand on a day (today), in their order."""
    return [_found(row) for row in in_force(on).order_by("place", "code")]


def in_force(on: dt.date | None = None) -> QuerySet[Cause]:
    """Of each code the last row that had begun."""
    begun = Cause.objects.filter(Q(valid_from=None) | Q(valid_from__lte=on or today()))
    newest = begun.filter(code=OuterRef("code")).order_by(F("valid_from").desc(nulls_last=True)).values("pk")[:1]
    return Cause.objects.filter(pk=Subquery(newest))


@functools.cache
def thresholds() -> tuple[Threshold, ...]:
    """The thresholds of transfer to the police and of wholesale presumption, as data."""
    loaded = json.loads((_DATA / "thresholds.json").read_text(encoding="utf-8"))
    return tuple(
        Threshold(
            code=row["code"],
            what=row["what"],
            measure=row["measure"],
            at_least=Decimal(str(row["at_least"])),
            unit=row["unit"],
            kinds=tuple(row.get("kinds", ())),
            condition=row.get("condition", ""),
            citations=tuple(citations_in(row["law"])),
            note=row.get("note", ""),
        )
        for row in loaded["thresholds"]
    )


def open_points(texts: list[str]) -> list[str]:
    """The entries of an article list that name no article yet ("…, article and sum to be entered")."""
    return [text for text in texts if not citations_in(text)]


def _found(row: Cause) -> CauseFound:
    rest = row.rest
    return CauseFound(
        code=row.code,
        name=row.name,
        english=row.english,
        who=row.who,
        violated=tuple(one for text in row.violated for one in citations_in(text)),
        penalised=tuple(one for text in row.penalised for one in citations_in(text)),
        fine=_fine(row.fine),
        confiscate=tuple(rest.get("confiscate") or ()),
        order=rest["order"] if isinstance(rest.get("order"), str) else "",
        simple_procedure=rest.get("simple_procedure", "never"),
        decided_by=rest.get("decided_by", ""),
        decidable=rest.get("decidable", True),
        certainty=row.certainty,
        open_points=tuple(open_points([*row.violated, *row.penalised])),
        rest=rest,
    )


def _fine(data: dict[str, Any] | None) -> Fine | None:
    if not data:
        return None
    names = ("min", "max", "fixed_min", "fixed_max", "aggravated_min", "aggravated_max")
    numbers = {name: Decimal(str(data[name])) if data.get(name) is not None else None for name in names}
    base = str(data.get("base", "")).split(" (")[0]
    return Fine(base=base, optional=bool(data.get("optional")), **numbers)
