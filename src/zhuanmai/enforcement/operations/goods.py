"""What lines say of themselves: kind, price, name; split; unlisted goods; carton codes; samples."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.core.units import Unit, plain
from zhuanmai.enforcement import totals
from zhuanmai.enforcement.models import (
    CartonCodeRead,
    Goods,
    ItemLine,
    LineHistory,
    Party,
    Photo,
    Sample,
)
from zhuanmai.enforcement.operations.cases import CASES, CaseWork
from zhuanmai.enforcement.operations.counting import made
from zhuanmai.enforcement.operations.rules import entering_facts, only_recorded
from zhuanmai.enforcement.quantities import unit_of
from zhuanmai.enforcement.valuation import BY_GOODS, BY_HAND, UNPRICED
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Count, Id, Payload, Text, nothing
from zhuanmai.fieldlog.work import Done
from zhuanmai.reference import carton_codes, figures

FIELDS = {
    "kind": "类别",
    "price": "单价",
    "price_reason": "定价理由",
    "per": "计价单位",
    "name": "品名",
    "description": "说明",
    "goods": "物品种类",
    "sticks_per_carton": "每条支数",
    "packs_per_carton": "每条包数",
    "note": "备注",
    "bag_no": "封袋号",
    "strip_no": "封条号",
}


class LineSet(Payload):
    """line.set."""

    line_id: uuid.UUID
    kind: Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test", "", None] = None
    price: Annotated[Annotated[Decimal, Field(gt=0, le=100_000_000)] | None, BeforeValidator(nothing)] = None
    price_reason: Annotated[Text, Field(max_length=200)] = ""
    per: Text = ""
    name: Annotated[Text, Field(max_length=120)] = ""
    description: Annotated[Text, Field(max_length=300)] = ""
    goods: Text = ""
    sticks_per_carton: Annotated[Annotated[int, Field(gt=0, le=2000)] | None, BeforeValidator(nothing)] = None
    packs_per_carton: Annotated[Annotated[int, Field(gt=0, le=200)] | None, BeforeValidator(nothing)] = None
    note: Annotated[Text, Field(max_length=300)] = ""
    bag_no: Annotated[Text, Field(max_length=40)] = ""
    strip_no: Annotated[Text, Field(max_length=40)] = ""


@CASES.handles("line.set", LineSet, rule=entering_facts)
def line_set(work: CaseWork, payload: LineSet, operation: FieldOperation) -> Done:
    """The last by server order wins, the earlier value stays in the history. Raises Refused: signed, price_reason."""
    work.require_unsigned()
    line = work.require_line(payload.line_id)
    changes = payload.given(*FIELDS)
    if "kind" in changes:
        changes["kind"] = changes["kind"] or ""
    if "name" in changes and not changes["name"]:
        raise Refused("name_missing", "品名不能为空；请写出包装上的名称。", "name")
    if changes.get("goods") and changes["goods"] not in Goods.values:
        raise Refused("goods_unknown", "没有这种物品种类；请重新选择。", "goods")
    if changes.get("per"):
        changes["per"] = unit_of(changes["per"]).value
    if "price" in changes:
        changes |= _price(line, changes)
    elif "goods" in changes:
        changes |= _price_by_goods(line, changes["goods"], work.day_of(operation))
    past = _change(line, changes, work, operation)
    if work.case.is_closed and past:
        work.case.fact_version += 1
        work.case.save(update_fields=["fact_version"])
    words = "、".join(FIELDS[name] for name in changes if name in FIELDS) or "无"
    facts = {"name": line.name or line.barcode, "changed": words, "line_id": str(line.pk)}
    closed = [work.case] if work.case.is_closed else []
    return Done(facts, [line, *past, *closed], object_kind="line", object_id=line.pk)


def _price(line: ItemLine, changes: dict[str, Any]) -> dict[str, Any]:
    """A price by hand has its reason; one that the line had before comes back with its mark."""
    price, reason = changes["price"], changes.get("price_reason") or ""
    if price is None:
        return {"price_mark": UNPRICED, "price_reason": ""}
    if not reason:
        earlier = line.history.filter(field="price", before=_plain(price)).order_by("-at").first()
        if earlier is not None and earlier.operation_id is not None:
            same = line.history.filter(operation_id=earlier.operation_id, field__in=["price_mark", "price_reason"])
            return {"price_mark": "", "price_reason": "", **{one.field: one.before or "" for one in same}}
        raise Refused("price_reason", "手工价要写明依据，如“当事人供述售价”。", "price_reason")
    return {"price_mark": BY_HAND}


def _price_by_goods(line: ItemLine, kind: str, day: dt.date) -> dict[str, Any]:
    """The price of goods without a product, by their kind and unit on the day of entry; one set by hand stays."""
    if line.product_id is not None or line.price_mark == BY_HAND:
        return {}
    found = figures.goods_price(kind, line.unit, day)
    if found is None:
        return {"price": None, "price_mark": UNPRICED, "price_reason": "", "price_basis": ""}
    basis = found.basis[:200]
    line.priced_on = day
    return {
        "price": found.amount,
        "per": found.per,
        "price_mark": BY_GOODS,
        "price_reason": basis,
        "price_basis": basis,
    }


def _change(line: ItemLine, changes: dict[str, Any], work: CaseWork, operation: FieldOperation) -> list[LineHistory]:
    past = []
    for name, value in changes.items():
        before = getattr(line, name)
        if before == value:
            continue
        past.append(
            LineHistory.objects.create(
                line=line,
                field=name,
                before=_plain(before),
                after=_plain(value),
                by_id=work.officer.pk,
                operation_id=operation.pk,
            )
        )
        setattr(line, name, value)
    if past:
        line.version += 1
        line.changed_by, line.last_at = work.officer.pk, now()
        line.save()
    return past


def _plain(value: Any) -> Any:
    return str(value.quantize(Decimal("0.01"))) if isinstance(value, Decimal) else value


class LineSplit(Payload):
    """line.split."""

    line_id: uuid.UUID
    new_line_id: uuid.UUID
    cartons: Count
    kind: Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test"]


@CASES.handles("line.split", LineSplit, rule=entering_facts)
def line_split(work: CaseWork, payload: LineSplit, operation: FieldOperation) -> Done:
    """Some cartons of a line become a line of their own, of another kind. Raises Refused (split_too_many)."""
    work.require_unsigned()
    line = work.require_line(payload.line_id)
    if work.line(payload.new_line_id) is not None:
        raise Refused("line_exists", "这一行已经拆分过了。", "new_line_id")
    totals.counted(line).check_whole(payload.cartons, Unit.CARTON, "cartons")
    amount = totals.counted(line).in_own_unit(payload.cartons, Unit.CARTON)
    if amount >= line.quantity:
        own = f"{plain(line.quantity)} {Unit(line.unit).zh}"
        raise Refused("split_too_many", f"本行只有 {own}，要拆出的应少于它；全部改类请直接改类别。", "cartons")
    part = ItemLine.objects.get(pk=line.pk)
    part.pk, part._state.adding = payload.new_line_id, True
    part.quantity, part.kind, part.place_in_case = amount, payload.kind, work.next_place()
    part.version, part.changed_by, part.last_at, part.created_at = 1, work.officer.pk, now(), now()
    part.save(force_insert=True)
    line.quantity -= amount
    line.version += 1
    line.save(update_fields=["quantity", "version"])
    work.keep(part)
    facts = {
        "name": line.name,
        "cartons": plain(payload.cartons),
        "line_id": str(line.pk),
        "new_line_id": str(part.pk),
        "line_kind": payload.kind,
    }
    return Done(facts, [line, part], object_kind="line", object_id=line.pk)


class UnlistedRegister(Payload):
    """unlisted.register."""

    barcode: Annotated[Text, Field(max_length=40)] = ""
    name: Annotated[Text, Field(max_length=120)] = ""
    description: Annotated[Text, Field(max_length=300)] = ""
    kind: Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test", "", None] = None
    goods: Text = ""
    unit: Text = ""
    n: Annotated[Annotated[Decimal, Field(gt=0, le=1_000_000)] | None, BeforeValidator(nothing)] = None
    sticks_per_carton: Annotated[Annotated[int, Field(gt=0, le=2000)] | None, BeforeValidator(nothing)] = None
    photo_id: Id = None
    party_id: Id = None


@CASES.handles("unlisted.register", UnlistedRegister, rule=entering_facts)
def unlisted_register(work: CaseWork, payload: UnlistedRegister, operation: FieldOperation) -> Done:
    """Goods that the catalogue does not know get a name; what was counted under the barcode is theirs."""
    work.require_unsigned()
    if not payload.name:
        raise Refused("name_missing", "请写出包装上的名称，没有名称的写外观，如“无标识白盒卷烟”。", "name")
    line = _unlisted_line(work, payload)
    if line.product_id is not None:
        raise Refused("listed_already", f"这个条码是目录中的“{line.name}”，不必起名。", "barcode")
    line.name, line.description = payload.name, payload.description or line.description
    line.kind = payload.kind or line.kind
    line.goods = payload.goods if payload.goods in Goods.values else line.goods
    line.sticks_per_carton = payload.sticks_per_carton
    if payload.unit and not line.quantity:
        line.unit = unit_of(payload.unit).value
    if payload.n is not None:
        totals.counted(line).check_whole(payload.n, Unit(line.unit), "n")
        line.quantity += payload.n
    for name, value in _price_by_goods(line, line.goods, work.day_of(operation)).items():
        setattr(line, name, value)
    line.version += 1
    line.changed_by, line.last_at = work.officer.pk, now()
    line.save()
    photo = Photo.objects.filter(pk=payload.photo_id, case=work.case).first() if payload.photo_id else None
    if photo is not None:
        work.note(photo).line = line
        photo.save(update_fields=["line"])
    facts = {"barcode": line.barcode, "name": line.name, "line_id": str(line.pk), "line_kind": line.kind}
    return Done(facts, [line, *([photo] if photo else [])], object_kind="line", object_id=line.pk)


def _unlisted_line(work: CaseWork, payload: UnlistedRegister) -> ItemLine:
    line_id = derived_id(work.case.pk, payload.party_id or "", payload.barcode or payload.name)
    line = work.line(line_id)
    if line is None and payload.barcode:
        other = ItemLine.objects.filter(case=work.case, barcode=payload.barcode, product_id=None, name="").first()
        line = work.line(other.pk) if other else None
    if line is None:
        line = made(work, line_id, payload.barcode, payload.party_id)
        line.save(force_insert=True)
        work.keep(line)
    return line


class CodeAdd(Payload):
    """code.add."""

    code_id: Id = None
    line_id: uuid.UUID
    row1: Text = ""
    row2: Text = ""


@CASES.handles("code.add", CodeAdd, rule=only_recorded)
def code_add(work: CaseWork, payload: CodeAdd, operation: FieldOperation) -> Done:
    """A carton code read on a carton of a line: taken apart, and judged whose shop it names. Raises Refused."""
    line = work.require_line(payload.line_id)
    day = work.day_of(operation)
    code = carton_codes.read(payload.row1, payload.row2, day)
    judged = carton_codes.judge(code, shop_licence_of(work, line), day)
    again = CartonCodeRead.objects.filter(case=work.case, row1=code.row1, row2=code.row2, removed_at=None).exists()
    notices = [*judged.notices, *(["同一喷码在本案出现两次：涉嫌假冒，请核对实物。"] if again else [])]
    row = CartonCodeRead.objects.create(
        id=payload.code_id or operation.pk,
        case=work.case,
        line=line,
        row1=code.row1,
        row2=code.row2,
        sorted_on=code.sorted_on,
        company=code.company,
        licence_no=code.licence_no,
        means=judged.means.value,
        words=judged.message,
        shop_name=judged.licence.shop_name if judged.licence else "",
        notices=[*code.corrections, *notices],
        confidence=code.confidence,
        read_by=work.officer.pk,
    )
    facts = {"line_id": str(line.pk), "code_id": str(row.pk), "words": row.words, "licence_no": row.licence_no}
    return Done(facts, [row], object_kind="line", object_id=line.pk)


def shop_licence_of(work: CaseWork, line: ItemLine) -> str:
    """The licence of the shop in which a line was found: its party's, else the first party's that has one."""
    parties = [line.party] if line.party else list(Party.objects.filter(case=work.case, removed_at=None))
    return next((party.licence_no for party in parties if party and party.licence_no), "")


def judged_again(work: CaseWork, day_operation: FieldOperation) -> list[CartonCodeRead]:
    """Judge the codes of the case again, after the party's licence became known; returns those that changed."""
    changed = []
    for row in CartonCodeRead.objects.filter(case=work.case, removed_at=None).select_related("line__party"):
        work.note(row)
        day = work.day_of(day_operation)
        code = carton_codes.read(row.row1, row.row2, day)
        judged = carton_codes.judge(code, shop_licence_of(work, row.line), day)
        if row.means != judged.means.value:
            row.means, row.words = judged.means.value, judged.message
            row.shop_name = judged.licence.shop_name if judged.licence else ""
            row.save(update_fields=["means", "words", "shop_name"])
            changed.append(row)
    return changed


class CodeRemove(Payload):
    """code.remove."""

    code_id: uuid.UUID


@CASES.handles("code.remove", CodeRemove, rule=entering_facts)
def code_remove(work: CaseWork, payload: CodeRemove, operation: FieldOperation) -> Done:
    """A reading is taken off the case; its row stays, marked."""
    row = CartonCodeRead.objects.filter(pk=payload.code_id, case=work.case, removed_at=None).first()
    if row is None:
        raise Refused("no_code", "这条喷码已不在本案；请刷新后重试。", "code_id")
    work.note(row).removed_at = now()
    row.save(update_fields=["removed_at"])
    return Done({"line_id": str(row.line_id), "code_id": str(row.pk)}, [row], object_kind="line", object_id=row.line_id)


class SampleSet(Payload):
    """sample.set."""

    line_id: uuid.UUID
    base: Count
    cartons: Count
    purpose: Annotated[Text, Field(max_length=120)] = ""
    method: Annotated[Text, Field(max_length=120)] = ""
    packing_form: Annotated[Text, Field(max_length=40)] = ""
    state: Annotated[Text, Field(max_length=120)] = ""
    sample_no: Annotated[Text, Field(max_length=40)] = ""
    sealed: bool | str | None = None


@CASES.handles("sample.set", SampleSet, rule=entering_facts)
def sample_set(work: CaseWork, payload: SampleSet, operation: FieldOperation) -> Done:
    """Cartons taken from a line as a sample. Raises Refused: sample_too_many, base_too_large, signed."""
    work.require_unsigned()
    line = work.require_line(payload.line_id)
    on_line = totals.counted(line).cartons or line.quantity
    if payload.base > on_line:
        raise Refused("base_too_large", f"抽样基数不能多于本行的 {plain(on_line)} 条；请核对。", "base")
    totals.counted(line).check_whole(payload.cartons, Unit.CARTON, "cartons")
    if payload.cartons > payload.base:
        raise Refused("sample_too_many", f"抽样数量不能多于基数 {plain(payload.base)} 条；请核对。", "cartons")
    taken = Sample.objects.filter(line=line, removed_at=None).first()
    row = work.note(taken) if taken else Sample(case=work.case, line=line)
    row.base, row.cartons = payload.base, payload.cartons
    for name, value in payload.given("purpose", "method", "packing_form", "state", "sample_no").items():
        setattr(row, name, value)
    row.purpose, row.method = row.purpose or "鉴别检验真伪", row.method or "随机抽取"
    row.packing_form, row.state = row.packing_form or "条盒硬盒", row.state or "包装完好"
    row.sample_no = row.sample_no or f"{work.case.samples.filter(removed_at=None).exclude(pk=row.pk).count() + 1:02d}"
    if "sealed" in payload.model_fields_set:
        row.sealed = payload.sealed if isinstance(payload.sealed, str) else _SEALED[bool(payload.sealed)]
    else:
        row.sealed = row.sealed or _SEALED[True]
    row.taken_at = work.moment_of(operation)
    row.save()
    facts = {"name": line.name, "base": plain(row.base), "cartons": plain(row.cartons), "line_id": str(line.pk)}
    return Done(facts, [row], object_kind="line", object_id=line.pk)


_SEALED = {True: "当场封样，由当事人（见证人）与执法人员共同确认", False: "未封样"}


class SampleRemove(Payload):
    """sample.remove."""

    line_id: uuid.UUID


@CASES.handles("sample.remove", SampleRemove, rule=entering_facts)
def sample_remove(work: CaseWork, payload: SampleRemove, operation: FieldOperation) -> Done:
    """The sample is not taken after all; its row stays, marked."""
    work.require_unsigned()
    row = Sample.objects.filter(line_id=payload.line_id, case=work.case, removed_at=None).select_related("line").first()
    if row is None:
        raise Refused("no_sample", "本行没有抽样；请刷新后重试。", "line_id")
    work.note(row).removed_at = now()
    row.save(update_fields=["removed_at"])
    return Done({"name": row.line.name, "line_id": str(row.line_id)}, [row], object_kind="line", object_id=row.line_id)
