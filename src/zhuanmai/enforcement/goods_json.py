"""The goods of a case as tablets and pages show them: lines with their past, sums, thresholds, codes, samples."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

from zhuanmai.accounts.queries import names
from zhuanmai.core.clock import SHANGHAI, to_local
from zhuanmai.core.units import plain
from zhuanmai.enforcement import totals
from zhuanmai.enforcement.goods_shapes import CartonCode, Change, Kind, Line, Threshold, Totals, UnknownGoods
from zhuanmai.enforcement.goods_shapes import Sample as SampleShape
from zhuanmai.enforcement.models import CartonCodeRead, Case, ItemLine, LineHistory, Party, Sample
from zhuanmai.enforcement.operations.goods import FIELDS
from zhuanmai.enforcement.thresholds import Hearing, Licence, lights
from zhuanmai.reference import causes as causes_of_law
from zhuanmai.reference import figures, licensees
from zhuanmai.reference.thresholds import thresholds


def lines_state(case: Case, lines: list[ItemLine], codes: list[CartonCodeRead], samples: list[Sample]) -> list[Line]:
    """The lines that are there, each with its codes, samples and past."""
    by_line: dict[uuid.UUID, list[str]] = defaultdict(list)
    for code in codes:
        by_line[code.line_id].append(str(code.pk))
    taken = {row.line_id: [plain(row.cartons)] for row in samples}
    past = _history(case)
    people = names({line.changed_by for line in lines})
    return [
        _line(totals.computed(line), by_line[line.pk], taken.get(line.pk, []), past[line.pk], people)
        for line in totals.present(lines)
    ]


def _line(
    one: totals.LineSum, codes: list[str], samples: list[str], past: list[Change], people: Mapping[uuid.UUID, str]
) -> Line:
    line = one.line
    return {
        "id": str(line.pk),
        "party_id": str(line.party_id) if line.party_id else None,
        "product_id": str(line.product_id) if line.product_id else None,
        "barcode": line.barcode,
        "tail": line.barcode[-6:],
        "name": line.name,
        "description": line.description,
        "goods": line.goods,
        "kind": cast("Kind | None", line.kind or None),
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "cartons": _text(one.cartons),
        "sticks": None if one.sticks is None else int(one.sticks),
        "price": None if line.price is None else str(line.price),
        "per": line.per,
        "price_mark": line.price_mark,
        "price_reason": line.price_reason,
        "price_basis": line.price_basis,
        "value": None if one.value is None else str(one.value),
        "note": line.note,
        "listed": line.listed,
        "packs_per_carton": line.packs_per_carton,
        "sticks_per_carton": line.sticks_per_carton,
        "bag_no": line.bag_no,
        "strip_no": line.strip_no,
        "outcome": line.outcome or None,
        "version": line.version,
        "last_at": iso(line.last_at),
        "codes": codes,
        "samples": samples,
        "changed_by": people.get(line.changed_by) if line.changed_by else None,
        "history": past,
    }


def _history(case: Case) -> dict[uuid.UUID, list[Change]]:
    rows = list(LineHistory.objects.filter(line__case=case, field__in=list(FIELDS)))
    people = names({row.by_id for row in rows})
    found: dict[uuid.UUID, list[Change]] = defaultdict(list)
    for row in rows:
        found[row.line_id].append(
            {
                "field": row.field,
                "words": FIELDS[row.field],
                "before": row.before,
                "after": row.after,
                "by": people.get(row.by_id),
                "at": iso(row.at),
            }
        )
    return found


def unknown_state(lines: list[ItemLine]) -> list[UnknownGoods]:
    """Barcodes that were counted and not named yet."""
    return [
        {"barcode": line.barcode, "n": plain(line.quantity), "status": "waiting", "line_id": str(line.pk)}
        for line in lines
        if line.quantity > 0 and not line.is_named
    ]


def totals_state(sums: totals.Totals) -> Totals:
    """The sums."""
    return {
        "lines": sums.lines,
        "cartons": plain(sums.cartons),
        "sticks": int(sums.sticks),
        "value": str(sums.value.quantize(Decimal("0.01"))),
        "by_kind": {kind: plain(cartons) for kind, cartons in sums.by_kind.items()},
        "unpriced": sums.unpriced,
        "without_sticks": sums.without_sticks,
        "other_units": [{"unit": unit, "quantity": plain(n)} for unit, n in sums.other_units.items()],
    }


def lights_state(case: Case, sums: totals.Totals, parties: list[Party], codes: list[str]) -> list[Threshold]:
    """The thresholds that light up."""
    day = _day_of_visit(case)
    chosen = [cause for cause in causes_of_law.causes(day) if cause.code in codes] if codes else []
    row = figures.hearing_threshold(case.bureau, parties[0].kind if parties else "", day)
    hearing = Hearing(row.fine, row.confiscation, row.article, row.source) if row else None
    found = lights(
        sums,
        causes=chosen,
        thresholds=thresholds(),
        licence=Licence(holds_licence(case, parties)),
        hearing=hearing,
    )
    return [cast("Threshold", vars(light)) for light in found]


def holds_licence(case: Case, parties: Iterable[Party]) -> bool | None:
    """Whether a party holds a tobacco licence on the day of the case; None while nobody is entered."""
    known = list(parties)
    if not known:
        return None
    day = _day_of_visit(case)
    for party in known:
        if not party.licence_no:
            continue
        row = licensees.by_licence_no(party.licence_no)
        in_force = row is None or row.status in ("valid", "suspended")
        if in_force and (party.licence_valid_to is None or party.licence_valid_to >= day):
            return True
    return False


def _day_of_visit(case: Case) -> dt.date:
    """The day whose law and figures the case is shown by."""
    return to_local(case.inspection.began_at or case.opened_at).date()


def code_state(code: CartonCodeRead) -> CartonCode:
    """A carton code as it was read and judged."""
    return {
        "id": str(code.pk),
        "line_id": str(code.line_id),
        "sorted_on": code.sorted_on.isoformat(),
        "row1": code.row1,
        "row2": code.row2,
        "company": code.company,
        "licence_no": code.licence_no,
        "means": code.means,
        "words": code.words,
        "shop_name": code.shop_name,
        "notices": code.notices,
        "confidence": code.confidence,
    }


def sample_state(row: Sample) -> SampleShape:
    """A sample."""
    return {
        "line_id": str(row.line_id),
        "base": plain(row.base),
        "cartons": plain(row.cartons),
        "purpose": row.purpose,
        "method": row.method,
        "packing_form": row.packing_form,
        "state": row.state,
        "sample_no": row.sample_no,
        "sealed": row.sealed,
    }


def iso(moment: dt.datetime | None) -> str | None:
    """A moment in the bureau's time, to the second."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else None


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
