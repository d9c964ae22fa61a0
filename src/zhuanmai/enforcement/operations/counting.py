"""Counting: scans and keyed quantities add up in any order; undo takes back one's own; closing and going on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.core.units import Unit, plain
from zhuanmai.enforcement import totals
from zhuanmai.enforcement.models import Goods, ItemLine
from zhuanmai.enforcement.operations.cases import CASES, CaseWork
from zhuanmai.enforcement.operations.rules import closing, counting, only_recorded, reopening
from zhuanmai.enforcement.procedure import KIND, Act
from zhuanmai.enforcement.quantities import unit_of
from zhuanmai.enforcement.valuation import UNPRICED
from zhuanmai.enforcement.workflow import FLOW
from zhuanmai.fieldlog.applying import take_in_waiting
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Count, Id, Number, Payload, Text
from zhuanmai.fieldlog.queries import operations_of, tablets_of
from zhuanmai.fieldlog.subjects import Merge
from zhuanmai.fieldlog.work import Done
from zhuanmai.reference import catalogue
from zhuanmai.reference.catalogue import Listed
from zhuanmai.reference.identify import Status, identify
from zhuanmai.reference.models import Product

_UNDOABLE = ("scan", "quantity.difference")
_STILL_THERE = dt.timedelta(hours=12)
_MISREAD = frozenset({Status.MISREAD, Status.NOT_A_BARCODE})
_COUNTED_PACKING = (10, 200)


class Scan(Payload):
    """scan."""

    barcode: Annotated[Text, Field(max_length=40)] = ""
    n: Count = Decimal(1)
    unit: Text = ""
    via: Text = "gun"
    product_id: Id = None
    party_id: Id = None


@CASES.handles("scan", Scan, rule=counting, merge=Merge.ADDS, tallied=True)
def scan(work: CaseWork, payload: Scan, operation: FieldOperation) -> Done:
    """A scan adds up. Raises Refused: misread, not_a_barcode, ambiguous (choose), not_whole; Waits when closed."""
    line, usual = _line_for(work, payload, operation)
    unit = unit_of(payload.unit) if payload.unit else usual
    if line.unit == Unit.STICK and line.goods == Goods.CIGAR and unit is Unit.CARTON and not line.sticks_per_carton:
        unit = Unit.STICK
    totals.counted(line).check_whole(payload.n, unit, "n")
    added = _add(work, line, payload.n, unit)
    facts = {
        "barcode": payload.barcode,
        "n": plain(payload.n),
        "unit": unit.zh,
        "name": line.name or "未识别",
        "via": payload.via,
        "line_id": str(line.pk),
    }
    return _counted(facts, line, added)


class Difference(Payload):
    """quantity.difference."""

    line_id: uuid.UUID
    unit: Text = ""
    difference: Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000)]
    seen: Number = None


@CASES.handles("quantity.difference", Difference, rule=counting, merge=Merge.ADDS)
def quantity_difference(work: CaseWork, payload: Difference, operation: FieldOperation) -> Done:
    """A keyed quantity, as the difference from what was seen. Raises Refused: below_zero (both values), not_whole."""
    line = work.require_line(payload.line_id)
    unit = unit_of(payload.unit) if payload.unit else Unit(line.unit)
    totals.counted(line).check_whole(payload.difference, unit, "difference")
    added = _add(work, line, payload.difference, unit, seen=payload.seen)
    facts = {
        "name": line.name or line.barcode,
        "difference": f"{payload.difference:+f}",
        "unit": unit.zh,
        "line_id": str(line.pk),
        "seen": None if payload.seen is None else plain(payload.seen),
    }
    return _counted(facts, line, added)


def _counted(facts: dict[str, Any], line: ItemLine, added: Decimal) -> Done:
    effect = {"line_id": str(line.pk), "added": str(added)}
    return Done(facts, [line], effect=effect, object_kind="line", object_id=line.pk)


class Undo(Payload):
    """undo."""

    operation_id: uuid.UUID


@CASES.handles("undo", Undo, rule=only_recorded, merge=Merge.ADDS)
def undo(work: CaseWork, payload: Undo, operation: FieldOperation) -> Done:
    """Take back one's own count. Raises Refused: nothing_to_undo, other_tablet, undone_already, signed, below_zero."""
    target = operations_of(KIND, work.case.pk).filter(pk=payload.operation_id).first()
    if target is None or target.status == FieldOperation.Status.REFUSED:
        raise Refused("nothing_to_undo", "要撤销的那一步没有生效，无需撤销。", "operation_id")
    if target.tablet != work.tablet:
        raise Refused("other_tablet", "只能撤销本平板的操作；请在原平板上撤销，或直接改数。", "operation_id")
    if target.undone_by:
        raise Refused("undone_already", "这一步已经撤销过了。", "operation_id")
    if target.kind not in _UNDOABLE:
        raise Refused("not_undoable", "这一步不能撤销；请直接改回。", "operation_id")
    work.note(target)
    if target.status in (FieldOperation.Status.PENDING, FieldOperation.Status.HELD):
        target.status, target.code, target.detail = FieldOperation.Status.REFUSED, "undone", "已撤销，不再并入。"
        what, rows = "待并入的一步", []
    else:
        work.require_unsigned()
        counting(work)
        line = work.require_line(uuid.UUID(target.effect["line_id"]))
        _add(work, line, -Decimal(target.effect["added"]), Unit(line.unit))
        what, rows = line.name or line.barcode, [line]
    target.undone_by = operation.pk
    target.save(update_fields=["status", "code", "detail", "undone_by"])
    return Done({"what": what, "undone": str(target.pk)}, [target, *rows], object_kind="operation", object_id=target.pk)


class CountingClose(Payload):
    """counting.close."""

    override_reason: Text = ""


@CASES.handles("counting.close", CountingClose, rule=closing, merge=Merge.FIRST)
def close(work: CaseWork, payload: CountingClose, operation: FieldOperation) -> Done:
    """Close counting; the first wins. Raises Refused (unsent) while a known tablet has unsent operations."""
    case = work.case
    if case.is_closed:
        sums = totals.total(case.lines.all())
        return Done({"lines": sums.lines, "cartons": plain(sums.cartons), "fact_version": case.fact_version})
    waiting = _unsent(work)
    if waiting and not payload.override_reason:
        detail = f"等{'、'.join(waiting)}未传完；请等它们传完，或写明理由后强制结束。"
        raise Refused("unsent", detail, "override_reason")
    FLOW.do(case, Act.CLOSE_COUNTING, actor=work.asked)
    case.counting_closed_at, case.counting_closed_by = now(), work.officer
    case.fact_version += 1
    case.save(update_fields=["counting_closed_at", "counting_closed_by", "fact_version", "state"])
    sums = totals.total(case.lines.all())
    facts = {
        "lines": sums.lines,
        "cartons": plain(sums.cartons),
        "fact_version": case.fact_version,
        "override_reason": payload.override_reason,
    }
    return Done(facts, [case])


class CountingReopen(Payload):
    """counting.reopen."""

    reason: Text = ""


@CASES.handles("counting.reopen", CountingReopen, rule=reopening, merge=Merge.FIRST)
def reopen(work: CaseWork, payload: CountingReopen, operation: FieldOperation) -> Done:
    """Go on counting: what waited is merged now, in the server's order. Raises Refused: signed, reason_missing."""
    case = work.case
    if not case.is_closed:
        return Done({"reason": payload.reason, "merged": 0})
    work.require_unsigned()
    if not payload.reason:
        raise Refused("reason_missing", "请写明继续清点的原因。", "reason")
    FLOW.do(case, Act.REOPEN_COUNTING, actor=work.asked)
    case.counting_closed_at, case.counting_closed_by = None, None
    case.save(update_fields=["counting_closed_at", "counting_closed_by", "state"])
    merged, rows = take_in_waiting(CASES, work)
    return Done({"reason": payload.reason, "merged": merged}, [case, *rows])


def _unsent(work: CaseWork) -> list[str]:
    """The other tablets that are known to have unsent operations: 乙 3 项."""
    held = operations_of(KIND, work.case.pk).filter(status=FieldOperation.Status.HELD).exclude(tablet=work.tablet)
    counts = Counter(held.values_list("tablet", flat=True))
    known = tablets_of(KIND, work.case.pk).filter(Q(unsent__gt=0) | Q(tablet__in=list(counts)))
    others = known.filter(last_seen__gte=now() - _STILL_THERE).exclude(tablet=work.tablet)
    return [f"{one.officer.name} {max(one.unsent, counts[one.tablet])} 项" for one in others]


def _add(work: CaseWork, line: ItemLine, amount: Decimal, unit: Unit, seen: Decimal | None = None) -> Decimal:
    """Add to a line; returns what was added in the line's own unit."""
    added = totals.counted(line).in_own_unit(amount, unit)
    after = line.quantity + added
    if after < 0:
        own = Unit(line.unit).zh
        saw = f"，您看到的是 {plain(seen)}" if seen is not None else ""
        name = line.name or line.barcode
        detail = (
            f"{name}现有 {plain(line.quantity)} {own}{saw}，再减 {plain(-added)} {own}就少于 0；请核对实物后选一个数。"
        )
        raise Refused("below_zero", detail, "difference")
    line.quantity = after
    line.version += 1
    line.changed_by, line.last_at = work.officer.pk, now()
    line.save(update_fields=["quantity", "version", "changed_by", "last_at"])
    return added


def _line_for(work: CaseWork, payload: Scan, operation: FieldOperation) -> tuple[ItemLine, Unit]:
    """The line that a scan counts on, made if need be, and the packing unit that its barcode names."""
    case, party = work.case, payload.party_id or ""
    if payload.product_id is None and payload.barcode:
        line = work.line(derived_id(case.pk, party, payload.barcode))
        if line is not None and line.barcode == payload.barcode and not line.shared:
            return line, Unit.CARTON
    return _identified_line(work, payload, operation)


def _identified_line(work: CaseWork, payload: Scan, operation: FieldOperation) -> tuple[ItemLine, Unit]:
    day = work.day_of(operation)
    if payload.product_id is not None:
        product, unit, shared = _chosen(payload, day)
    else:
        found = identify(payload.barcode, day)
        if found.status in _MISREAD:
            raise Refused(found.status.value, found.message, "barcode")
        if found.status is Status.AMBIGUOUS:
            raise Refused("ambiguous", found.message, "product_id")
        if found.candidate is None:
            return _unknown_line(work, found.barcode, payload.party_id), Unit.CARTON
        product, unit, shared = found.candidate.product, found.candidate.unit, False
    line = _product_line(work, product, payload.party_id, day)
    if shared and not line.shared:
        line.shared = True
        line.save(update_fields=["shared"])
    return line, unit


def _chosen(payload: Scan, day: dt.date) -> tuple[Product, Unit, bool]:
    """The product that was chosen, in the unit that its barcode names, and whether the barcode names others too."""
    product = catalogue.product(payload.product_id) if payload.product_id else None
    if product is None:
        raise Refused("no_product", "没有选定品规；请重新选择。", "product_id")
    if payload.unit or not payload.barcode:
        return product, Unit.CARTON, not payload.barcode
    candidates = identify(payload.barcode, day).candidates
    unit = next((one.unit for one in candidates if one.product.pk == product.pk), Unit.CARTON)
    return product, unit, len(candidates) > 1


def _unknown_line(work: CaseWork, barcode: str, party_id: uuid.UUID | None) -> ItemLine:
    line_id = derived_id(work.case.pk, party_id or "", barcode)
    line = work.line(line_id)
    if line is None:
        line = made(work, line_id, barcode, party_id)
        line.save(force_insert=True)
        work.keep(line)
    return line


def made(work: CaseWork, line_id: uuid.UUID, barcode: str, party_id: uuid.UUID | None) -> ItemLine:
    """A new line of goods that the catalogue does not know (not saved yet)."""
    return ItemLine(
        id=line_id,
        case=work.case,
        party=work.party(party_id),
        place_in_case=work.next_place(),
        barcode=barcode,
        price_mark=UNPRICED,
        listed=False,
        changed_by=work.officer.pk,
    )


def _product_line(work: CaseWork, product: Product, party_id: uuid.UUID | None, day: dt.date) -> ItemLine:
    listed = catalogue.listed_on(day, only=Q(pk=product.pk))[0]
    carton = listed.code("carton")
    line_id = derived_id(work.case.pk, party_id or "", carton or product.pk)
    line = work.line(line_id)
    if line is not None and line.product_id not in (None, product.pk):
        line_id = derived_id(work.case.pk, party_id or "", product.pk)  # two products under one carton barcode
        line = work.line(line_id)
    if line is None:
        line = made(work, line_id, carton, party_id)
        _describe(line, listed, day)
        line.save(force_insert=True)
        work.keep(line)
    return line


def _describe(line: ItemLine, listed: Listed, day: dt.date) -> None:
    """Name, packing and price of a catalogue product, fixed on the day of entry."""
    product, price = listed.product, listed.price
    cigar = product.kind == Product.Kind.CIGAR
    line.product_id, line.name, line.listed = product.pk, product.name, True
    line.goods = Goods.CIGAR if cigar else Goods.CIGARETTE
    line.packs_per_carton = product.packs_per_carton or (None if cigar else _COUNTED_PACKING[0])
    line.sticks_per_carton = product.sticks_per_carton or (None if cigar else _COUNTED_PACKING[1])
    line.unit = Unit.STICK if cigar and price.per == Unit.STICK and not line.sticks_per_carton else Unit.CARTON
    line.price, line.per, line.price_mark, line.price_basis = price.amount, price.per, price.mark, price.basis_source
    if price.catalogue_id is not None:
        line.price_catalogue = {
            "id": str(price.catalogue_id),
            "title": price.catalogue_title,
            "issuer": price.issuer,
        }
    line.priced_on = day
