"""What each kind of operation carries: names, types, lengths. What is not sent is not changed; null clears."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from zhuanmai.core.clock import SHANGHAI
from zhuanmai.core.errors import FieldError, Refused
from zhuanmai.core.masking import is_masked


def _text(value: Any) -> Any:
    """A number in a text's place is taken as it is written; anything else is no text."""
    return "" if value is None else str(value).strip() if type(value) in (str, int, Decimal) else value


def _moment(value: Any) -> Any:
    """A moment without a zone is the bureau's time, as a form's field gives it."""
    if value in (None, ""):
        return None
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    return value.replace(tzinfo=SHANGHAI) if isinstance(value, dt.datetime) and value.tzinfo is None else value


def _nothing(value: Any) -> Any:
    return None if value == "" else value


def _plain(value: str) -> str:
    """A fact about a person as it is: what a mask left of one never comes back as a fact."""
    if is_masked(value):
        raise PydanticCustomError("masked", "masked")
    return value


def _plain_person(sheet: dict[str, Any]) -> dict[str, Any]:
    for value in sheet.values():
        _plain(str(value))
    return sheet


def _of_our_time(value: dt.date | None) -> dt.date | None:
    """Days and moments that a calendar can count with, whatever zone they are turned into."""
    if value is not None and value.year not in _YEARS:
        raise PydanticCustomError("year", "the year is out of range")
    return value


_YEARS = range(1900, 2200)
Text = Annotated[str, BeforeValidator(_text)]
Personal = Annotated[Text, AfterValidator(_plain)]
Moment = Annotated[AwareDatetime | None, BeforeValidator(_moment), AfterValidator(_of_our_time)]
Day = Annotated[dt.date | None, BeforeValidator(_nothing), AfterValidator(_of_our_time)]
Id = Annotated[uuid.UUID | None, BeforeValidator(_nothing)]
Number = Annotated[Decimal | None, BeforeValidator(_nothing)]
Count = Annotated[Decimal, Field(max_digits=14, decimal_places=4, gt=0, le=1_000_000)]


class Payload(BaseModel):
    """A payload: unknown names are ignored, so that an older server takes what a newer tablet sends."""

    model_config = ConfigDict(extra="ignore")

    def given(self, *names: str) -> dict[str, Any]:
        """What was sent of these names (all, if none are named)."""
        wanted = names or tuple(type(self).model_fields)
        return {name: getattr(self, name) for name in wanted if name in self.model_fields_set}


class Clue(Payload):
    """Where the case comes from."""

    source: Annotated[Text, Field(max_length=120)] = ""
    received_at: Moment = None
    text: Text = ""


class Place(Payload):
    """Where the visit is, down to the door number."""

    address: Annotated[Text, Field(max_length=300)] = ""
    longitude: Annotated[Annotated[float, Field(ge=-180, le=180)] | None, BeforeValidator(_nothing)] = None
    latitude: Annotated[Annotated[float, Field(ge=-90, le=90)] | None, BeforeValidator(_nothing)] = None
    shop_name: Annotated[Text, Field(max_length=120)] = ""
    district_code: Annotated[Text, Field(max_length=6)] = ""


class Report(Payload):
    """A report from the public (举报)."""

    at: Moment = None
    way: Text = ""
    by: Personal = ""
    anonymous: bool = False
    text: Text = ""


class CaseOpen(Payload):
    """case.open."""

    reason: Annotated[Text, Field(max_length=20)] = "routine"
    clue: Clue = Clue()
    place: Place = Place()
    report: Report | None = None
    officer_ids: list[uuid.UUID] = []
    recorder_id: Id = None


class InspectionSet(Payload):
    """inspection.set."""

    began_at: Moment = None
    ended_at: Moment = None
    certificates_shown_at: Moment = None
    remarks: Text = ""
    narrative: Text = ""
    narrative_facts: list[str] | None = None
    place: Place | None = None
    clue: Clue | None = None
    report: Report | None = None


class PartySet(Payload):
    """party.set."""

    party_id: uuid.UUID
    kind: Literal["person", "individual_business", "organisation", "unknown"] = "individual_business"
    name: Annotated[Personal, Field(max_length=120)] = ""
    sex: Annotated[Text, Field(max_length=4)] = ""
    ethnicity: Annotated[Text, Field(max_length=20)] = ""
    born_on: Day = None
    id_kind: Annotated[Text, Field(max_length=40)] = ""
    id_no: Annotated[Personal, Field(max_length=40)] = ""
    phone: Annotated[Personal, Field(max_length=40)] = ""
    address: Annotated[Personal, Field(max_length=300)] = ""
    occupation: Annotated[Text, Field(max_length=120)] = ""
    licence_no: Text = ""
    licence_valid_to: Day = None
    representative: Annotated[dict[str, Any], AfterValidator(_plain_person)] | None = None


class PartyRemove(Payload):
    """party.remove."""

    party_id: uuid.UUID


class Person(Payload):
    """The person in charge on the spot, or a witness."""

    name: Annotated[Personal, Field(max_length=120)] = ""
    sex: Text = ""
    relation: Text = ""
    id_kind: Text = ""
    id_no: Personal = ""
    phone: Personal = ""
    address: Annotated[Personal, Field(max_length=300)] = ""


class PresenceSet(Payload):
    """presence.set."""

    party_present: bool | None = None
    person_in_charge: Person | None = None
    witness: Person | None = None
    refuses_to_sign: bool = False
    refusal_reason: Annotated[Text, Field(max_length=300)] = ""


class Scan(Payload):
    """scan."""

    barcode: Annotated[Text, Field(max_length=40)] = ""
    n: Count = Decimal(1)
    unit: Text = ""
    via: Text = "gun"
    product_id: Id = None
    party_id: Id = None


class Difference(Payload):
    """quantity.difference."""

    line_id: uuid.UUID
    unit: Text = ""
    difference: Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000)]
    seen: Number = None


class Undo(Payload):
    """undo."""

    operation_id: uuid.UUID


class LineSet(Payload):
    """line.set."""

    line_id: uuid.UUID
    kind: Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test", "", None] = None
    price: Annotated[Annotated[Decimal, Field(gt=0, le=100_000_000)] | None, BeforeValidator(_nothing)] = None
    price_reason: Annotated[Text, Field(max_length=200)] = ""
    per: Text = ""
    name: Annotated[Text, Field(max_length=120)] = ""
    description: Annotated[Text, Field(max_length=300)] = ""
    goods: Text = ""
    sticks_per_carton: Annotated[Annotated[int, Field(gt=0, le=2000)] | None, BeforeValidator(_nothing)] = None
    packs_per_carton: Annotated[Annotated[int, Field(gt=0, le=200)] | None, BeforeValidator(_nothing)] = None
    note: Annotated[Text, Field(max_length=300)] = ""
    bag_no: Annotated[Text, Field(max_length=40)] = ""
    strip_no: Annotated[Text, Field(max_length=40)] = ""


class LineSplit(Payload):
    """line.split."""

    line_id: uuid.UUID
    new_line_id: uuid.UUID
    cartons: Count
    kind: Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test"]


class UnlistedRegister(Payload):
    """unlisted.register."""

    barcode: Annotated[Text, Field(max_length=40)] = ""
    name: Annotated[Text, Field(max_length=120)] = ""
    description: Annotated[Text, Field(max_length=300)] = ""
    kind: Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test", "", None] = None
    goods: Text = ""
    unit: Text = ""
    n: Annotated[Annotated[Decimal, Field(gt=0, le=1_000_000)] | None, BeforeValidator(_nothing)] = None
    sticks_per_carton: Annotated[Annotated[int, Field(gt=0, le=2000)] | None, BeforeValidator(_nothing)] = None
    photo_id: Id = None
    party_id: Id = None


class CodeAdd(Payload):
    """code.add."""

    code_id: Id = None
    line_id: uuid.UUID
    row1: Text = ""
    row2: Text = ""


class CodeRemove(Payload):
    """code.remove."""

    code_id: uuid.UUID


class PhotoAdd(Payload):
    """photo.add."""

    photo_id: uuid.UUID
    caption: Annotated[Text, Field(max_length=200)] = ""
    what: Annotated[Text, Field(max_length=60)] = ""
    line_id: Id = None
    taken_at: Moment = None
    place: Annotated[Text, Field(max_length=300)] = ""
    sha256: Annotated[Text, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class PhotoRemove(Payload):
    """photo.remove."""

    photo_id: uuid.UUID


class CausesSet(Payload):
    """causes.set."""

    codes: list[str] = []


class CountingClose(Payload):
    """counting.close."""

    override_reason: Text = ""


class CountingReopen(Payload):
    """counting.reopen."""

    reason: Text = ""


class RegistrationSet(Payload):
    """registration.set."""

    reason: Annotated[Text, Field(max_length=200)] = ""
    storage_place: Annotated[Text, Field(max_length=200)] = ""
    way: Annotated[Text, Field(max_length=40)] = ""


class OralApprovalRecord(Payload):
    """oral_approval.record."""

    by_officer_id: uuid.UUID
    at: Moment
    reason: Annotated[Text, Field(max_length=200)] = ""


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


class SampleRemove(Payload):
    """sample.remove."""

    line_id: uuid.UUID


class Question(Payload):
    """One question with its answer."""

    id: Annotated[Text, Field(max_length=60)] = ""
    text: Annotated[Text, Field(max_length=1000)] = ""
    answer: Annotated[Text, Field(max_length=8000)] = ""


class QuestioningSet(Payload):
    """questioning.set."""

    questioning_id: uuid.UUID
    party_id: Id = None
    ordinal: Annotated[int, Field(ge=1, le=99)] = 1
    began_at: Moment = None
    ended_at: Moment = None
    place: Annotated[Text, Field(max_length=300)] = ""
    rights_told_at: Moment = None
    questions: list[Question] = []


class EvidenceSet(Payload):
    """evidence.set."""

    evidence_id: uuid.UUID
    kind: Annotated[Text, Field(max_length=60)] = ""
    provided_by: Annotated[Personal, Field(max_length=120)] = ""
    way: Annotated[Text, Field(max_length=60)] = ""
    photo_id: Id = None
    at: Moment = None
    place: Annotated[Text, Field(max_length=300)] = ""
    removed: bool = False


class CorrectionSet(Payload):
    """correction.set."""

    what: Annotated[Text, Field(max_length=500)] = ""
    until: Day = None
    at_once: bool = False


class ServiceSet(Payload):
    """service.set."""

    address: Annotated[Personal, Field(max_length=300)] = ""
    receiver: Annotated[Personal, Field(max_length=120)] = ""
    phone: Personal = ""
    electronic: bool | None = None
    electronic_way: Annotated[Text, Field(max_length=120)] = ""
    way: Annotated[Text, Field(max_length=20)] = ""
    substitute: Annotated[Text, Field(max_length=200)] = ""


class SummarySet(Payload):
    """summary.set."""

    text: Annotated[Text, Field(max_length=20_000)] = ""


class ValuerSet(Payload):
    """valuer.set."""

    officer_id: uuid.UUID


class HandOver(Payload):
    """case.hand_over."""

    officer_ids: list[uuid.UUID] = []
    recorder_id: Id = None
    reason: Annotated[Text, Field(max_length=200)] = ""


class SimpleSet(Payload):
    """simple.set."""

    facts: Annotated[Text, Field(max_length=4000)] = ""
    penalty_kind: Text = ""
    amount: Annotated[Annotated[Decimal, Field(gt=0, le=1_000_000)] | None, BeforeValidator(_nothing)] = None
    payment: Annotated[Text, Field(max_length=300)] = ""
    defence: Annotated[Text, Field(max_length=1000)] = ""


P = TypeVar("P", bound=Payload)
_WORDS = {
    "string_type": "应为文字；请改正",
    "year": "年份应在 1900–2199 之间；请核对",
    "missing": "缺少这一项；请补填",
    "masked": "是脱敏显示的内容，不能当作事实录入；请由承办人按原件填写",
    "uuid_parsing": "编号格式不对；请刷新页面后重试",
    "decimal_parsing": "应为数字；请改正",
    "decimal_type": "应为数字；请改正",
    "int_parsing": "应为整数；请改正",
    "float_parsing": "应为数字；请改正",
    "greater_than": "应大于 {gt}；请改正",
    "greater_than_equal": "不能小于 {ge}；请改正",
    "less_than_equal": "不能大于 {le}；请核对",
    "string_too_long": "最多 {max_length} 个字；请缩短",
    "decimal_max_places": "最多 {decimal_places} 位小数；请改正",
    "literal_error": "不在可选范围内；请重新选择",
    "timezone_aware": "时间缺少时区；请重新填写",
    "datetime_from_date_parsing": "时间格式不对；请按 2025-10-30 09:12 填写",
    "datetime_parsing": "时间格式不对；请按 2025-10-30 09:12 填写",
    "date_from_datetime_parsing": "日期格式不对；请按 2025-10-30 填写",
    "date_parsing": "日期格式不对；请按 2025-10-30 填写",
}


def parsed(shape: type[P], payload: dict[str, Any]) -> P:
    """The payload in its types. Raises Refused (invalid_payload) with the first wrong field, and all of them."""
    try:
        return shape.model_validate(payload)
    except ValidationError as error:
        found = tuple(
            FieldError(
                ".".join(str(part) for part in one["loc"]),
                one["type"],
                _WORDS.get(one["type"], "格式不对；请改正").format(**one.get("ctx", {})),
            )
            for one in error.errors()
        )
        first = found[0]
        raise Refused("invalid_payload", f"“{first.field}”{first.detail}。", first.field, found) from error
