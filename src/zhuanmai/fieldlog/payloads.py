"""What an operation carries: types for the payloads of rooms. What is not sent is not changed; null clears."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

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


def nothing(value: Any) -> Any:
    """An empty field of a form is nothing."""
    return None if value == "" else value


def unmasked(value: str) -> str:
    """A fact about a person as it is: what a mask left of one never comes back as a fact."""
    if is_masked(value):
        raise PydanticCustomError("masked", "masked")
    return value


def _of_our_time(value: dt.date | None) -> dt.date | None:
    """Days and moments that a calendar can count with, whatever zone they are turned into."""
    if value is not None and value.year not in _YEARS:
        raise PydanticCustomError("year", "the year is out of range")
    return value


_YEARS = range(1900, 2200)
Text = Annotated[str, BeforeValidator(_text)]
Personal = Annotated[Text, AfterValidator(unmasked)]
Moment = Annotated[AwareDatetime | None, BeforeValidator(_moment), AfterValidator(_of_our_time)]
Day = Annotated[dt.date | None, BeforeValidator(nothing), AfterValidator(_of_our_time)]
Id = Annotated[uuid.UUID | None, BeforeValidator(nothing)]
Number = Annotated[Decimal | None, BeforeValidator(nothing)]
Count = Annotated[Decimal, Field(max_digits=14, decimal_places=4, gt=0, le=1_000_000)]


class Payload(BaseModel):
    """A payload: unknown names are ignored, so that an older server takes what a newer tablet sends."""

    model_config = ConfigDict(extra="ignore")

    def given(self, *names: str) -> dict[str, Any]:
        """What was sent of these names (all, if none are named)."""
        wanted = names or tuple(type(self).model_fields)
        return {name: getattr(self, name) for name in wanted if name in self.model_fields_set}


P = TypeVar("P", bound=Payload)
_NAMES: dict[str, str] = {}


def name_fields(names: Mapping[str, str]) -> None:
    """Register how refusals call the fields of a room's payloads: no officer knows them by the names of the code."""
    _NAMES.update(names)


def called(path: Iterable[str | int]) -> str:
    """What a place in a payload is called: 见证人电话, 问答第 3 项回答; nothing of what has no word."""
    return "".join(f"第 {part + 1} 项" if isinstance(part, int) else _NAMES.get(part, "") for part in path)


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
        errors = error.errors()
        found = tuple(
            FieldError(
                ".".join(str(part) for part in one["loc"]),
                one["type"],
                _WORDS.get(one["type"], "格式不对；请改正").format(**one.get("ctx", {})),
            )
            for one in errors
        )
        first, name = found[0], called(errors[0]["loc"])
        words = f"“{name}”{first.detail}" if name else f"有一项内容{first.detail}"
        raise Refused("invalid_payload", f"{words}。", first.field, found) from error
