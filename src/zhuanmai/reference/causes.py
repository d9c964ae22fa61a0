"""Case causes (案由) as they stand on a day, with their articles resolved and what these allow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound
from zhuanmai.reference.allowed import Allowed, Authority, Fine, Simple, Source, allowed, cited, is_open
from zhuanmai.reference.citations import Citation, in_full
from zhuanmai.reference.models import Cause

CAUSES_FILE = "case_causes.json"


@dataclass(frozen=True)
class CauseFound:
    """A cause ready for use. `allows`: what its article provides; `open_points`: articles still to be entered."""

    code: str
    name: str
    english: str
    who: str
    violated: tuple[Citation, ...]
    penalised: tuple[Citation, ...]
    allows: Allowed
    confiscate: tuple[str, ...]
    order: str
    decidable: bool
    certainty: str
    open_points: tuple[str, ...]

    @property
    def fine(self) -> Fine | None:
        """The range of the fine; None where the article gives none."""
        return self.allows.fine

    @property
    def simple_procedure(self) -> Simple:
        """Whether it may be decided on the spot."""
        return self.allows.simple

    @property
    def decided_by(self) -> Authority:
        """Who decides it; empty: the bureau."""
        return self.allows.decided_by

    @property
    def violated_in_full(self) -> str:
        """The articles broken, as documents print them."""
        return in_full(self.violated)

    @property
    def penalised_in_full(self) -> str:
        """The articles that penalise, as documents print them."""
        return in_full(self.penalised)


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


def source_of(row: Cause) -> Source:
    """Where a row's law comes from, as a refusal names it."""
    return Source("本局设定" if row.set_by_bureau else CAUSES_FILE, row.code)


def law_of(row: Cause) -> dict[str, Any]:
    """A row as the check of what it allows reads it."""
    return {**row.rest, "violated": row.violated, "penalised": row.penalised, "fine": row.fine}


def _found(row: Cause) -> CauseFound:
    rest, law, source = row.rest, law_of(row), source_of(row)
    allows, articles = allowed(law, source), cited(law, source)
    return CauseFound(
        code=row.code,
        name=row.name,
        english=row.english,
        who=row.who,
        violated=articles["violated"],
        penalised=articles["penalised"],
        allows=allows,
        confiscate=tuple(rest.get("confiscate") or ()),
        order=rest.get("order") or "",
        decidable=rest.get("decidable", True),
        certainty=row.certainty,
        open_points=tuple(text for text in (*row.violated, *row.penalised) if is_open(text)),
    )
