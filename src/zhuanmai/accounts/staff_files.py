"""Rows of units and officers, from a page or from CSV files (headings in Chinese or English). Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation

from zhuanmai.accounts.models import Role, UnitKind
from zhuanmai.accounts.wording import plain, required
from zhuanmai.core import sheets
from zhuanmai.core.errors import Refused

Row = tuple[int, dict[str, str]]
_HEADINGS = {
    "代码": "code", "名称": "name", "类别": "kind", "上级代码": "parent_code", "简称": "abbreviation",
    "区划代码": "district_code", "地址": "address", "电话": "phone", "账号": "username", "姓名": "name",
    "单位代码": "unit_code", "执法证号": "certificate_no", "执法证有效期至": "certificate_valid_to", "岗位": "roles",
}  # fmt: skip
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_CODE = re.compile(r"[0-9A-Za-z-]{2,20}")
_CERTIFICATE = re.compile(r"[0-9A-Za-z-]{4,20}")
_PHONE = re.compile(r"[0-9+() -]{3,20}")
_DISTRICT = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken: in which list, its line in the file, and why."""

    list_name: str
    line: int
    reason: str


@dataclass(frozen=True)
class UnitRow:
    """A unit as a file or a command names it."""

    code: str
    name: str
    kind: str
    parent_code: str = ""
    abbreviation: str = ""
    district_code: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class OfficerRow:
    """An officer as a file or a page names them; `roles` are for their own unit."""

    username: str
    name: str
    unit_code: str = ""
    certificate_no: str = ""
    certificate_valid_to: dt.date | None = None
    phone: str = ""
    roles: tuple[str, ...] = ()


def read(content: bytes) -> list[Row]:
    """The rows of a CSV (UTF-8 or GB18030) by column, each with its line. Raises Refused: not_csv, import_large."""
    try:
        rows = sheets.table("staff.csv", content)
    except Refused as refused:
        if refused.code == "import_large":
            raise
        raise Refused("not_csv", "读不懂这个文件；请另存为 CSV（UTF-8）。") from None
    return [(line, {_column(heading): plain(cell) for heading, cell in cells.items()}) for line, cells in rows]


def _column(heading: str) -> str:
    return _HEADINGS.get(plain(heading), plain(heading))


def unit_row(row: Mapping[str, str]) -> UnitRow:
    """A unit from a row. Raises Refused with the column and what to write."""
    with translation.override("zh-hans"):
        kinds = {str(kind.label): kind.value for kind in UnitKind} | {kind.value: kind.value for kind in UnitKind}
    kind = kinds.get(plain(row.get("kind", "")))
    if kind is None:
        raise Refused("kind_unknown", f"类别应为 {'、'.join(list(kinds)[: len(UnitKind)])} 之一。", field="kind")
    return UnitRow(
        code=_shaped(row, "code", _CODE, "单位代码用 2–20 位数字、字母或横线。"),
        name=required(row.get("name", ""), field="name", limit=80, otherwise="请写明单位名称。"),
        kind=kind,
        parent_code=plain(row.get("parent_code", "")),
        abbreviation=_short(row, "abbreviation", 12),
        district_code=_shaped(row, "district_code", _DISTRICT, "区划代码为 6 位数字。", optional=True),
        address=_short(row, "address", 120),
        phone=_shaped(row, "phone", _PHONE, "电话只用数字、横线和括号，不超过 20 位。", optional=True),
    )


def officer_row(row: Mapping[str, str]) -> OfficerRow:
    """An officer from a row. Raises Refused with the column and what to write."""
    number = _shaped(row, "certificate_no", _CERTIFICATE, "执法证号用 4–20 位数字、字母或横线。", optional=True)
    until = _day(plain(row.get("certificate_valid_to", "")))
    if number and until is None:
        raise Refused("certificate_valid_to", "请写明执法证的有效期，如 2029-12-31。", field="certificate_valid_to")
    account = "账号用小写字母开头，可含数字、点、横线和下划线，2–40 位。"
    return OfficerRow(
        username=_shaped(row, "username", _USERNAME, account),
        name=required(row.get("name", ""), field="name", limit=40, otherwise="请写明姓名。"),
        unit_code=plain(row.get("unit_code", "")),
        certificate_no=number,
        certificate_valid_to=until if number else None,
        phone=_shaped(row, "phone", _PHONE, "电话只用数字、横线和括号，不超过 20 位。", optional=True),
        roles=_roles(plain(row.get("roles", ""))),
    )


def _shaped(
    row: Mapping[str, str], column: str, shape: re.Pattern[str], otherwise: str, *, optional: bool = False
) -> str:
    text = plain(row.get(column, ""))
    if optional and not text:
        return ""
    if not shape.fullmatch(text):
        raise Refused(f"{column}_shape", otherwise, field=column)
    return text


def _short(row: Mapping[str, str], column: str, limit: int) -> str:
    text = plain(row.get(column, ""))
    return required(text, field=column, limit=limit, otherwise="") if text else ""


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.replace("/", "-")) if text else None
    except ValueError:
        detail = f"日期“{text}”应写成 2029-12-31。"
        raise Refused("certificate_valid_to", detail, field="certificate_valid_to") from None


def _roles(text: str) -> tuple[str, ...]:
    """Roles by word or value, separated by 、 ; or a comma; administrators are appointed on the page, by two."""
    with translation.override("zh-hans"):
        known = {str(role.label): role.value for role in Role} | {role.value: role.value for role in Role}
    found = []
    for word in filter(None, map(str.strip, re.split(r"[、;；,，]", text))):
        role = known.get(word)
        if role is None:
            raise Refused("role_unknown", f"没有岗位“{word}”。", field="roles")
        if role == Role.SECURITY_ADMIN:
            raise Refused("role_by_two", "安全管理员须由两人在页面上任命，不能由名册导入。", field="roles")
        found.append(role)
    return tuple(dict.fromkeys(found))
