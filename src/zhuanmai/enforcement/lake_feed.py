"""What the lake is told of filed cases: the case, its parties, its goods with the carton codes read on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from zhuanmai.core.clock import to_local
from zhuanmai.core.goods import GoodsKind
from zhuanmai.enforcement.models import CartonCodeRead, Case, ItemLine, Party
from zhuanmai.enforcement.procedure import State
from zhuanmai.enforcement.totals import computed, present, total
from zhuanmai.lake.services import LAKE_ID, feed
from zhuanmai.ledger.services import append
from zhuanmai.reference import barcodes

# A penalty decided on the spot is a case too. Its number is the clue's, as the visit's outcome says it.
RESULTS = {
    State.FILED: "open",
    State.DECIDED_ON_THE_SPOT: "penalty",
    State.SERVED: "penalty",
    State.RECORDED: "penalty",
}
_CODES_A_LINE = 10_000
Row = tuple[Any, ...]


class CaseBook:
    """Implements `ports.CaseBook`."""

    def hand_over(self) -> int:
        """Write every case that was filed or changed since into the lake."""
        return hand_over()


def hand_over() -> int:
    """Write the filed cases that the lake does not know as they are now; returns how many. Raises Refused as `feed`.

    What was written twice, because something stopped between the lake and the mark, changes nothing.
    """
    waiting = _waiting()
    if not waiting:
        return 0
    marks = {case.pk: _mark(case) for case in waiting}
    rows: dict[str, list[Row]] = {"cases": [], "case_parties": [], "case_items": []}
    for case in waiting:
        rows["cases"].append(case_row(case))
        rows["case_parties"] += party_rows(case)
        rows["case_items"] += item_rows(case)
    fed = [feed(table=table, source="filed", rows=made) for table, made in rows.items() if made]
    with transaction.atomic():
        for case_id, mark in marks.items():
            Case.objects.filter(pk=case_id).update(handed_over=mark)
        facts = {
            "count": len(waiting),
            "files": [one.file_name for one in fed],
            "numbers": [case_no(case) for case in waiting],
        }
        append("enforcement.handed_over", actor_id=None, object_kind="lake", object_id=LAKE_ID, facts=facts)
    return len(waiting)


def _waiting() -> list[Case]:
    """The filed cases that are not as the lake knows them, whole."""
    filed = Case.objects.filter(state__in=list(RESULTS)).only("state", "cursor", "number", "handed_over")
    new = [case.pk for case in filed if case.handed_over != _mark(case)]
    goods = Prefetch("lines", ItemLine.objects.order_by("created_at", "pk"))
    codes = Prefetch("codes", CartonCodeRead.objects.order_by("created_at", "pk"))
    parties = Prefetch("parties", Party.objects.order_by("created_at", "pk"))
    found = Case.objects.filter(pk__in=new).select_related("inspection")
    return list(found.prefetch_related(goods, codes, parties, "causes").order_by("clue_no"))


def _mark(case: Case) -> str:
    """What the lake remembers of a case handed over; it differs once anything has happened to the case."""
    return f"{case.state}/{case.cursor}/{case.number}"


def case_no(case: Case) -> str:
    """The number under which the lake knows a case."""
    return case.number or case.clue_no


def case_row(case: Case) -> Row:
    """A case as its row of the lake's `cases`."""
    visit, sums = case.inspection, total(case.lines.all())
    causes = [cause.code for cause in case.causes.all()]
    return (
        case_no(case), _filed_on(case), causes[0] if causes else "", _digits(visit.district_code, 6), visit.address,
        visit.longitude, visit.latitude, f"{sums.value:.2f}", f"{sums.cartons:f}", RESULTS[State(case.state)],
    )  # fmt: skip


def _filed_on(case: Case) -> dt.date:
    """The filing date; of a penalty on the spot the day on which it was decided."""
    if case.filed_on:
        return case.filed_on
    return to_local(dt.datetime.fromisoformat((case.simple or {})["decided_at"])).date()


def party_rows(case: Case) -> Iterator[Row]:
    """Rows of `case_parties`. A party keeps its place: one that was taken out is an empty row."""
    for seq, one in enumerate(case.parties.all(), 1):
        said = (one.name, one.id_no, one.phone, one.address, "", _digits(one.licence_no, 12))
        yield (case_no(case), seq, "party", *(said if one.removed_at is None else ("",) * len(said)))


def item_rows(case: Case) -> Iterator[Row]:
    """Rows of `case_items`: of each line one for every carton whose code was read, and one for the rest.

    Lines and codes keep their places: what was taken out, or counts no more, is a row of 0 cartons.
    """
    codes: dict[Any, list[CartonCodeRead]] = {}
    for code in case.codes.all():
        codes.setdefault(code.line_id, []).append(code)
    for at, line in enumerate(case.lines.all(), 1):
        read = codes.get(line.pk, [])
        counts = bool(present([line]))
        cartons = computed(line).cartons if counts else 0
        valid = sum(code.removed_at is None for code in read) if counts else 0
        rest = "" if cartons is None else f"{max(cartons - valid, 0):f}"
        head = case_no(case), at * _CODES_A_LINE
        what = _digits(line.barcode, 13) if barcodes.is_valid(line.barcode) else ""
        kind = line.kind if line.kind != GoodsKind.TO_TEST else ""
        yield (*head, what, rest, kind, "")
        for place, code in enumerate(read, 1):
            told = counts and code.removed_at is None
            yield (head[0], head[1] + place, what, int(told), kind, code.row1 + code.row2 if told else "")


def _digits(text: str, length: int) -> str:
    """A number as the lake takes it, or nothing."""
    return text if len(text) == length and text.isascii() and text.isdigit() else ""
