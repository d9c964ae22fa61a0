"""Case causes: the bureau changes one, or adds its own, from a day on; earlier cases keep what stood then."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.errors import Refused
from zhuanmai.core.units import plain
from zhuanmai.ledger.services import append
from zhuanmai.reference import causes as kept
from zhuanmai.reference.allowed import Simple, allowed
from zhuanmai.reference.citations import citations_in
from zhuanmai.reference.models import Cause, Certainty

_MOST = Decimal(10)


@dataclass(frozen=True)
class CauseWords:
    """What a cause says: articles as citations, one a line; the fine as shares (0.05) or as sums in CNY."""

    name: str
    english: str
    who: str
    violated: tuple[str, ...]
    penalised: tuple[str, ...]
    base: str
    min: Decimal | None
    max: Decimal | None
    fixed_min: Decimal | None
    fixed_max: Decimal | None
    optional: bool
    confiscate: tuple[str, ...]
    order: str
    simple_procedure: str
    certainty: str
    warning: str = ""


def set_cause(*, actor: Officer, code: str, words: CauseWords, valid_from: dt.date, source: str) -> Cause:
    """Set what a cause says from a day on: a new row beside the earlier ones. An unknown code is a new cause.

    Raises Refused: cause_code, cause_name, cause_article, cause_fine, cause_source, cause_data (what the article
    allows cannot be); NotFound (citation_unknown).
    """
    require(actor, "reference.edit")
    if not re.fullmatch(r"[A-Z]\d{2}", code):
        raise Refused("cause_code", "案由编码为一个大写字母加两位数字，如 R07。", "code")
    if not source.strip():
        raise Refused("cause_source", "请填写修改依据（文件名称和文号）。", "source")
    _check(words)
    with transaction.atomic():
        before = kept.in_force(valid_from).filter(code=code).first()
        row = Cause.objects.select_for_update().filter(code=code, valid_from=valid_from).first()
        row = row or Cause(code=code, valid_from=valid_from, place=_place(before))
        row.rest = {**(before.rest if before else {}), **_rest(words)}
        for name in ("name", "english", "who", "certainty"):
            setattr(row, name, getattr(words, name).strip())
        row.violated, row.penalised = list(words.violated), list(words.penalised)
        row.fine, row.source, row.set_by_bureau = _fine(words, before), source.strip(), True
        allowed(kept.law_of(row), kept.source_of(row))
        row.save()
        append(
            "reference.cause_changed",
            actor_id=actor.pk,
            object_kind="reference.cause",
            object_id=row.pk,
            facts={
                "code": code,
                "name": row.name,
                "valid_from": valid_from.isoformat(),
                "changes": _changes(before, row),
                "source": row.source,
            },
            rows=[row],
        )
    return row


def words_of(row: Cause) -> dict[str, Any]:
    """A cause's row as the form takes it."""
    fine, rest = row.fine or {}, row.rest
    return {
        **{name: getattr(row, name) for name in ("name", "english", "who", "certainty")},
        "violated": "\n".join(row.violated),
        "penalised": "\n".join(row.penalised),
        "base": str(fine.get("base", "")).split(" (")[0],
        **{name: fine.get(name) for name in ("min", "max", "fixed_min", "fixed_max")},
        "optional": bool(fine.get("optional")),
        "confiscate": "、".join(rest.get("confiscate") or ()),
        **{name: rest.get(name) or "" for name in ("order", "warning")},
        "simple_procedure": rest.get("simple_procedure", "never"),
    }


def _check(words: CauseWords) -> None:
    if not words.name.strip():
        raise Refused("cause_name", "请填写案由名称。", "name")
    for field in ("violated", "penalised"):
        for line in getattr(words, field):
            if not citations_in(line):
                raise Refused("cause_article", f"看不懂“{line}”；写法如 实施条例 23(2)，每行一条。", field)
    if words.simple_procedure not in Simple.values:
        raise Refused("cause_simple", "请选择能否当场处罚。", "simple_procedure")
    if words.certainty not in Certainty.values:
        raise Refused("cause_certainty", "请选择依据的可靠程度。", "certainty")
    _check_range(words.min, words.max, "min", "max", _MOST)
    _check_range(words.fixed_min, words.fixed_max, "fixed_min", "fixed_max", Decimal(100_000_000))
    if words.max is not None and words.fixed_max is not None:
        raise Refused("cause_fine", "罚款按比例或按金额，只填一种；请清空另一种。", "fixed_max")
    if words.max is not None and not words.base.strip():
        raise Refused("cause_fine", "按比例罚款的，请写明以什么为基数，如“进货总额”。", "base")


def _check_range(low: Decimal | None, high: Decimal | None, low_name: str, high_name: str, most: Decimal) -> None:
    if (low is None) != (high is None):
        raise Refused("cause_fine", "罚款幅度的下限和上限要一起填写。", low_name if low is None else high_name)
    if low is not None and high is not None and not Decimal(0) <= low <= high <= most:
        raise Refused("cause_fine", "罚款幅度应从小到大，且不小于 0；请改正。", high_name)


def _fine(words: CauseWords, before: Cause | None) -> dict[str, Any] | None:
    """The fine as kept; the aggravated range of the earlier row goes on."""
    if words.max is None and words.fixed_max is None:
        return None
    aggravated = {key: value for key, value in ((before and before.fine) or {}).items() if key.startswith("aggravated")}
    shares = {name: str(getattr(words, name)) for name in ("min", "max") if words.max is not None}
    sums = {name: str(getattr(words, name)) for name in ("fixed_min", "fixed_max") if words.fixed_max is not None}
    base = {"base": words.base.strip()} if words.max is not None else {}
    return {**shares, **sums, **base, "optional": words.optional, **(aggravated if sums else {})}


def _rest(words: CauseWords) -> dict[str, Any]:
    return {
        "confiscate": list(words.confiscate),
        "order": words.order.strip(),
        "warning": words.warning,
        "simple_procedure": words.simple_procedure,
    }


def _place(before: Cause | None) -> int:
    if before is not None:
        return before.place
    last = Cause.objects.order_by("-place").first()
    return last.place + 1 if last else 1


_LABELS = {
    "name": "名称", "english": "英文", "who": "对象", "violated": "违反条款", "penalised": "处罚条款", "base": "基数",
    "min": "比例下限", "max": "比例上限", "fixed_min": "金额下限", "fixed_max": "金额上限", "optional": "可以处罚",
    "confiscate": "没收", "order": "责令", "simple_procedure": "当场处罚", "certainty": "可靠程度",
    "warning": "警告",
}  # fmt: skip


def _changes(before: Cause | None, after: Cause) -> str:
    if before is None:
        return "新增"
    old, new = words_of(before), words_of(after)
    found = [
        f"{_LABELS[field.name]} {_said(old[field.name])} → {_said(new[field.name])}"
        for field in fields(CauseWords)
        if _said(old[field.name]) != _said(new[field.name])
    ]
    return "；".join(found) or "无"


def _said(value: Any) -> str:
    if value is None or value == "":
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    return plain(Decimal(text)) if re.fullmatch(r"\d+(\.\d+)?", text) else text.replace("\n", "、")
