"""Terms and working days: what the bureau may change, and what is recomputed then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.events import emit
from zhuanmai.core.ids import derived_id
from zhuanmai.ledger.services import append, as_found, digests
from zhuanmai.reference.models import CalendarYear, Certainty, DeadlineTerm, WorkingDayOverride

_LENGTHS = ("years", "months", "days", "hours", "minutes")
_WORDS = {"years": "年", "months": "月", "days": "日", "hours": "小时", "minutes": "分钟"}
_UNITS = ("working", "calendar", "")


def change_term(
    *, actor: Officer, code: str, lengths: dict[str, int | None], unit: str, source: str, certainty: str
) -> DeadlineTerm:
    """Set a term's length, unit and source. Raises Refused: a term read in the statute stays."""
    require(actor, "reference.edit")
    if unit not in _UNITS:
        raise Refused("term_unit", "请选择工作日或自然日。", "unit")
    if certainty not in Certainty.values:
        raise Refused("term_certainty", "请选择依据的可靠程度。", "certainty")
    if not source.strip():
        raise Refused("term_source", "请填写依据（文件和条文）。", "source")
    with transaction.atomic():
        row = DeadlineTerm.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise NotFound("term_unknown", f"没有代码为 {code} 的期限。")
        if row.certainty == Certainty.STATUTE:
            raise Refused("term_statute", "该期限直接出自法律条文，不能在此修改；法律修改后随版本更新。", "code")
        old = _length(as_found(row))
        for name in _LENGTHS:
            setattr(row, name, lengths.get(name))
        row.unit, row.source, row.certainty, row.set_by_bureau = unit, source.strip(), certainty, True
        row.save()
        emit("reference.calendar_changed", term=code)
        append(
            "reference.term_changed",
            actor_id=actor.id,
            object_kind="reference.term",
            object_id=row.id,
            facts={"code": code, "changes": f"{old} → {_length(row)}；依据 {row.source}"},
            rows=[row],
        )
    return row


def set_day(*, actor: Officer, day: dt.date, working: bool, source: str) -> WorkingDayOverride:
    """Make a day a working day or a rest day against the rule. Tells the rooms above, which recount open terms."""
    require(actor, "reference.edit")
    if not source.strip():
        raise Refused("day_source", "请填写依据（通知名称和文号）。", "source")
    with transaction.atomic():
        row, made = WorkingDayOverride.objects.select_for_update().get_or_create(day=day, defaults={"working": working})
        if not made:
            as_found(row)
        row.working, row.source = working, source.strip()
        row.save()
        emit("reference.calendar_changed", year=day.year)
        append(
            "reference.day_set",
            actor_id=actor.id,
            object_kind="reference.day",
            object_id=row.id,
            facts={"day": day.isoformat(), "what": "工作日" if working else "休息日", "source": row.source},
            rows=[row],
        )
    return row


def clear_day(*, actor: Officer, day: dt.date) -> None:
    """Take an override back: the rule holds again for that day."""
    require(actor, "reference.edit")
    with transaction.atomic():
        row = WorkingDayOverride.objects.select_for_update().filter(day=day).first()
        if row is None:
            return
        row_id, before = row.id, digests([row])
        removed = WorkingDayOverride(id=row.id, day=row.day, working=row.working)
        row.delete()
        emit("reference.calendar_changed", year=day.year)
        append(
            "reference.day_set",
            actor_id=actor.id,
            object_kind="reference.day",
            object_id=row_id,
            facts={"day": day.isoformat(), "what": "按日历规则", "source": "撤销调整"},
            removed=[removed],
            before=before,
        )


def enter_year(
    *, actor: Officer, year: int, rest: Iterable[dt.date], work: Iterable[dt.date], source: str
) -> list[WorkingDayOverride]:
    """Enter a year's arrangement of holidays (放假安排): its days off and its make-up days. Raises Refused."""
    require(actor, "reference.edit")
    off, on = sorted(set(rest)), sorted(set(work))
    if not source.strip():
        raise Refused("year_source", "请填写依据，如 国办发明电〔2026〕×号。", "source")
    if not off:
        raise Refused("year_empty", "请至少填写一个放假日期。", "rest")
    strange = [day for day in (*off, *on) if day.year != year]
    if strange:
        raise Refused("year_other", f"{strange[0]} 不在 {year} 年内；请改正。", "rest")
    both = sorted(set(off) & set(on))
    if both:
        raise Refused("year_both", f"{both[0]} 既放假又上班；请改正。", "work")
    with transaction.atomic():
        before = digests([
            *CalendarYear.objects.select_for_update().filter(year=year),
            *WorkingDayOverride.objects.select_for_update().filter(day__in=(*off, *on)),
        ])  # fmt: skip
        entered, _ = CalendarYear.objects.update_or_create(year=year, defaults={"source": source.strip()})
        rows = []
        for day in (*off, *on):
            row, _ = WorkingDayOverride.objects.update_or_create(
                day=day, defaults={"working": day in on, "source": source.strip()}
            )
            rows.append(row)
        emit("reference.calendar_changed", year=year)
        append(
            "reference.year_entered",
            actor_id=actor.id,
            object_kind="reference.calendar_year",
            object_id=derived_id("calendar_year", year),
            facts={"year": year, "days": len(rows), "source": source.strip()},
            rows=[entered, *rows],
            before=before,
        )
    return rows


def _length(row: DeadlineTerm) -> str:
    parts = [f"{getattr(row, name)}{_WORDS[name]}" for name in _LENGTHS if getattr(row, name) is not None]
    kind = {"working": "工作日", "calendar": "自然日"}.get(row.unit, "")
    return "".join(parts) + (f"（{kind}）" if kind else "") or "未定"
