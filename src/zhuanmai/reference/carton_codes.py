"""The 32-character carton code (条烟喷码): read its two rows, and say whose shop the carton was delivered to."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.reference import identifiers, licensees

_DATA = Path(__file__).resolve().parent / "data"
_SURE_WITHOUT_HELP = 1.0
_PER_CORRECTION = 0.15


class Means(StrEnum):
    """What a code says about where its carton belongs."""

    OWN_SHOP = "own_shop"
    OTHER_SHOP = "other_shop"
    NO_SUCH_LICENCE = "no_such_licence"
    UNKNOWN_DISTRICT = "unknown_district"


@dataclass(frozen=True)
class CartonCode:
    """A code taken apart. `confidence` 1 = read as printed; each corrected character takes 0.15 off, down to 0."""

    row1: str
    row2: str
    sorted_on: dt.date
    case_serial: str
    order: int
    company: str
    company_name: str
    licence_no: str
    corrections: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True)
class LicenceSeen:
    """What the register knows of a licence, as far as a carton code needs it."""

    licence_no: str
    shop_name: str
    holder_name: str
    status: str
    issued_on: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class Judgement:
    """What a code means: the answer, the licence if the register has it, a sentence, and what to look at besides."""

    means: Means
    licence: LicenceSeen | None
    message: str
    notices: tuple[str, ...] = ()


def read(row1: str, row2: str, on: dt.date) -> CartonCode:
    """Take a code apart as seen on day `on`. Raises Refused with the row, the place in it, and what to do.

    Letters where only digits can stand (and the reverse) are put right and named in `corrections`.
    """
    layout = _layouts()["default"]
    notes: list[str] = []
    first = _digits(_row(row1, "row1", "第一行"), "row1", "第一行", notes)
    second = _row(row2, "row2", "第二行")
    letters = _letters(second[slice(*layout["row2"]["company"])], notes)
    licence = _digits(second[slice(*layout["row2"]["licence_no"])], "row2", "第二行", notes, shift=4)
    parts = {name: first[slice(*place)] for name, place in layout["row1"].items()}
    _holder(licence)
    return CartonCode(
        row1=first,
        row2=letters + licence,
        sorted_on=_sorted_on(parts, on),
        case_serial=parts["case_serial"],
        order=int(parts["order"]),
        company=letters,
        company_name=_companies().get(letters, ""),
        licence_no=licence,
        corrections=tuple(notes),
        confidence=max(0.0, round(_SURE_WITHOUT_HELP - _PER_CORRECTION * len(notes), 2)),
    )


def judge(code: CartonCode, shop_licence_no: str, on: dt.date) -> Judgement:
    """Say whose shop a code names, by the register kept here. `shop_licence_no` may be empty (no licence)."""
    found = licensees.by_licence_no(code.licence_no)
    seen = found and LicenceSeen(
        found.licence_no, found.shop_name, found.holder_name, found.status, found.issued_on, found.valid_to
    )
    return decide(code, shop_licence_no, seen or None, licensees.register_complete_as_of(code.licence_no[:6]), on)


def decide(
    code: CartonCode, shop_licence_no: str, licence: LicenceSeen | None, complete_as_of: dt.date | None, on: dt.date
) -> Judgement:
    """The judgement itself, pure. "No such licence" is said only where the register speaks for the sorting day."""
    district = identifiers.districts().get(code.licence_no[:6], "")
    notices = list(_notices(code, licence))
    if shop_licence_no and code.licence_no == shop_licence_no:
        return Judgement(Means.OWN_SHOP, licence, "喷码为本店许可证号，系配送给本店。", tuple(notices))
    if licence:
        words = f"喷码指向 {licence.shop_name or licence.licence_no}（{licence.licence_no}），不是本店：真烟外流线索。"
        return Judgement(Means.OTHER_SHOP, licence, words, tuple(notices))
    grace = dt.timedelta(days=int(_layouts()["register_grace_days"]))
    if complete_as_of is None or code.sorted_on > complete_as_of + grace:
        where = district or f"区划 {code.licence_no[:6]}"
        why = f"登记簿只完整到 {complete_as_of}" if complete_as_of else "登记簿未收录完整"
        words = f"{where}的{why}，不能断定许可证 {code.licence_no} 是否存在；请向发证机关核查。"
        return Judgement(Means.UNKNOWN_DISTRICT, None, words, tuple(notices))
    if code.sorted_on > complete_as_of:
        notices.append(f"登记簿完整到 {complete_as_of}，分拣日在其后 {(code.sorted_on - complete_as_of).days} 天。")
    words = f"{district}登记簿中没有许可证 {code.licence_no}：涉嫌假冒，请送检。"
    return Judgement(Means.NO_SUCH_LICENCE, None, words, tuple(notices))


def _notices(code: CartonCode, licence: LicenceSeen | None) -> list[str]:
    found = [f"{code.company} 不在喷码公司表中，请核对字母。"] if not code.company_name else []
    if licence and licence.status in ("closed", "revoked"):
        found.append("该许可证现已歇业或收回，请核对分拣日的状态。")
    if licence and licence.valid_to and licence.valid_to < code.sorted_on:
        found.append(f"该许可证有效期至 {licence.valid_to}，早于分拣日 {code.sorted_on}。")
    return found


def _row(text: str, field: str, zh: str) -> str:
    value = re.sub(r"[\s\-·.]", "", unicodedata.normalize("NFKC", text)).upper()
    if not value:
        raise Refused("carton_code_empty", f"请录入喷码{zh}（16 位）。", field)
    if len(value) != 16:
        gap = f"少 {16 - len(value)} 位" if len(value) < 16 else f"多 {len(value) - 16} 位"
        detail = f"喷码{zh}应为 16 位，现在是 {len(value)} 位，{gap}；请对照条盒补正。"
        raise Refused("carton_code_length", detail, field)
    return value


def _digits(text: str, field: str, zh: str, notes: list[str], shift: int = 0) -> str:
    like = _layouts()["digits_for"]
    out = ""
    for place, sign in enumerate(text, start=1 + shift):
        if sign in "0123456789":
            out += sign
        elif sign in like:
            out += like[sign]
            notes.append(f"{zh}第 {place} 位 {sign}→{like[sign]}")
        else:
            detail = f"喷码{zh}第 {place} 位“{sign}”应为数字；请对照条盒改正。"
            raise Refused("carton_code_character", detail, field)
    return out


def _letters(text: str, notes: list[str]) -> str:
    """Four letters: as printed, or the one known company they can only have been."""
    if re.fullmatch(r"[A-Z]{4}", text) and text in _companies():
        return text
    fits = [known for known in _companies() if all(a == b or _alike(a, b) for a, b in zip(text, known, strict=True))]
    if len(fits) == 1:
        pairs = enumerate(zip(text, fits[0], strict=True), start=1)
        notes.extend(f"第二行第 {place} 位 {a}→{b}" for place, (a, b) in pairs if a != b)
        return fits[0]
    if re.fullmatch(r"[A-Z]{4}", text):
        return text
    place = next(i for i, sign in enumerate(text, start=1) if not "A" <= sign <= "Z")
    detail = f"喷码第二行第 {place} 位“{text[place - 1]}”应为公司字母（如 XMYC）；请对照条盒改正。"
    raise Refused("carton_code_character", detail, "row2")


def _alike(one: str, other: str) -> bool:
    like: dict[str, str] = _layouts()["digits_for"]
    return like.get(one, one) == like.get(other, other)


def _holder(licence: str) -> None:
    if licence[6] not in "12":
        detail = f"喷码第二行第 11 位应为 1（个体）或 2（企业），读到 {licence[6]}；请对照条盒改正。"
        raise Refused("carton_code_licence", detail, "row2")


def _sorted_on(parts: dict[str, str], on: dt.date) -> dt.date:
    """The latest such day not after `on`, within the last twenty years."""
    month, day = int(parts["month"]), int(parts["day"])
    for year in range(on.year, on.year - 20, -1):
        if year % 10 != int(parts["year"]):
            continue
        try:
            found = dt.date(year, month, day)
        except ValueError:
            continue
        if found <= on:
            return found
    text = parts["month"] + parts["day"]
    detail = f"喷码第一行第 2–5 位“{text}”不是有效的月日；请对照条盒改正。"
    raise Refused("carton_code_date", detail, "row1")


def _companies() -> dict[str, str]:
    return {row["letters"]: row["name"] for row in _layouts()["companies"]}


@functools.cache
def _layouts() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_DATA / "carton_layouts.json").read_text(encoding="utf-8"))
    return loaded
