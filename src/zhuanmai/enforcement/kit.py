"""What the field kit needs besides the catalogue: people, causes, outlines of questions, scene facts, photo lists."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import all_within
from zhuanmai.accounts.queries import bureau_of, holders, officers_of
from zhuanmai.core import options
from zhuanmai.core.clock import local_now, today
from zhuanmai.core.units import plain
from zhuanmai.enforcement import penalties
from zhuanmai.enforcement.case_shapes import ListedPhoto, Named
from zhuanmai.enforcement.kit_shapes import Certified, FineRange, Kit, Outline, PhotoList, SpotLimits
from zhuanmai.enforcement.models import Registration
from zhuanmai.enforcement.workers import VALUE, WORK
from zhuanmai.reference import causes, identifiers
from zhuanmai.reference.allowed import Simple
from zhuanmai.reference.calendar import term
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.citations import numeral
from zhuanmai.reference.thresholds import spot_limits

_DATA = Path(__file__).resolve().parent / "data"
GENERAL = "general"


def kit(officer: Officer) -> Kit:
    """The kit of an officer's bureau, as of now."""
    bureau = bureau_of(officer.unit)
    people = officers_of(bureau)
    workers, valuers = all_within(WORK, bureau), all_within(VALUE, bureau)
    certified = [one for one in people if one.pk in workers and one.certificate_is_valid()]
    second = next((one for one in certified if one.unit_id == officer.unit_id and one.pk != officer.pk), None)
    places = list(
        Registration.objects.filter(case__bureau=bureau)
        .exclude(storage_place="")
        .order_by("-created_at")
        .values_list("storage_place", flat=True)[:50]
    )
    heads: list[Named] = [{"id": str(one.pk), "name": one.name} for one in holders("bureau_head", bureau)]
    return {
        "me": {**_person(officer), "unit": officer.unit.name, "bureau": bureau.name, "key": officer.has_key},
        "officers": [{**_person(one), "works": one.pk in workers, "values": one.pk in valuers} for one in people],
        "causes": [
            {
                "code": one.code,
                "name": one.name,
                "decided_by": one.decided_by.value,
                "decidable": one.decidable,
                "on_the_spot": penalties.offered(one),
                "ordered": sorted(kind.value for kind in penalties.compulsory(one)),
                "income_taken": one.allows.income_taken(),
                "fine": _fine(one),
            }
            for one in causes.causes()
        ],
        "simple": _simple(),
        "outlines": outlines(),
        "photo_lists": photo_lists(),
        "settings": {
            "gun_gap_ms": options.value("GUN_GAP_MS"),
            "gun_decide_ms": options.value("GUN_GAP_MS") + 5,
            "gun_prefix": options.value("GUN_PREFIX"),
        },
        "districts": [{"code": code, "name": name} for code, name in identifiers.districts().items()],
        "now": local_now().isoformat(timespec="milliseconds"),
        "today": today().isoformat(),
        "defaults": {
            "district_code": bureau.district_code,
            "second_officer_id": str(second.pk) if second else None,
            "recorder_id": str(second.pk) if second else None,
            "heads": heads,
            "storage_places": list(dict.fromkeys(places)),
            "storage_place": places[0] if places else "",
        },
    }


def _fine(one: CauseFound) -> FineRange | None:
    """The range of a cause's fine on the spot, as the tablet computes with it."""
    fine = one.fine
    if fine is None or one.simple_procedure is Simple.NEVER:
        return None
    low, high = (fine.min, fine.max) if fine.fixed_max is None else (fine.fixed_min, fine.fixed_max)
    return {
        "base": fine.base if fine.fixed_max is None else "",
        "low": plain(low or Decimal(0)),
        "high": plain(high or Decimal(0)),
        "optional": fine.optional,
        "article": one.penalised_in_full,
    }


def _simple() -> SpotLimits:
    """What a penalty on the spot may be: kinds, limits (CNY), the usual words of payment."""
    limits, within = spot_limits(), numeral(term("pay_fine").days or 0)
    return {
        "penalties": [{"code": code, "name": penalties.words(code)} for code in penalties.ON_THE_SPOT],
        "circumstances": [{"code": one.code, "name": one.zh} for one in penalties.mitigating()],
        "citizen_max": plain(limits.citizen),
        "organisation_max": plain(limits.organisation),
        "payment": f"自收到决定书之日起{within}日内到指定银行缴纳",
    }


def _person(one: Officer) -> Certified:
    return {
        "id": str(one.pk),
        "name": one.name,
        "certificate_no": one.certificate_no if one.certificate_is_valid() else None,
        "certificate_valid_to": one.certificate_valid_to.isoformat() if one.certificate_valid_to else None,
        "unit": one.unit.name,
    }


@functools.cache
def outlines() -> list[Outline]:
    """The outlines: questions with usual answers, standard paragraphs, scene facts, by cause; `general` is for all."""
    return [_read(path) for path in sorted((_DATA / "outlines").glob("*.json"))]


@functools.cache
def photo_lists() -> list[PhotoList]:
    """The photographs that a kind of case must and may have."""
    found: list[PhotoList] = _read(_DATA / "photo_lists.json")["lists"]
    return found


def photo_list(codes: Sequence[str], taken: Sequence[str]) -> list[ListedPhoto]:
    """What the case must and may have in pictures, and how many there are of each."""
    have = Counter(taken)
    wanted: dict[str, ListedPhoto] = {}
    lists = [one for one in photo_lists() if set(codes) & set(one["causes"])] or [
        one for one in photo_lists() if GENERAL in one["causes"]
    ]
    for item in (item for one in lists for item in one["photos"]):
        known = wanted.get(item["code"])
        must = item["must"] or bool(known and known["must"])
        wanted[item["code"]] = {
            "code": item["code"], "what": item["what"], "must": must, "have": have[item["code"]],
        }  # fmt: skip
    return list(wanted.values())


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
