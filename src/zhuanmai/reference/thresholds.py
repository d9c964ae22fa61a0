"""Figures of law that change the path of a case: transfer to the police, presumed wholesale, aggravated forms; limits.

Read from `thresholds.json` and `deadlines.json`, checked when read; their words are made from the figures.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.units import in_ten_thousands, plain
from zhuanmai.reference.citations import Citation, citations_in

_DATA = Path(__file__).resolve().parent / "data"
_FILE = "thresholds.json"


class Group(StrEnum):
    """What reaching the figure means."""

    ILLEGAL_BUSINESS = "illegal_business"
    FAKES = "fakes"
    WHOLESALE = "wholesale"
    AGGRAVATED = "aggravated"


class Measure(StrEnum):
    """What is measured; its unit in words."""

    VALUE = "value"
    SALES = "sales"
    INCOME = "income"
    STICKS = "sticks"
    CARTONS = "cartons"
    LEAF = "leaf"

    @property
    def unit_zh(self) -> str:
        """The unit as sentences say it."""
        return {Measure.STICKS: "支", Measure.CARTONS: "条", Measure.LEAF: "公斤"}.get(self, "元")


class Condition(StrEnum):
    """Of whom or what the figure speaks; empty: of everybody."""

    NONE = ""
    NO_LICENCE = "no_licence"
    NO_LICENCE_REPEATED = "no_licence_repeated"
    SOLD_AT_ONCE = "sold_at_once"
    IN_TRANSPORT = "in_transport"


@dataclass(frozen=True)
class Threshold:
    """A figure that, once reached, changes the path of a case. `strict`: only above it (超过), not at it (以上)."""

    code: str
    group: Group
    grave: bool
    what: str
    english: str
    measure: Measure
    limit: Decimal
    strict: bool
    kinds: tuple[str, ...]
    condition: Condition
    citations: tuple[Citation, ...]
    law: str
    note: str

    def reached(self, amount: Decimal) -> bool:
        """Whether an amount reaches the figure."""
        return amount > self.limit if self.strict else amount >= self.limit


@dataclass(frozen=True)
class SpotLimits:
    """The most that may be fined on the spot (CNY), by kind of party, with the article (行政处罚法 51)."""

    citizen: Decimal
    organisation: Decimal
    law: str


@functools.cache
def thresholds() -> tuple[Threshold, ...]:
    """The thresholds as shipped. Raises Refused (threshold_data), naming file, row and field."""
    return parsed(json.loads((_DATA / _FILE).read_text(encoding="utf-8"))["thresholds"])


@functools.cache
def spot_limits() -> SpotLimits:
    """The limits of a decision on the spot, as shipped."""
    row = json.loads((_DATA / "deadlines.json").read_text(encoding="utf-8"))["simple_procedure"]
    return SpotLimits(
        citizen=Decimal(row["citizen_max_cny"]), organisation=Decimal(row["organisation_max_cny"]), law=row["source"]
    )


def parsed(rows: list[dict[str, Any]]) -> tuple[Threshold, ...]:
    """Rows of `thresholds.json`, checked. Raises Refused (threshold_data)."""
    found = tuple(_threshold(row) for row in rows)
    codes = [one.code for one in found]
    for code in codes:
        if codes.count(code) > 1:
            raise _refuse(code, "code", "重复")
    return found


def _threshold(row: Mapping[str, Any]) -> Threshold:
    code = str(row.get("code") or "")
    if ("at_least" in row) == ("more_than" in row):
        raise _refuse(code, "at_least", "与 more_than 应当只有一个")
    limit = Decimal(str(row.get("at_least", row.get("more_than"))))
    if limit <= 0:
        raise _refuse(code, "at_least", "应大于 0")
    try:
        group, measure = Group(row["group"]), Measure(row["measure"])
        condition = Condition(row.get("condition", ""))
        citations = tuple(citations_in(row["law"]))
    except (KeyError, ValueError) as unknown:
        raise _refuse(code, "group、measure、condition、law", f"缺少或者不认识：{unknown}") from None
    except NotFound as missing:
        raise _refuse(code, "law", missing.detail.rstrip("。")) from None
    if not citations:
        raise _refuse(code, "law", "没有写明条款")
    return Threshold(
        code=code,
        group=group,
        grave=bool(row.get("grave")),
        what=str(row["what"]).replace("{figure}", figure(limit, measure, row.get("by"))),
        english=str(row.get("english") or row["what"]),
        measure=measure,
        limit=limit,
        strict="more_than" in row,
        kinds=tuple(row.get("kinds", ())),
        condition=condition,
        citations=citations,
        law=row["law"],
        note=row.get("note", ""),
    )


def figure(limit: Decimal, measure: Measure, by: Mapping[str, Any] | None = None) -> str:
    """A figure in words: 5万元, 50条, 1000公斤; `by` counts in another unit: 100件（每1万支为1件）."""
    if by is None:
        return in_ten_thousands(limit) + measure.unit_zh
    each = Decimal(by["each"])
    return f"{plain(limit / each)}{by['word']}（每{in_ten_thousands(each)}{measure.unit_zh}为1{by['word']}）"


def _refuse(code: str, field: str, why: str) -> Refused:
    return Refused("threshold_data", f"{_FILE} 中 {code or '一行'} 的 {field} {why}；请改正。", field)
