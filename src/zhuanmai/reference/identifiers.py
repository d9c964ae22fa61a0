"""Numbers that name a person, a company, a licence, a phone, a vehicle: one type each. Pure; the data is GB's.

Each type has `clean` (as kept), `validate` (an Identifier, or Refused with a sentence that says what is wrong
where), `compare` (0–1: how surely two texts are one; a masked `*` agrees with anything but proves little),
`specificity` (0–1: how surely one text names one thing), and `not_for`: when not to use it.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from zhuanmai.core.errors import NotFound, Refused

_DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Identifier:
    """A number that passed its check: type, value as kept, what it tells, and notices (never refusals)."""

    kind: str
    value: str
    district_code: str = ""
    district: str = ""
    born_on: dt.date | None = None
    sex: str = ""
    holder_kind: str = ""
    notices: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class IdentifierType:
    """One kind of identifier: its Chinese name and its four functions, and when not to use it."""

    kind: str
    zh: str
    clean: Callable[[str], str]
    check: Callable[[str, str], Identifier]
    specific: float
    not_for: str

    def validate(self, text: str, *, field: str = "") -> Identifier:
        """The identifier in this text. Raises Refused with what is wrong and what to do."""
        return self.check(self.clean(text), field)

    def compare(self, one: str, other: str) -> float:
        """1 if equal; with masked digits the share of digits seen in both, 0 if any seen digit differs."""
        left, right = self.clean(one), self.clean(other)
        if not left or len(left) != len(right):
            return 0.0
        seen = [(a, b) for a, b in zip(left, right, strict=True) if "*" not in (a, b)]
        return len(seen) / len(left) if all(a == b for a, b in seen) else 0.0

    def specificity(self, text: str) -> float:
        """How surely this text names one thing: the type's own, less what is masked or missing."""
        value = self.clean(text)
        return self.specific * (len(value) - value.count("*")) / len(value) if value else 0.0


def citizen_id(text: str, *, field: str = "id_no") -> Identifier:
    """A citizen's number (GB 11643): 18 characters. Raises Refused. Born-on and sex come from the number."""
    return TYPES["citizen_id"].validate(text, field=field)


def uscc(text: str, *, field: str = "uscc") -> Identifier:
    """A unified social credit code (GB 32100): 18 characters. Raises Refused."""
    return TYPES["uscc"].validate(text, field=field)


def retail_licence_no(text: str, *, field: str = "licence_no") -> Identifier:
    """A tobacco retail licence's number: 12 digits. Raises Refused."""
    return TYPES["retail_licence_no"].validate(text, field=field)


def phone(text: str, *, field: str = "phone") -> Identifier:
    """A mobile number (11 digits) or a fixed line with area code. Raises Refused."""
    return TYPES["phone"].validate(text, field=field)


def plate(text: str, *, field: str = "plate_no") -> Identifier:
    """A vehicle's plate, also police, consular and new-energy ones. Raises Refused."""
    return TYPES["plate"].validate(text, field=field)


def check_birthday(found: Identifier, born_on: dt.date | None, *, field: str) -> None:
    """A birth date beside a citizen's number is the number's own. Raises Refused (birthday_differs)."""
    if born_on and found.born_on and born_on != found.born_on:
        detail = f"出生日期 {born_on} 与证件号码中的 {found.born_on} 不一致；请核对证件后改正其中一项。"
        raise Refused("birthday_differs", detail, field)


def of_kind(kind: str) -> IdentifierType:
    """The type with this name. Raises NotFound (identifier_unknown)."""
    try:
        return TYPES[kind]
    except KeyError:
        detail = f"没有名为 {kind} 的号码类型；可用：{'、'.join(TYPES)}。"
        raise NotFound("identifier_unknown", detail, "kind") from None


def districts() -> dict[str, str]:
    """The bureau's districts: code → name (350200 厦门市 is the city)."""
    found: dict[str, str] = _rules()["districts"]
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s\-—–·.]", "", unicodedata.normalize("NFKC", text)).upper()


def _phone_plain(text: str) -> str:
    digits = re.sub(r"[\s()\-—–]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(?:\+|00)86", "", digits)


def _refuse(kind: str, what: str, detail: str, field: str, **extra: Any) -> Refused:
    return Refused(f"{kind}_{what}", detail, field, extra=extra)


def _length(kind: str, zh: str, value: str, wanted: int, field: str) -> None:
    if not value:
        raise _refuse(kind, "empty", f"请填写{zh}（{wanted} 位）。", field)
    if len(value) != wanted:
        gap = f"少 {wanted - len(value)} 位" if len(value) < wanted else f"多 {len(value) - wanted} 位"
        raise _refuse(kind, "length", f"{zh}应为 {wanted} 位，现在是 {len(value)} 位，{gap}；请对照证件补正。", field)


def _digits(kind: str, zh: str, value: str, upto: int, field: str) -> None:
    for place, sign in enumerate(value[:upto], start=1):
        if not ("0" <= sign <= "9"):
            like = _LOOKS_LIKE.get(sign)
            hint = f"，是否应为 {like}" if like else ""
            raise _refuse(kind, "character", f"{zh}第 {place} 位“{sign}”不是数字{hint}；请对照证件改正。", field)


_LOOKS_LIKE = {"O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "G": "6"}


def _check_citizen_id(value: str, field: str) -> Identifier:
    kind, zh = "citizen_id", "公民身份号码"
    if re.fullmatch(r"\d{15}", value):
        body = value[:6] + "19" + value[6:]
        new = body + str(ric.calc_check_digit(body + "0"))
        detail = f"这是 15 位旧号码，2013 年起停用；请录入 18 位号码（按旧号推算为 {new}，请对照证件）。"
        raise _refuse(kind, "old", detail, field, suggestion=new)
    _length(kind, zh, value, 18, field)
    _digits(kind, zh, value, 17, field)
    if not re.fullmatch(r"[0-9X]", value[17]):
        raise _refuse(kind, "character", f"{zh}最后一位“{value[17]}”应为数字或 X；请对照证件改正。", field)
    born = _born_on(value, field)
    wanted = str(ric.calc_check_digit(value))
    if wanted != value[17]:
        swapped = _one_swap(value, lambda text: str(ric.calc_check_digit(text)) == text[17])
        detail = f"{zh}校验不符：前 17 位算出的校验码是 {wanted}，录入的是 {value[17]}；{swapped}请逐位核对。"
        raise _refuse(kind, "check_digit", detail, field)
    name = districts().get(value[:6], "")
    notices = () if name else (f"号码前六位 {value[:6]} 不在本局区划表中（外地户籍属正常）。",)
    sex = "男" if int(value[16]) % 2 else "女"
    return Identifier(kind, value, value[:6], name, born, sex, notices=notices)


def _born_on(value: str, field: str) -> dt.date:
    text = value[6:14]
    try:
        born = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        detail = f"公民身份号码第 7–14 位“{text}”不是有效的出生日期（年月日）；请对照证件改正。"
        raise _refuse("citizen_id", "birth_date", detail, field) from None
    if not dt.date(1900, 1, 1) <= born <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        detail = f"公民身份号码中的出生日期 {born} 不合理；请对照证件核对第 7–14 位。"
        raise _refuse("citizen_id", "birth_date", detail, field)
    return born


def _one_swap(value: str, right: Callable[[str], bool]) -> str:
    """Words for the one place where two neighbours changed places, if exactly one explains the error."""
    places = []
    for i in range(16):
        swapped = value[:i] + value[i + 1] + value[i] + value[i + 2 :]
        if swapped != value and right(swapped):
            places.append(i + 1)
    return f"可能第 {places[0]}、{places[0] + 1} 位颠倒；" if len(places) == 1 else ""


def _check_uscc(value: str, field: str) -> Identifier:
    kind, zh = "uscc", "统一社会信用代码"
    _length(kind, zh, value, 18, field)
    alphabet = _rules()[kind]["alphabet"]
    for place, sign in enumerate(value, start=1):
        if sign not in alphabet:
            like = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U 或 Y"}.get(sign)
            hint = f"，是否应为 {like}" if like else ""
            detail = f"{zh}第 {place} 位“{sign}”不在允许的字符内（不用 I、O、S、V、Z）{hint}；请对照证照改正。"
            raise _refuse(kind, "character", detail, field)
    if not value[2:8].isdigit():
        raise _refuse(kind, "place", f"{zh}第 3–8 位“{value[2:8]}”应为 6 位登记机关区划数字；请对照证照改正。", field)
    wanted = stdnum_uscc.calc_check_digit(value[:17])
    if wanted != value[17]:
        detail = f"{zh}校验不符：前 17 位算出的校验码是 {wanted}，录入的是 {value[17]}；请逐位核对。"
        raise _refuse(kind, "check_digit", detail, field)
    if value[0] not in "123456789ANY":
        raise _refuse(kind, "department", f"{zh}第 1 位“{value[0]}”不是登记管理部门代码；请对照证照改正。", field)
    return Identifier(kind, value, value[2:8], districts().get(value[2:8], ""))


def _check_licence(value: str, field: str) -> Identifier:
    kind, zh = "retail_licence_no", "零售许可证号"
    _length(kind, zh, value, 12, field)
    _digits(kind, zh, value, 12, field)
    holder = {"1": "个体工商户", "2": "企业或其他"}.get(value[6])
    if not holder:
        detail = f"{zh}第 7 位应为 1（个体工商户）或 2（企业或其他），现在是 {value[6]}；请对照许可证改正。"
        raise _refuse(kind, "holder", detail, field)
    name = districts().get(value[:6], "")
    notices = () if name else (f"许可证号前六位 {value[:6]} 不是本市区县，属外地许可证。",)
    return Identifier(kind, value, value[:6], name, holder_kind=holder, notices=notices)


def _check_phone(value: str, field: str) -> Identifier:
    kind = "phone"
    if not value:
        raise _refuse(kind, "empty", "请填写电话号码。", field)
    if not value.isdigit():
        raise _refuse(kind, "character", "电话号码只填数字（固定电话可在区号后加“-”）；请改正。", field)
    rules = _rules()[kind]
    if re.match(r"1[3-9]", value):
        if not re.match(rules["mobile"], value):
            raise _refuse(kind, "length", f"手机号码应为 11 位，现在是 {len(value)} 位；请核对。", field)
    elif not re.match(rules["fixed"], value):
        detail = "电话号码应为 11 位手机号（1 开头），或带区号的固定电话（如 0592-5551234）；请核对。"
        raise _refuse(kind, "form", detail, field)
    return Identifier(kind, value)


def _check_plate(value: str, field: str) -> Identifier:
    kind = "plate"
    if not value:
        raise _refuse(kind, "empty", "请填写车牌号。", field)
    if re.match(_rules()[kind]["pattern"], value):
        return Identifier(kind, value)
    bad = next((sign for sign in value[1:] if sign in "OI"), "")
    if bad:
        detail = f"车牌号中不用字母 {bad}（易与数字 {'0' if bad == 'O' else '1'} 混淆）；请对照车牌改正。"
    elif not re.match(r"[一-龥]|WJ", value):
        detail = "车牌号应以省份简称开头，如 闽D12345；请对照车牌改正。"
    elif len(value) not in (7, 8):
        detail = f"车牌号应为 7 位（新能源 8 位），现在是 {len(value)} 位；请对照车牌改正。"
    else:
        detail = f"车牌号“{value}”不符合编号规则；请对照车牌逐位核对。"
    raise _refuse(kind, "form", detail, field)


@functools.cache
def _rules() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_DATA / "identifiers.json").read_text(encoding="utf-8"))
    return loaded


def _types() -> tuple[IdentifierType, ...]:
    place = "不用来判断户籍现址：号码是首次登记地。"
    several = "不用来认人：同一经营者可有多个代码。"
    moved = "不用来认店址：变更、新办后同址换号。"
    shared = "不单独用来认人：号码会转手、多人共用。"
    cloned = "不用来认驾驶人：只指车辆，且可能套牌。"
    return (
        IdentifierType("citizen_id", "公民身份号码", _plain, _check_citizen_id, 1.0, place),
        IdentifierType("uscc", "统一社会信用代码", _plain, _check_uscc, 1.0, several),
        IdentifierType("retail_licence_no", "零售许可证号", _plain, _check_licence, 0.95, moved),
        IdentifierType("phone", "电话号码", _phone_plain, _check_phone, 0.7, shared),
        IdentifierType("plate", "车牌号", _plain, _check_plate, 0.8, cloned),
    )


TYPES: dict[str, IdentifierType] = {one.kind: one for one in _types()}
