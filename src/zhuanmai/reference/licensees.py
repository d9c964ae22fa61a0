"""The register of licensees (零售户登记簿): look a shop up, say how complete the register is, take rows in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from zhuanmai.core import search
from zhuanmai.core.errors import Refused
from zhuanmai.core.masking import LONG_NUMBER, LONG_PHONE, masked_id, masked_name, masked_phone
from zhuanmai.core.search import Leg, Look, Reading, person_number
from zhuanmai.reference import identifiers, typed
from zhuanmai.reference.models import Licensee, RegisterCompleteness

COLUMNS = (
    "licence_no", "holder_name", "holder_id", "uscc", "shop_name", "business_type", "location_type", "district_code",
    "address", "longitude", "latitude", "phone", "order_tier", "status", "issued_on", "valid_to", "opened_on",
)  # fmt: skip
_LIMIT = 20
_LONGEST = {"holder_name": 60, "shop_name": 120, "address": 300, "phone": 20}


def by_licence_no(licence_no: str) -> Licensee | None:
    """The holder of a licence, or None if the register does not have it."""
    return Licensee.objects.filter(licence_no=licence_no).first()


_OPEN = (
    Look("licence", Licensee.objects.all, "licence_no"),
    Look("credit_code", Licensee.objects.all, "uscc"),
    Look("licence_end", Licensee.objects.all, "licence_no__endswith"),
    Look("name", Licensee.objects.all, "shop_name__icontains"),
    Look("name", Licensee.objects.all, "address__icontains"),
)
_HOLDERS = (
    *person_number("id", Licensee.objects.all, "holder_id", shown_from=LONG_NUMBER),
    *person_number("phone", Licensee.objects.all, "phone", shown_from=LONG_PHONE),
    Look("name", Licensee.objects.all, "holder_name__icontains"),
)
PEOPLE_TOO = frozenset(look.what for look in _HOLDERS)


def legs(readings: Sequence[Reading], *, people: bool) -> list[Leg]:
    """Where licensees are looked for. `people`: whether who asks may see the holders in full (with a reason); to others
    no search confirms a holder's name, number or phone."""
    looks = (*_OPEN, *_HOLDERS) if people else _OPEN
    return search.legs(looks, readings, lambda key: Q())


def with_number(readings: Sequence[Reading]) -> int:
    """How many holders have one of the personal numbers, or the end of one, that were read."""
    return len(search.keys(search.legs(_HOLDERS, typed.numbers_of_people(readings), lambda key: Q())))


def found(query: str, *, people: bool) -> QuerySet[Licensee]:
    """All licensees that words find."""
    return Licensee.objects.filter(pk__in=search.all_keys(legs(typed.readings(query), people=people)))


def find(query: str, *, people: bool, limit: int = _LIMIT) -> list[Licensee]:
    """The first licensees that words find: by licence number, citizen's number, credit code, phone or the end of one,
    or part of a name or address."""
    best = list(search.keys(legs(typed.readings(query), people=people)))[:limit]
    rows = Licensee.objects.in_bulk(best)
    return [rows[key] for key in best]


def register_complete_as_of(district_code: str) -> dt.date | None:
    """The day as of which a district's register is complete; None if it is not."""
    row = RegisterCompleteness.objects.filter(district_code=district_code).first()
    return row.complete_as_of if row else None


def set_complete_as_of(district_code: str, day: dt.date) -> None:
    """Note that a district's register is complete as of a day (a later day stays)."""
    row, made = RegisterCompleteness.objects.get_or_create(
        district_code=district_code, defaults={"complete_as_of": day}
    )
    if not made and day > row.complete_as_of:
        RegisterCompleteness.objects.filter(pk=row.pk).update(complete_as_of=day)


class Register:
    """Implements `core.ports.LicenceRegister`."""

    def upsert(self, rows: list[dict[str, Any]]) -> int:
        """Take rows (columns of the licences table) into the register; returns how many are new or changed."""
        return len(upsert(rows))


def upsert(rows: Iterable[dict[str, Any]]) -> list[Licensee]:
    """Take rows in, keyed by licence number; returns those new or changed. Raises Refused for a row that is wrong.

    A caller inside the house appends to the ledger; the whole is one statement each for new and changed rows.
    """
    wanted = {row["licence_no"]: row for row in (cleaned(row) for row in rows)}
    kept = {row.licence_no: row for row in _locked(wanted)}
    new = [Licensee(**row) for number, row in wanted.items() if number not in kept]
    changed = []
    for number, licensee in kept.items():
        if any(getattr(licensee, name) != value for name, value in wanted[number].items()):
            for name, value in wanted[number].items():
                setattr(licensee, name, value)
            changed.append(licensee)
    Licensee.objects.bulk_create(new, batch_size=1000)
    Licensee.objects.bulk_update(changed, [name for name in COLUMNS if name != "licence_no"], batch_size=500)
    return new + changed


def _locked(numbers: Iterable[str]) -> QuerySet[Licensee]:
    return Licensee.objects.select_for_update().filter(licence_no__in=list(numbers)).order_by("pk")


def cleaned(row: dict[str, Any]) -> dict[str, Any]:
    """One row of the licences table in the register's types. Raises Refused with the column that is wrong."""
    out: dict[str, Any] = {name: _text(row.get(name)) for name in COLUMNS}
    out["licence_no"] = identifiers.retail_licence_no(out["licence_no"]).value
    if not out["holder_name"]:
        raise Refused("licensee_holder", "缺少持证人姓名；请补全。", "holder_name")
    if out["holder_id"] and "*" not in out["holder_id"]:
        out["holder_id"] = identifiers.citizen_id(out["holder_id"], field="holder_id").value
    if out["uscc"]:
        out["uscc"] = identifiers.uscc(out["uscc"]).value
    out["district_code"] = out["district_code"] or out["licence_no"][:6]
    out["status"] = out["status"] or "valid"
    if out["status"] not in Licensee.Status.values:
        allowed = "、".join(Licensee.Status.values)
        raise Refused("licensee_status", f"状态“{out['status']}”不在 {allowed} 之中；请改正。", "status")
    out["order_tier"] = _number(out["order_tier"], int, "order_tier", 1, 30)
    out["longitude"] = _number(out["longitude"], float, "longitude", -180, 180)
    out["latitude"] = _number(out["latitude"], float, "latitude", -90, 90)
    for name in ("issued_on", "valid_to", "opened_on"):
        out[name] = _date(out[name], name)
    for name in _LONGEST:
        longest = _LONGEST[name]
        if len(out[name]) > longest:
            raise Refused("licensee_long", f"{name} 超过 {longest} 个字；请缩短。", name)
    return out


def masked(one: Licensee) -> dict[str, str]:
    """The personal columns of a licensee as shown to who has given no reason to see them in full."""
    return {
        "holder_name": masked_name(one.holder_name),
        "holder_id": masked_id(one.holder_id),
        "uscc": one.uscc,
        "phone": masked_phone(one.phone),
    }


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _number(text: str, kind: type[int] | type[float], field: str, low: float, high: float) -> int | float | None:
    if not text:
        return None
    try:
        value = kind(float(text)) if kind is int else kind(text)
    except ValueError:
        raise Refused("licensee_number", f"{field} 的“{text}”不是数字；请改正。", field) from None
    if not low <= value <= high:
        raise Refused("licensee_number", f"{field} 的 {text} 超出 {low:g}–{high:g}；请改正。", field)
    return value


def _date(text: str, field: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise Refused("licensee_date", f"{field} 的“{text}”不是日期；请写成 2025-10-30。", field) from None
