"""Sums and sentences about goods (物品合计、价格依据), made once from the lines so that all documents agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.units import plain
from zhuanmai.enforcement.case_facts import ItemLine, ItemsFacts, ItemTotals, KindTotal, PriceCatalogue, UnitTotal

UNPRICED = "未核价"


def items(lines: Iterable[ItemLine]) -> ItemsFacts:
    """The goods with totals, value of the priced lines, and summary. Lines keep the order and numbers they have."""
    kept = tuple(lines)
    if not kept:
        return ItemsFacts()
    priced = [line.value for line in kept if line.value is not None]
    return ItemsFacts(
        lines=kept,
        totals=totals(kept),
        value=sum(priced, Decimal(0)),
        unpriced=len(kept) - len(priced),
        summary=summary(kept),
    )


def totals(lines: Sequence[ItemLine]) -> ItemTotals:
    """合计: cartons and sticks of what is counted in cartons, each other unit by itself, lines without sticks."""
    counted = [line for line in lines if line.cartons is not None]
    others: dict[str, Decimal] = {}
    for line in lines:
        if line.cartons is None:
            others[line.unit] = others.get(line.unit, Decimal(0)) + line.quantity
    total = ItemTotals(
        lines=len(lines),
        cartons=sum((line.cartons or Decimal(0) for line in counted), Decimal(0)),
        sticks=sum((line.sticks or Decimal(0) for line in counted), Decimal(0)),
        lines_without_sticks=sum(line.sticks is None for line in counted),
        others=tuple(UnitTotal(unit, quantity) for unit, quantity in others.items()),
        by_kind=_by_kind(lines),
    )
    return ItemTotals(**{**vars(total), "words": _words(total)})


def summary(lines: Sequence[ItemLine]) -> str:
    """The goods by name and quantity, as a record says them: 七匹狼（红）12条、…，共43个品种，500条、99240支。"""
    each = "、".join(f"{line.name}{plain(line.quantity)}{line.unit}" for line in lines)
    return f"{each}。共{len(lines)}个品种，合计{totals(lines).words}。"


def price_basis(lines: Sequence[ItemLine], catalogues: Sequence[PriceCatalogue]) -> str:
    """价格依据: the catalogues by issuer, day and title; then each line that was valued otherwise, with its mark."""
    named = "；".join(_catalogue(catalogue) for catalogue in catalogues)
    parts = [f"除下列各项外，单价依据{named}。" if _marked(lines) else f"单价依据{named}。"] if named else []
    for mark, marked in _marked(lines).items():
        each = "、".join(
            f"第{line.no}项{line.name}" + (f"（{line.price_reason}）" if line.price_reason else "") for line in marked
        )
        parts.append(f"{mark}{len(marked)}项：{each}。")
    return "\n".join(parts)


def _words(total: ItemTotals) -> str:
    parts = []
    if total.cartons or not total.others:
        parts.append(f"{plain(total.cartons)}条")
    if total.sticks:
        parts.append(f"{plain(total.sticks)}支")
    words = "、".join(parts)
    if total.lines_without_sticks:
        words += f"（另有{total.lines_without_sticks}项支数不详，未计入支数）"
    apart = "、".join(f"{plain(other.quantity)}{other.unit}" for other in total.others)
    if apart:
        words += f"；另有{apart}未计入条数" if words else apart
    return words


def _by_kind(lines: Sequence[ItemLine]) -> tuple[KindTotal, ...]:
    groups: dict[tuple[str, str], list[ItemLine]] = {}
    for line in lines:
        name = line.kind_zh or (GoodsKind(line.kind).zh if line.kind else "未分类")
        groups.setdefault((line.kind or "", name), []).append(line)
    return tuple(
        KindTotal(
            kind, name, len(group), sum((line.cartons or Decimal(0) for line in group), Decimal(0)), _count(group)
        )
        for (kind, name), group in groups.items()
    )


def _count(lines: Sequence[ItemLine]) -> str:
    sums: dict[str, Decimal] = {}
    for line in lines:
        unit, quantity = ("条", line.cartons) if line.cartons is not None else (line.unit, line.quantity)
        sums[unit] = sums.get(unit, Decimal(0)) + quantity
    return "、".join(f"{plain(quantity)}{unit}" for unit, quantity in sums.items())


def _marked(lines: Sequence[ItemLine]) -> dict[str, list[ItemLine]]:
    groups: dict[str, list[ItemLine]] = {}
    for line in lines:
        if line.price_mark:
            groups.setdefault(line.price_mark, []).append(line)
    return groups


def _catalogue(catalogue: PriceCatalogue) -> str:
    issued = ""
    if catalogue.issuer:
        day = catalogue.issued_on
        issued = catalogue.issuer + (f"{day.year}年{day.month}月{day.day}日" if day else "") + "发布的"
    return f"{issued}《{catalogue.title}》" + (f"（{catalogue.lines}项）" if catalogue.lines else "")
